internal import Primitives

/// Undoes `zip` (RFC 7516 §4.1.3), up to a cap, in constant memory.
final class Inflater {
  private let stream: RawInflate
  private let limit: UInt64
  private var byteCount: UInt64 = 0

  init(_ limit: UInt64) throws(JOSEError) {
    stream = try primitive { () throws(PrimitiveError) in try RawInflate() }
    self.limit = limit
  }

  /// Inflates `compressed` and hands the pieces to `take`.
  ///
  /// - Throws: ``JOSEError`` `limitExceeded` once more comes out than the cap: a bomb of a few
  ///   kilobytes would otherwise fill the disk (CVE-2024-28180).
  func update(
    _ compressed: Span<UInt8>, _ take: (Span<UInt8>) throws(JOSEError) -> Void
  ) throws(JOSEError) {
    var rest = compressed
    var piece: [UInt8] = []
    repeat {
      piece.removeAll(keepingCapacity: true)
      do {
        rest = rest.extracting(droppingFirst: try stream.inflate(rest, appendingTo: &piece))
      } catch { throw JOSEError(.malformed, "its plaintext is not compressed as it says") }
      byteCount += UInt64(piece.count)
      guard byteCount <= limit else {
        throw JOSEError(.limitExceeded, "its plaintext inflates to more than \(limit) bytes")
      }
      if !piece.isEmpty { try take(piece.span) }
    } while !rest.isEmpty || !piece.isEmpty
  }

  /// - Throws: ``JOSEError`` `malformed` when the compressed data ended early.
  func checkEnd() throws(JOSEError) {
    guard stream.isAtEnd else {
      throw JOSEError(.malformed, "its compressed plaintext ends early")
    }
  }
}
