public import JOSE

/// An identity whose private keys are at hand.
public struct UnlockedIdentity: Sendable {
  /// The identity as it is kept.
  public let identity: Identity
  let held: HeldKeys

  /// The key that speaks for its owner.
  public var signingKey: PrivateJWK { held.signingKey }
  /// The keys that open what is sealed for it, the retired ones last.
  public var decryptionKeys: [PrivateJWK] { held.decryptionKeys }
  /// The keys whose messages this device collects: its own, the retired ones last, and never another
  /// device's.
  ///
  /// Who collects a message takes it away. A key that another device handed over to open old files is
  /// therefore none of them.
  public var deviceKeys: [PrivateJWK] { held.decryptionKeys.filter(held.isOwn) }
  /// All private keys, as they are kept and exported.
  public var keys: [PrivateJWK] { held.keys }

  init(
    _ identity: Identity, _ set: JWKSet, passphrase: SecretBytes?
  ) throws(JOSEError) {
    let keys = set.keys.compactMap { if case .privateKey(let key) = $0 { key } else { nil } }
    // Whoever could change the readable half could have other keys encrypted to. The card is signed,
    // so that all of it is right when the signing key is. Other devices' keys are on it too; of those
    // that are said to be here, each must be.
    guard
      let signingKey = keys.first(where: { $0.publicKey.isSameKey(as: identity.card.signingKey) }),
      identity.heldKeys.allSatisfy({ $0.isAmong(keys.map(\.publicKey)) })
    else { throw JOSEError(.invalidKey, "its private and public keys do not belong together") }
    self.identity = identity
    held = HeldKeys(
      signingKey: signingKey, decryptionKeys: keys.filter(\.publicKey.canEncrypt),
      inheritedKeys: identity.inheritedKeys, passphrase: passphrase)
  }

  init(_ card: Card, _ held: HeldKeys) throws(ContactsError) {
    self.held = held
    identity = try Identity(card: card, held: held)
  }

  // MARK: Making

  /// Makes an identity of fresh keys.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - kind: the kind of its encryption key; the signing key is always Ed25519.
  ///   - passphrase: what protects the private keys; nil for nothing.
  ///   - lifetime: when it is made and ends.
  /// - Returns: the identity, not in any keyring yet.
  /// - Throws: ``ContactsError`` `invalidName`, `internalFailure`.
  public static func generate(
    name: String, kind: PrivateJWK.Kind, passphrase: SecretBytes?, lifetime: Lifetime
  ) throws(ContactsError) -> UnlockedIdentity {
    let key = try encryptionKey(kind, lifetime)
    let signingKey = try signingKey(at: lifetime.start)
    let card = try Card(
      name: name, serial: 1, keys: [key.publicKey, signingKey.publicKey], signer: signingKey,
      at: lifetime.start)
    return try UnlockedIdentity(
      card,
      HeldKeys(signingKey: signingKey, decryptionKeys: [key], passphrase: passphrase))
  }

  /// When a key is made, and when it ends.
  public struct Lifetime: Sendable {
    /// In seconds since 1970.
    public var start: Int
    /// In seconds since 1970; nil for never.
    public var end: Int?

    /// From `start` to `end`.
    public init(start: Int, end: Int? = nil) {
      self.start = start
      self.end = end
    }
  }

