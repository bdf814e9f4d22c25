internal import CSodium
internal import Synchronization

/// Locked memory in slots of 64 bytes, the size of the largest symmetric key, with larger secrets
/// on their own.
///
/// `sodium_malloc` costs four mappings an allocation, which for ten thousand recipients would pass
/// the kernel's limit of mappings; a slab of slots costs them once.
@safe
final class SecretPool: Sendable {
  /// Memory with one owner, who alone reads and writes it.
  @safe
  struct Slot: @unchecked Sendable {
    // Sendable: between `take` and `give` the slot belongs to one SecretBytes.
    let pointer: UnsafeMutablePointer<UInt8>
    let isPooled: Bool
  }

  private struct State {
    var free: [Slot] = []
    var allAreLocked = true
  }

  static let shared = SecretPool()
  static let slotByteCount = 64
  private static let slabSlotCount = 64

  private let state = Mutex(State())

  private init() {
    // Without it sodium_malloc aborts. 1 means that it was done before.
    precondition(sodium_init() >= 0, "libsodium cannot be initialised")
  }

  var allAreLocked: Bool { state.withLock { $0.allAreLocked } }

  /// Zeroed memory for `byteCount` bytes.
  func take(byteCount: Int) -> Slot {
    guard byteCount <= Self.slotByteCount else {
      return unsafe Slot(pointer: unsafe allocate(byteCount), isPooled: false)
    }
    if let slot = state.withLock({ $0.free.popLast() }) { return slot }
    let slab = unsafe allocate(Self.slotByteCount * Self.slabSlotCount)
    let slots = (0..<Self.slabSlotCount).map {
      unsafe Slot(pointer: unsafe slab + $0 * Self.slotByteCount, isPooled: true)
    }
    state.withLock { $0.free.append(contentsOf: slots.dropFirst()) }
    return slots[0]
  }

  /// Takes memory back, wiped.
  func give(_ slot: Slot) {
    guard slot.isPooled else { return unsafe sodium_free(slot.pointer) }
    unsafe sodium_memzero(slot.pointer, Self.slotByteCount)
    state.withLock { $0.free.append(slot) }
  }

  private func allocate(_ byteCount: Int) -> UnsafeMutablePointer<UInt8> {
    guard let memory = unsafe sodium_malloc(byteCount) else {
      // As for any allocation in Swift, there is no way on without memory.
      fatalError("no protected memory left for \(byteCount) bytes")
    }
    // sodium_malloc locks too, but keeps silent when the system refuses.
    if unsafe sodium_mlock(memory, byteCount) != 0 { state.withLock { $0.allAreLocked = false } }
    unsafe sodium_memzero(memory, byteCount)
    return unsafe memory.assumingMemoryBound(to: UInt8.self)
  }
}
