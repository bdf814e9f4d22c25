internal import CSodium

/// Key material, a passphrase or any other secret, in locked memory that is wiped on release.
///
/// The bytes never change after `init`, and they never print: a description says how many there
/// are. `==` takes the same time wherever two secrets of one length differ.
public final class SecretBytes: @unchecked Sendable, Hashable, CustomStringConvertible,
  CustomReflectable
{
  // Sendable: the memory is written only inside `init`, before the instance is shared.
  private let slot: SecretPool.Slot

  /// The number of bytes held, 0 or more.
  public let byteCount: Int

  /// Makes a secret of `byteCount` bytes, zero until `initialize` fills them.
  ///
  /// - Throws: what `initialize` throws; nothing of a half-filled secret remains then.
  package init<E: Error>(
    byteCount: Int, initializingWith initialize: (inout MutableSpan<UInt8>) throws(E) -> Void
  ) throws(E) {
    precondition(byteCount >= 0, "a secret cannot have a negative size")
    slot = SecretPool.shared.take(byteCount: byteCount)
    self.byteCount = byteCount
    // A failing `initialize` still runs `deinit`, since every property is set.
    let buffer = unsafe UnsafeMutableBufferPointer(start: slot.pointer, count: byteCount)
    var span = unsafe buffer.mutableSpan
    try initialize(&span)
  }

  /// Copies `bytes`; the caller's own copy is the caller's to wipe.
  public convenience init(copying bytes: Span<UInt8>) {
    self.init(byteCount: bytes.count) { span in
      for index in bytes.indices { span[index] = bytes[index] }
    }
  }

  deinit { SecretPool.shared.give(slot) }

  /// Lends the bytes to `body`, which must not keep a copy longer than it needs.
  public func withBytes<Result, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    let buffer = unsafe UnsafeBufferPointer(start: slot.pointer, count: byteCount)
    return try body(unsafe buffer.span)
  }

  /// A new secret of the bytes in `range`.
  package func extracting(_ range: Range<Int>) -> SecretBytes {
    withBytes { bytes in SecretBytes(copying: bytes.extracting(range)) }
  }

  /// Compares in constant time; secrets of different lengths are unequal at once.
  public static func == (left: SecretBytes, right: SecretBytes) -> Bool {
    left.withBytes { a in right.withBytes { b in ConstantTime.areEqual(a, b) } }
  }

  /// Feeds the length only, so that no hash of a secret ever exists.
  public func hash(into hasher: inout Hasher) { hasher.combine(byteCount) }

  /// Says how many bytes there are, and nothing of them.
  public var description: String { "SecretBytes(\(byteCount) bytes)" }

  /// An empty mirror: reflection would otherwise print what `description` hides.
  public var customMirror: Mirror { Mirror(self, children: []) }

  /// Whether all secrets so far live in memory that cannot be swapped out.
  ///
  /// False when the system refuses to lock more (`ulimit -l`); the secrets are wiped all the same.
  package static var allAreLocked: Bool { SecretPool.shared.allAreLocked }
}

extension SecretBytes {
  /// Takes over the bytes of `array`, which is wiped and emptied.
  ///
  /// Copies that were made of the array before are out of reach.
  public convenience init(wiping array: inout [UInt8]) {
    self.init(copying: array.span)
    let count = array.count
    var span = array.mutableSpan
    span.withMutableAddress { unsafe sodium_memzero($0, count) }
    array = []
  }
}
