internal import DurableFiles
public import JOSE

/// A person's own keys: a card to hand out, and the private keys, usually under a passphrase.
///
/// The card has an encryption key of each of the person's devices; the private half of one is here.
public struct Identity: Sendable {
  enum PrivateKeys: Sendable {
    /// A JWE of the JWK Set (RFC 7517 §7).
    case encrypted([UInt8])
    /// The JWK Set itself.
    case plain(SecretBytes)
  }

  /// What others get.
  public let card: Card
  /// Keys from before a rotation: they open what was sealed for them, and nobody seals for them.
  public let retiredKeys: [PublicJWK]
  /// Keys on the card whose private half is here: this device's.
  let cardKeysHere: [PublicJWK]
  /// Keys that another device shared for opening old files; what comes for them is that device's.
  let inheritedKeys: [PublicJWK]
  let privateKeys: PrivateKeys

  /// The identity's name.
  public var name: String { card.name }
  /// The encryption keys whose private half is here: what is sealed for one of them opens.
  public var heldKeys: [PublicJWK] { cardKeysHere + retiredKeys }
  /// This device's key on the card; nil when the device was taken off it.
  public var deviceKey: PublicJWK? { cardKeysHere.first { !$0.isAmong(inheritedKeys) } }
  /// All keys that it has, or had.
  public var publicKeys: [PublicJWK] { card.keys + retiredKeys }

  /// Whether `other` has the same card, and the same private keys under it.
  package func isSame(as other: Identity) -> Bool {
    card.serialized == other.card.serialized && heldKeys.count == other.heldKeys.count
      && heldKeys.allSatisfy { $0.isAmong(other.heldKeys) }
  }

  /// Whether a passphrase is needed to use the private keys.
  public var isEncrypted: Bool {
    if case .encrypted = privateKeys { return true }
    return false
  }

  /// The keys to encrypt to at `now`, in seconds since 1970; at least one.
  ///
  /// - Throws: ``ContactsError`` `revoked` or `expired` when none of them may be used.
  public func encryptionKeys(at now: Int) throws(ContactsError) -> [PublicJWK] {
    try card.keys.usable(at: now, of: EndedKeys(name: name, holder: .oneself))
  }

  /// The private keys of an identity that needs no passphrase.
  ///
  /// - Throws: ``ContactsError`` `wrongPassphrase` when it does need one, `damaged`.
  public func unlock() throws(ContactsError) -> UnlockedIdentity {
    guard case .plain(let text) = privateKeys else {
      throw ContactsError(.wrongPassphrase, "the identity \(name) is under a passphrase")
    }
    do throws(JOSEError) {
      return try UnlockedIdentity(self, JWKSet(parsing: text), passphrase: nil)
    } catch { throw Self.damaged(name, error) }
  }

  /// The private keys under `passphrase`.
  ///
  /// - Throws: ``ContactsError`` `wrongPassphrase`, or `damaged` when what opens is not the private
  ///   half of the public keys.
  public func unlock(passphrase: SecretBytes) throws(ContactsError) -> UnlockedIdentity {
    guard case .encrypted(let envelope) = privateKeys else { return try unlock() }
    do throws(JOSEError) {
      let set = try JWKSet(decrypting: envelope, with: [.passphrase(passphrase)])
      return try UnlockedIdentity(self, set, passphrase: passphrase)
    } catch {
      if error.code == .limitExceeded {
        throw ContactsError(
          .inputOutput, "the identity \(name) cannot be opened now: \(error.reason)",
          underlying: error)
      }
      guard error.code == .decryptionFailed else { throw Self.damaged(name, error) }
      throw ContactsError(
        .wrongPassphrase, "the passphrase does not open the identity \(name)", underlying: error)
    }
  }

  private static func damaged(_ name: String, _ error: JOSEError) -> ContactsError {
    ContactsError(.damaged, "the identity \(name) is damaged: \(error.reason)", underlying: error)
  }

  init(card: Card, held: HeldKeys) throws(ContactsError) {
    let set = JWKSet(held.keys.map { .privateKey($0) })
    let privateKeys: PrivateKeys
    if let passphrase = held.passphrase {
      do throws(JOSEError) {
        privateKeys = .encrypted(
          try set.encrypted(for: [JWE.Recipient(passphrase: passphrase, argon2id: .standard)]))
      } catch { throw ContactsError(.internalFailure, error.reason, underlying: error) }
    } else {
      privateKeys = .plain(set.json(.exposingPrivateKey).secret())
    }
    self.init(card, privateKeys, held.decryptionKeys.map(\.publicKey), held.inheritedKeys)
  }

  /// The same private keys under another card.
  init(_ other: Identity, card: Card) {
    self.init(card, other.privateKeys, other.heldKeys, other.inheritedKeys)
  }

  private init(
    _ card: Card, _ privateKeys: PrivateKeys, _ held: [PublicJWK], _ inherited: [PublicJWK]
  ) {
    self.card = card
    self.privateKeys = privateKeys
    cardKeysHere = card.keys.filter { $0.canEncrypt && $0.isAmong(held) }
    retiredKeys = held.filter { !$0.isAmong(card.keys) }
    inheritedKeys = inherited
  }

  init(parsing text: SecretBytes, name: String) throws(ContactsError) {
    do throws(JOSEError) {
      let root = try JSONDocument(parsing: text).root
      guard let publicPart = root["card"], let privatePart = root["private"],
        privatePart.isObject
      else { throw JOSEError(.malformed, "card or private is missing") }
      do { card = try Card(publicPart) } catch { throw JOSEError(.invalidKey, error.reason) }
      guard card.name == name else { throw JOSEError(.invalidKey, "its card has another name") }
      retiredKeys = try root.publicKeys("retired") ?? []
      // Without `here`, all of them: a file from before there were devices.
      let here = try root.publicKeys("here")
      let cardKeysHere = card.keys.filter { $0.canEncrypt && (here.map($0.isAmong) ?? true) }
      guard here == nil || here?.count == cardKeysHere.count else {
        throw JOSEError(.invalidKey, "its keys are not those of its card")
      }
      self.cardKeysHere = cardKeysHere
      inheritedKeys = try root.publicKeys("inherited") ?? []
      privateKeys =
        privatePart["ciphertext"] == nil
        ? .plain(privatePart.secretSource) : .encrypted(privatePart.source)
    } catch { throw Self.damaged(name, error) }
  }

  /// The identity's file.
  var serialized: SecretBytes {
    let privatePart: JSONText =
      switch privateKeys {
      case .encrypted(let envelope): .verbatim(envelope.filter { $0 != 0x0A })
      case .plain(let text): .secretVerbatim(text)
      }
    return JSONText.object([
      .init("name", .string(name)), .init("card", card.json),
      .init("retired", JWKSet(retiredKeys.map { .publicKey($0) }).publicJSON),
      .init("here", JWKSet(cardKeysHere.map { .publicKey($0) }).publicJSON),
      .init("inherited", JWKSet(inheritedKeys.map { .publicKey($0) }).publicJSON),
      .init("private", privatePart),
    ]).secret(readable: true)
  }
}

extension JSONValue {
  /// The public keys of the JWK Set called `name`; nil when there is none.
  func publicKeys(_ name: String) throws(JOSEError) -> [PublicJWK]? {
    try self[name].map { (set) throws(JOSEError) in try JWKSet(set).publicKeys }
  }
}

extension PublicJWK {
  func isAmong(_ keys: [PublicJWK]) -> Bool { keys.contains { $0.isSameKey(as: self) } }
}
