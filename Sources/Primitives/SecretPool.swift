internal import CSodium

/// Locked memory in slots of a few sizes, with what is larger on its own.
///
/// `sodium_malloc` costs four mappings and ten system calls an allocation, which for ten thousand
/// recipients would pass the kernel's limit of mappings; a slab of slots costs them once.
@safe
final class SecretPool: @unchecked Sendable {
  // Sendable: the free lists and the flag are touched with the lock held.
  /// Memory with one owner, who alone reads and writes it.
  @safe
  struct Slot: @unchecked Sendable {
    // Sendable: between `take` and `give` the slot belongs to one SecretBytes.
    let pointer: UnsafeMutablePointer<UInt8>
    /// Which list it goes back to; nil for what is on its own.
    let sizeClass: Int?
  }

  static let shared = SecretPool()
  /// The largest symmetric key, a JWK on a curve, an RSA key.
  static let slotByteCounts = [64, 512, 4096]
  private static let slabByteCount = 16384

  // The one kind of lock here that the thread sanitizer understands.
  private let lock = Lock()
  private var free: [[Slot]] = slotByteCounts.map { _ in [] }
  private var isAllLocked = true

  private init() {
    // Without it sodium_malloc aborts. 1 means that it was done before.
    precondition(sodium_init() >= 0, "libsodium cannot be initialised")
  }

  var allAreLocked: Bool { lock.withLock { isAllLocked } }

  /// Zeroed memory for `byteCount` bytes.
  func take(byteCount: Int) -> Slot {
    guard let sizeClass = Self.slotByteCounts.firstIndex(where: { byteCount <= $0 }) else {
      return unsafe Slot(pointer: unsafe allocate(byteCount), sizeClass: nil)
    }
    if let slot = lock.withLock({ free[sizeClass].popLast() }) { return slot }
    let slab = unsafe allocate(Self.slabByteCount)
    let slots = stride(from: 0, to: Self.slabByteCount, by: Self.slotByteCounts[sizeClass]).map {
      unsafe Slot(pointer: unsafe slab + $0, sizeClass: sizeClass)
    }
    lock.withLock { free[sizeClass].append(contentsOf: slots.dropFirst()) }
    return slots[0]
  }

  /// Takes memory back, wiped.
  func give(_ slot: Slot) {
    guard let sizeClass = slot.sizeClass else { return unsafe sodium_free(slot.pointer) }
    unsafe sodium_memzero(slot.pointer, Self.slotByteCounts[sizeClass])
    lock.withLock { free[sizeClass].append(slot) }
  }

  private func allocate(_ byteCount: Int) -> UnsafeMutablePointer<UInt8> {
    guard let memory = unsafe sodium_malloc(byteCount) else { ProcessHardening.endWithoutMemory() }
    // sodium_malloc locks too, but keeps silent when the system refuses.
    if unsafe sodium_mlock(memory, byteCount) != 0 { lock.withLock { isAllLocked = false } }
    unsafe sodium_memzero(memory, byteCount)
    return unsafe memory.assumingMemoryBound(to: UInt8.self)
  }
}
