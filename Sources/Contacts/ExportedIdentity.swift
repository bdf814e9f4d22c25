public import JOSE

/// An identity on its way to another machine, or keys of another program on their way to become one.
///
/// As text it is a JWK Set (RFC 7517 §5) of private keys that any JOSE program reads, with members
/// more: `card`, and `inherited`, a JWK Set of the keys that another device goes on using.
public struct ExportedIdentity: Sendable {
  /// The private keys, the one that others seal for first.
  public let keys: [PrivateJWK]
  /// What others have; nil for keys of another program.
  public let card: Card?
  let inheritedKeys: [PublicJWK]

  /// Keys of another program.
  public init(_ keys: [PrivateJWK]) {
    self.keys = keys
    card = nil
    inheritedKeys = []
  }

  init(_ card: Card, _ held: HeldKeys) {
    keys = held.keys
    self.card = card
    inheritedKeys = held.inheritedKeys
  }

  /// Reads what ``text(_:)`` wrote, or a JWK or JWK Set of another program.
  ///
  /// - Throws: ``ContactsError`` `damaged`.
  public init(parsing text: SecretBytes) throws(ContactsError) {
    let card: JSONValue?
    do throws(JOSEError) {
      let root = try JSONDocument(parsing: text).root
      keys = try JWKSet(root).keys
        .compactMap { if case .privateKey(let key) = $0 { key } else { nil } }
      inheritedKeys = try root.publicKeys("inherited") ?? []
      card = root["card"]
    } catch { throw ContactsError(.damaged, error.reason, underlying: error) }
    self.card = try card.map { (card) throws(ContactsError) in try Card(card) }
  }

  /// All of it as JSON, indented, in protected memory.
  public func text(_ token: PrivateJWK.ExposureToken) -> SecretBytes {
    json(token).secret(readable: true)
  }

  /// All of it as an encrypted JWK Set (RFC 7517 §7).
  ///
  /// - Throws: ``JOSEError`` as ``JWE/encrypt(_:for:options:)``.
  public func encrypted(for recipients: [JWE.Recipient]) throws(JOSEError) -> [UInt8] {
    try JWKSet.encrypt(json(.exposingPrivateKey).secret(), for: recipients)
  }

  private func json(_ token: PrivateJWK.ExposureToken) -> JSONText {
    var members: [JSONText.Member] = [.init("keys", .array(keys.map { $0.json(token) }))]
    if let card { members.append(.init("card", card.json)) }
    if !inheritedKeys.isEmpty {
      members.append(.init("inherited", JWKSet(inheritedKeys.map { .publicKey($0) }).publicJSON))
    }
    return .object(members)
  }

  /// The private key that signed the card; without a card, one that is there for signatures.
  func signingKey() throws(ContactsError) -> PrivateJWK? {
    guard let card else { return keys.first { $0.publicKey.canVerify && !$0.publicKey.canEncrypt } }
    guard let key = keys.first(where: { $0.publicKey.isSameKey(as: card.signingKey) }) else {
      throw ContactsError(.unusableKey, "the key that signed the card is not there")
    }
    return key
  }
}

extension Card {
  /// The card under a name; another one than it has takes a card more.
  func named(_ name: String, signer: PrivateJWK, at now: Int) throws(ContactsError) -> Card {
    guard !name.isExactly(self.name) else { return self }
    var content = content
    content.name = name
    content.serial = max(now, serial + 1)
    return try Card(content, signer: signer, at: now)
  }
}

extension UnlockedIdentity {
  /// All of the identity, to be taken to another machine that takes the place of this one.
  ///
  /// A machine more is what ``addingDevice(_:)`` is for: two that collect messages with the same key
  /// take them from each other.
  public var exported: ExportedIdentity { ExportedIdentity(identity.card, held) }
}
