internal import Primitives

/// A keyed digest of each piece of a ciphertext, to know the pieces again in a second pass.
///
/// The key is fresh and never leaves: nobody who can change the file between the passes can make
/// another piece of the same digest. 16 bytes for each 128 KiB of text.
struct PieceDigests {
  private let authenticator: PieceAuthenticator
  /// One after the other.
  private var digests: [UInt8] = []

  init() throws(JOSEError) {
    authenticator = try primitive { () throws(PrimitiveError) in try PieceAuthenticator() }
  }

  mutating func append(_ piece: Span<UInt8>) throws(JOSEError) {
    let number = digests.count / PieceAuthenticator.codeByteCount
    do throws(PrimitiveError) {
      try authenticator.appendCode(of: piece, number: number, to: &digests)
    } catch { throw JOSEError(error) }
  }

  /// A comparison from the first piece on.
  func comparison() -> Comparison { Comparison(digests: self) }

  struct Comparison {
    fileprivate let digests: PieceDigests
    private var offset = 0
    private var digest: [UInt8] = []

    fileprivate init(digests: PieceDigests) { self.digests = digests }

    /// Whether `piece` is the next one that was digested.
    mutating func matches(_ piece: Span<UInt8>) throws(JOSEError) -> Bool {
      let (start, end) = (offset, offset + PieceAuthenticator.codeByteCount)
      guard end <= digests.digests.count else { return false }
      offset = end
      digest.removeAll(keepingCapacity: true)
      do throws(PrimitiveError) {
        try digests.authenticator.appendCode(
          of: piece, number: start / PieceAuthenticator.codeByteCount, to: &digest)
      } catch { throw JOSEError(error) }
      let expected = digests.digests.span
      return ConstantTime.areEqual(digest.span, expected.extracting(start..<end))
    }
  }
}
