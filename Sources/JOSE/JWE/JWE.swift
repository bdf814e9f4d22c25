/// JSON Web Encryption (RFC 7516).
///
/// ```swift
/// let key = try PrivateJWK.generate(.x25519)
/// let sealed = try JWE.encrypt(Array("hello".utf8), for: [JWE.Recipient(key.publicKey)])
/// let opened = try JWE.decrypt(sealed, with: [.privateKey(key)])
/// ```
///
/// What opens is confidential, not authentic: anybody who has the public keys can have made it.
public enum JWE {
  /// How a message is written (RFC 7516 §7).
  public enum Serialization: Sendable {
    /// JSON: flattened for one recipient, general for more.
    case json
    /// Five parts with dots between, for one recipient.
    case compact
  }

  /// Names that RFC 7516 §4.1 and RFC 7518 §4 register, which `crit` must not hold.
  static let registeredParameters: Set<String> = [
    "alg", "enc", "zip", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit",
    "epk", "apu", "apv", "iv", "tag", "p2s", "p2c",
  ]
}
