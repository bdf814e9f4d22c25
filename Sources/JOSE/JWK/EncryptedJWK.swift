package import Primitives

extension JWKSet {
  /// The set encrypted as a JWE with `cty` `jwk-set+json` (RFC 7517 §7).
  ///
  /// - Throws: ``JOSEError`` as ``JWE/encrypt(_:for:options:)``.
  public func encrypted(for recipients: [JWE.Recipient]) throws(JOSEError) -> [UInt8] {
    try Self.encrypt(json(.exposingPrivateKey).secret(), for: recipients)
  }

  /// The text of a JWK Set encrypted likewise, with whatever members it has besides `keys`.
  package static func encrypt(
    _ text: SecretBytes, for recipients: [JWE.Recipient]
  ) throws(JOSEError) -> [UInt8] {
    var options = JWE.EncryptionOptions()
    options.contentType = "jwk-set+json"
    return try JWE.encrypt(text, for: recipients, options: options)
  }

  /// Opens an encrypted JWK (`cty` `jwk+json`) or JWK Set.
  ///
  /// - Throws: ``JOSEError`` as ``JWE/decrypt(_:with:policy:)``; `malformed` when the content says
  ///   that it is something else than keys.
  public init(
    decrypting envelope: [UInt8], with keys: [JWE.DecryptionKey],
    policy: JWE.DecryptionPolicy = JWE.DecryptionPolicy()
  ) throws(JOSEError) {
    try self.init(parsing: Self.text(decrypting: envelope, with: keys, policy: policy))
  }

  /// The text of an encrypted JWK or JWK Set.
  package static func text(
    decrypting envelope: [UInt8], with keys: [JWE.DecryptionKey],
    policy: JWE.DecryptionPolicy = JWE.DecryptionPolicy()
  ) throws(JOSEError) -> SecretBytes {
    let parsed = try JWE.Envelope(BytesInMemory(envelope), policy: policy)
    let types = ["jwk+json", "jwk-set+json"].map { MediaType($0) }
    guard let contentType = parsed.contentType, types.contains(MediaType(contentType)) else {
      throw JOSEError(.malformed, "its content is not a key")
    }
    let gathered = BytesGathered()
    _ = try parsed.unlock(with: keys).decrypt(into: gathered)
    var plaintext = gathered.takeCommitted()
    return SecretBytes(wiping: &plaintext)
  }
}

/// A value of `typ` or `cty`: without a slash it means `application/` (RFC 7515 §4.1.9).
struct MediaType: Equatable {
  private let name: String

  init(_ text: String) {
    let lowercase = text.lowercasedASCII
    name = lowercase.utf8.contains(UInt8(ascii: "/")) ? lowercase : "application/\(lowercase)"
  }
}
