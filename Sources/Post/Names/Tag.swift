internal import JOSE
internal import Primitives

/// What the owner of an encryption key is called in one post, 26 characters.
///
/// Of the key only who has it can tell: each post has other tags for the same key.
struct Tag: Hashable, Sendable {
  static let characterCount = 26

  let text: String

  /// The tag of the owner of `key` in the post with the id `post`.
  init(of key: PublicJWK, in post: PostIdentifier) throws(PostError) {
    let thumbprint = try floor { () throws(JOSEError) in try key.thumbprint() }
    do throws(PrimitiveError) {
      let code = try HMAC.code(
        .sha256, key: SecretBytes(copying: post.bytes.span), thumbprint.span)
      text = String(Base32.encode(code).prefix(Self.characterCount))
    } catch { throw PostError(.internalFailure, error.reason, underlying: error) }
  }

  /// Reads a tag as the mailbox keeps it; nil when it is none.
  init?(parsing text: String) {
    guard text.utf8.count == Self.characterCount, Base32.isAlphabetic(text.utf8) else { return nil }
    self.text = text
  }
}
