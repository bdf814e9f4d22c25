public import Primitives

/// A shared key as a JWK (RFC 7518 §6.4).
///
/// It has no thumbprint: that would be a hash of the secret, there for the guessing (RFC 7638 §7).
public struct SymmetricJWK: Sendable {
  /// The key itself.
  public let k: SecretBytes
  /// What the key says about itself.
  public var metadata: KeyMetadata

  /// Makes a key of `k`, which must not be empty.
  ///
  /// - Throws: ``JOSEError`` `invalidKey` for an empty key.
  public init(_ k: SecretBytes, _ metadata: KeyMetadata = KeyMetadata()) throws(JOSEError) {
    guard k.byteCount > 0 else { throw JOSEError(.invalidKey, "the key is empty") }
    self.k = k
    self.metadata = metadata
  }

  init(_ object: JSONValue) throws(JOSEError) {
    try self.init(object.requiredSecret("k"), KeyMetadata(object))
  }

  /// The JWK with its secret, in protected memory.
  public func serialized(_ token: PrivateJWK.ExposureToken) -> SecretBytes { json(token).secret() }

  /// The JWK with its secret.
  package func json(_: PrivateJWK.ExposureToken) -> JSONText {
    .object(
      [.init("kty", .string("oct")), .init("k", .secretBase64URL(k))] + metadata.members)
  }
}
