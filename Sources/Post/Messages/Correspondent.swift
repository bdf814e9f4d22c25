public import JOSE

/// Somebody to write to or to hear from, with the keys that the caller knows to be theirs.
public struct Correspondent: Sendable {
  /// The encryption keys of all their devices: each gets every message.
  public var encryptionKeys: [PublicJWK]
  /// The keys that their signatures hold under.
  public var signingKeys: [PublicJWK]
  /// Thumbprint URIs of encryption keys that were theirs: what was sent to these they may still
  /// acknowledge.
  public var formerEncryptionKeys: [String] = []
  /// `serial` of their newest card that is known; nil when none is.
  public var cardSerial: Int?

  /// Somebody with these keys.
  public init(encryptionKeys: [PublicJWK], signingKeys: [PublicJWK]) {
    self.encryptionKeys = encryptionKeys
    self.signingKeys = signingKeys
  }

  /// Whether the encryption key with this thumbprint URI is or was theirs.
  func owns(_ key: String) throws(JOSEError) -> Bool {
    if formerEncryptionKeys.contains(where: { $0.isExactly(key) }) { return true }
    for own in encryptionKeys where try own.thumbprintURI().isExactly(key) { return true }
    return false
  }
}

/// Who is known; asked for each message that comes in.
public protocol Correspondents: Sendable {
  /// Whoever signs with the key that has the thumbprint URI `issuer`; nil for a stranger.
  func correspondent(signingAs issuer: String) throws -> Correspondent?
}

/// The private keys of one device.
public struct OwnKeys: Sendable {
  /// The signing key.
  public let signer: JWS.Signer
  /// The encryption keys, the current one and those from before it.
  public let encryptionKeys: [PrivateJWK]
  /// The signing key's thumbprint URI, as others find it in `iss`.
  let issuer: String
  /// The key that what is sent from now on is sealed for.
  let current: PrivateJWK
  let announced: CardClaim?

  /// What every message tells of its sender's keys; nil when they tell nothing.
  public var card: [UInt8]? { announced?.bytes }

  /// Takes a device's keys.
  ///
  /// - Parameters:
  ///   - signer: the signing key.
  ///   - encryptionKeys: the current one first, then those from before it.
  ///   - card: the owner's card for others, a JSON object of up to 16 KiB; nil sends none along.
  /// - Throws: ``PostError`` `unusableKey` for a shared signing key or no encryption key;
  ///   `malformed`, `limitExceeded` for the card.
  public init(
    signer: JWS.Signer, encryptionKeys: [PrivateJWK], card: [UInt8]? = nil
  ) throws(PostError) {
    guard let key = signer.publicKey, let current = encryptionKeys.first else {
      throw PostError(.unusableKey, "a device needs a private signing key and an encryption key")
    }
    self.signer = signer
    self.encryptionKeys = encryptionKeys
    self.current = current
    announced = try card.map { (card) throws(PostError) in try CardClaim(parsing: card) }
    do { issuer = try key.thumbprintURI() } catch { throw PostError(error) }
  }
}
