internal import DurableFiles
public import JOSE

/// An identity whose private keys are at hand.
public struct UnlockedIdentity: Sendable {
  /// The identity as it is kept.
  public let identity: Identity
  /// The key that speaks for its owner.
  public let signingKey: PrivateJWK
  /// The keys that open what is sealed for it, the retired ones last.
  public let decryptionKeys: [PrivateJWK]
  private let passphrase: SecretBytes?

  /// All private keys, as they are kept and exported.
  public var keys: [PrivateJWK] { Self.ordered(signingKey, decryptionKeys) }

  init(
    _ identity: Identity, _ set: JWKSet, passphrase: SecretBytes?
  ) throws(JOSEError) {
    let keys = set.keys.compactMap { if case .privateKey(let key) = $0 { key } else { nil } }
    // Whoever could change the readable half could have other keys encrypted to. The card is signed,
    // so that all of it is right when the signing key is.
    guard
      let signingKey = keys.first(where: { $0.publicKey.isSameKey(as: identity.card.signingKey) })
    else { throw JOSEError(.invalidKey, "its private and public keys do not belong together") }
    self.identity = identity
    self.signingKey = signingKey
    decryptionKeys = keys.filter(\.publicKey.canEncrypt)
    self.passphrase = passphrase
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
    return try UnlockedIdentity(card, signingKey, [key], passphrase)
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

  /// Makes an identity of keys that exist: the first encryption key counts, others are retired; a
  /// signing key is made unless there is one.
  ///
  /// The card's serial is the time: an identity that moves to another machine this way must not begin
  /// below the cards that others have of it.
  ///
  /// - Throws: ``ContactsError`` `invalidName`, `unusableKey` when none can decrypt.
  public init(
    importing keys: [PrivateJWK], name: String, passphrase: SecretBytes?, at now: Int
  ) throws(ContactsError) {
    let encryptionKeys = keys.filter(\.publicKey.canEncrypt)
    guard let first = encryptionKeys.first else {
      throw ContactsError(.unusableKey, "there is no private key that decrypts")
    }
    let own = keys.first { $0.publicKey.canVerify && !$0.publicKey.canEncrypt }
    let signingKey = if let own { own } else { try Self.signingKey(at: now) }
    let card = try Card(
      name: name, serial: max(1, now), keys: [first.publicKey, signingKey.publicKey],
      signer: signingKey, at: now)
    try self.init(card, signingKey, encryptionKeys, passphrase)
  }

  private init(
    _ card: Card, _ signingKey: PrivateJWK, _ decryptionKeys: [PrivateJWK],
    _ passphrase: SecretBytes?
  ) throws(ContactsError) {
    self.signingKey = signingKey
    self.decryptionKeys = decryptionKeys
    self.passphrase = passphrase
    let retired = decryptionKeys.map(\.publicKey).filter { key in
      !card.keys.contains { $0.isSameKey(as: key) }
    }
    identity = try Identity(
      card: card, retiredKeys: retired, keys: Self.ordered(signingKey, decryptionKeys),
      passphrase: passphrase)
  }

  /// The key that others seal for comes first: programs that know of one key take that.
  private static func ordered(
    _ signingKey: PrivateJWK, _ decryptionKeys: [PrivateJWK]
  ) -> [PrivateJWK] {
    decryptionKeys.prefix(1) + [signingKey] + decryptionKeys.dropFirst()
  }

  private static func encryptionKey(
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

  /// The identity with a fresh encryption key on its card; the old ones go on opening.
  ///
  /// - Throws: ``ContactsError`` `revoked`, `internalFailure`.
  public func rotated(
    to kind: PrivateJWK.Kind, lifetime: Lifetime
  ) throws(ContactsError) -> Identity {
    try requireUnrevoked()
    let key = try Self.encryptionKey(kind, lifetime)
    let card = try Card(
      name: identity.name, serial: identity.card.serial + 1,
      keys: [key.publicKey, signingKey.publicKey], signer: signingKey, at: lifetime.start)
    return try UnlockedIdentity(card, signingKey, [key] + decryptionKeys, passphrase).identity
  }

  /// The identity under another passphrase; under none when it is nil.
  ///
  /// - Throws: ``ContactsError`` `internalFailure`.
  public func protected(by passphrase: SecretBytes?) throws(ContactsError) -> Identity {
    try UnlockedIdentity(identity.card, signingKey, decryptionKeys, passphrase).identity
  }

  /// A card that takes everything back.
  ///
  /// It counts whenever it is shown, so that one made at birth helps when all else is lost.
  ///
  /// - Throws: ``ContactsError`` `internalFailure`.
  public func revocation(reason: String?, at now: Int) throws(ContactsError) -> Card {
    try requireUnrevoked()
    var keys = identity.card.keys
    for index in keys.indices {
      keys[index].metadata.revocation = .init(revokedAt: now, reason: reason)
    }
    return try Card(
      name: identity.name, serial: identity.card.serial + 1, keys: keys, signer: signingKey,
      at: now)
  }

  private func requireUnrevoked() throws(ContactsError) {
    guard let revocation = identity.card.signingKey.metadata.revocation else { return }
    throw ContactsError(
      .revoked,
      "the identity \(identity.name) was revoked on \(Platform.day(of: revocation.revokedAt))")
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
