internal import Primitives

/// What a file of a post is called: base32 of the SHA-256 of its bytes, 52 characters.
struct ContentHash: Hashable, Sendable {
  static let characterCount = 52

  let text: String

  /// The hash of `bytes`.
  init(of bytes: [UInt8]) throws(PostError) {
    do throws(PrimitiveError) {
      self.init(digest: try Hash.sha256.digest(bytes.span))
    } catch { throw PostError(.internalFailure, error.reason, underlying: error) }
  }

  init(digest: [UInt8]) { text = Base32.encode(digest) }

  /// Reads a hash as it stands in a name; nil when it is none.
  init?(parsing text: some StringProtocol) {
    guard text.utf8.count == Self.characterCount, Base32.isAlphabetic(text.utf8) else { return nil }
    self.text = String(text)
  }
}
