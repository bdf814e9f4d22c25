internal import Primitives

/// A keyed digest of each piece of a ciphertext, to know the pieces again in a second pass.
///
/// The key is fresh and never leaves: nobody who can change the file between the passes can make
/// another piece of the same digest. 16 bytes for each 128 KiB of text.
struct PieceDigests {
  private let key: SecretBytes
  private var digests: [[UInt8]] = []

  init() throws(JOSEError) {
    key = try primitive { () throws(PrimitiveError) in try RandomSource.system.secret(32) }
  }

  mutating func append(_ piece: Span<UInt8>) throws(JOSEError) {
    digests.append(try digest(piece, at: digests.count))
  }

  /// AES-GCM over nothing, with the piece as associated data: GMAC.
  private func digest(_ piece: Span<UInt8>, at index: Int) throws(JOSEError) -> [UInt8] {
    let nonce = (0..<12).map { UInt8(truncatingIfNeeded: $0 < 4 ? 0 : index >> (8 * ($0 - 4))) }
    return try primitive { () throws(PrimitiveError) in
      var none: [UInt8] = []
      return try AEAD.aes256GCM.sealer(key: key, nonce: nonce.span, additionalData: piece)
        .finish(appendingTo: &none)
    }
  }

  /// A comparison from the first piece on.
  func comparison() -> Comparison { Comparison(digests: self) }

  struct Comparison {
    fileprivate let digests: PieceDigests
    private var index = 0

    fileprivate init(digests: PieceDigests) { self.digests = digests }

    /// Whether `piece` is the next one that was digested.
    mutating func matches(_ piece: Span<UInt8>) throws(JOSEError) -> Bool {
      guard index < digests.digests.count else { return false }
      let digest = try digests.digest(piece, at: index)
      let expected = digests.digests[index]
      index += 1
      return ConstantTime.areEqual(digest.span, expected.span)
    }
  }
}