  /// Makes an identity of keys that exist.
  ///
  /// With a card, it is the identity that was exported, other devices' keys on the card and all; under
  /// another name, the card is signed anew. Without, the first encryption key counts, others are
  /// retired, and a signing key is made unless there is one.
  ///
  /// The serial of a card that is made is the time, if that is higher: an identity that moves to
  /// another machine this way must not begin below the cards that others have of it.
  ///
  /// - Throws: ``ContactsError`` `invalidName`, `unusableKey` when none can decrypt, or the card is by
  ///   another key.
  public init(
    importing exported: ExportedIdentity, name: String, passphrase: SecretBytes?, at now: Int
  ) throws(ContactsError) {
    let encryptionKeys = exported.keys.filter(\.publicKey.canEncrypt)
    guard let first = encryptionKeys.first else {
      throw ContactsError(.unusableKey, "there is no private key that decrypts")
    }
    let signingKey =
      if let own = try exported.signingKey() { own } else { try Self.signingKey(at: now) }
    let card: Card
    if let exported = exported.card {
      card = try exported.named(name, signer: signingKey, at: now)
    } else {
      card = try Card(
        name: name, serial: max(1, now), keys: [first.publicKey, signingKey.publicKey],
        signer: signingKey, at: now)
    }
    try self.init(
      card,
      HeldKeys(
        signingKey: signingKey, decryptionKeys: encryptionKeys,
        inheritedKeys: exported.inheritedKeys, passphrase: passphrase))
  }

  static func encryptionKey(
    _ kind: PrivateJWK.Kind, _ lifetime: Lifetime
  ) throws(ContactsError) -> PrivateJWK {
    do {
      var key = try PrivateJWK.generate(kind, use: .encryption)
      key.metadata.algorithm = try JWE.Recipient(key.publicKey).algorithm.rawValue
      key.metadata.issuedAt = lifetime.start
      key.metadata.expiresAt = lifetime.end
      return key
    } catch { throw ContactsError(.internalFailure, error.reason, underlying: error) }
  }

  private static func signingKey(at now: Int) throws(ContactsError) -> PrivateJWK {
    do {
      var key = try PrivateJWK.generate(.ed25519, use: .signature)
      key.metadata.algorithm = SignatureAlgorithm.edDSA.rawValue
      key.metadata.issuedAt = now
      return key
    } catch { throw ContactsError(.internalFailure, error.reason, underlying: error) }
  }

  // MARK: Changing

  /// The identity with a fresh encryption key of this device on its card; the old ones go on opening,
  /// and the other devices keep theirs.
  ///
  /// - Throws: ``ContactsError`` `revoked`, `internalFailure`.
  public func rotated(
    to kind: PrivateJWK.Kind, lifetime: Lifetime
  ) throws(ContactsError) -> Identity {
    try identity.requireUnrevoked()
    var (content, held) = (identity.card.content, held)
    try renewKey(in: &content, &held, to: kind, lifetime)
    content.serial += 1
    let card = try Card(content, signer: signingKey, at: lifetime.start)
    return try UnlockedIdentity(card, held).identity
  }

  /// The identity under another passphrase; under none when it is nil.
  ///
  /// - Throws: ``ContactsError`` `internalFailure`.
  public func protected(by passphrase: SecretBytes?) throws(ContactsError) -> Identity {
    var held = held
    held.passphrase = passphrase
    return try UnlockedIdentity(identity.card, held).identity
  }

  /// A card that takes everything back.
  ///
  /// It counts whenever it is shown, so that one made at birth helps when all else is lost.
  ///
  /// - Throws: ``ContactsError`` `internalFailure`.
  public func revocation(reason: String?, at now: Int) throws(ContactsError) -> Card {
    try identity.requireUnrevoked()
    var content = identity.card.content
    for index in content.keys.indices {
      content.keys[index].metadata.revocation = .init(revokedAt: now, reason: reason)
    }
    content.serial += 1
    return try Card(content, signer: signingKey, at: now)
  }
}

extension Identity {
  /// The identity after its revocation: it opens what it could open, and nobody seals for it.
  ///
  /// - Throws: ``ContactsError`` `untrusted` unless `card` is this identity's own revocation.
  public func revoked(by card: Card) throws(ContactsError) -> Identity {
    guard card.isRevocation, card.signingKey.isSameKey(as: self.card.signingKey) else {
      throw ContactsError(.untrusted, "the card is no revocation of the identity \(name)")
    }
    return Identity(self, card: card)
  }
}
