internal import CSodium

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Where fresh keys, initialization vectors and salts come from.
///
/// A value, so that a test can hand in a source that fails, or one that repeats what a
/// specification's example used. Programs use ``system``.
package struct RandomSource: Sendable {
  private let fillBytes: @Sendable (inout MutableSpan<UInt8>) throws(PrimitiveError) -> Void

  package init(
    _ fill: @escaping @Sendable (inout MutableSpan<UInt8>) throws(PrimitiveError) -> Void
  ) {
    fillBytes = fill
  }

  /// The kernel's generator.
  ///
  /// `getentropy` reports failure, where `randombytes_buf` ends the process.
  package static let system = RandomSource {
    (span: inout MutableSpan<UInt8>) throws(PrimitiveError) in
    // getentropy yields at most 256 bytes a call.
    var offset = 0
    while offset < span.count {
      let count = min(256, span.count - offset)
      let status = unsafe span.withUnsafeMutableBufferPointer { buffer in
        unsafe buffer.baseAddress.map { unsafe getentropy($0 + offset, count) } ?? -1
      }
      guard status == 0 else {
        throw PrimitiveError(.randomUnavailable, "the system yields no random bytes")
      }
      offset += count
    }
  }

  /// Fills `span` with random bytes.
  ///
  /// - Throws: ``PrimitiveError`` `randomUnavailable`; nothing may be made from `span` then.
  package func fill(_ span: inout MutableSpan<UInt8>) throws(PrimitiveError) {
    try fillBytes(&span)
  }

  /// `count` random bytes that are not secret: an initialization vector, a salt.
  package func bytes(_ count: Int) throws(PrimitiveError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    try fillBytes(&span)
    return bytes
  }

  /// `count` random bytes that are a key.
  package func secret(_ count: Int) throws(PrimitiveError) -> SecretBytes {
    try SecretBytes(byteCount: count) { (span) throws(PrimitiveError) in try fillBytes(&span) }
  }
}
