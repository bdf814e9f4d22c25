import Contacts
import JOSE

/// Identities to test with, without a passphrase.
enum People {
  /// When everything in these tests happens.
  static let now = 1_800_000_000

  static func identity(
    _ name: String, _ kind: PrivateJWK.Kind = .x25519, end: Int? = nil
  ) throws -> UnlockedIdentity {
    try UnlockedIdentity.generate(
      name: name, kind: kind, passphrase: nil, lifetime: .init(start: now, end: end))
  }

  /// Two devices of one person, the second one called phone.
  static func devices(
    _ name: String
  ) throws -> (first: UnlockedIdentity, added: UnlockedIdentity) {
    try devices(identity(name))
  }

  /// A device, and another one that it added.
  static func devices(
    _ first: UnlockedIdentity, name: String = "phone", opensOldFiles: Bool = false
  ) throws -> (first: UnlockedIdentity, added: UnlockedIdentity) {
    let (identity, exported) = try first.addingDevice(
      .init(
        name: name, kind: .x25519, lifetime: .init(start: now), opensOldFiles: opensOldFiles))
    let text = exported.text(.exposingPrivateKey)
    let added = try UnlockedIdentity(
      importing: ExportedIdentity(parsing: text), name: identity.name, passphrase: nil, at: now)
    return (try identity.unlock(), added)
  }

  /// A contact with bare keys, which take no time to make.
  static func contact(_ name: String, keyID: String? = nil) throws -> Contact {
    try Contact(name: name, published: .bare([publicKey(keyID: keyID)]))
  }

  static func publicKey(keyID: String? = nil) throws -> PublicJWK {
    var key = try PrivateJWK.generate(.x25519, use: .encryption).publicKey
    key.metadata.keyID = keyID
    return key
  }
}

extension UnlockedIdentity {
  var published: PublishedKeys { .card(identity.card) }

  /// The keys of the card without its signature.
  var bare: PublishedKeys { .bare(identity.card.keys) }

  func rotated(end: Int? = nil) throws -> UnlockedIdentity {
    try rotated(to: .x25519, lifetime: .init(start: People.now, end: end)).unlock()
  }

  func takenBack() throws -> PublishedKeys {
    .card(try revocation(reason: "lost", at: People.now))
  }
}
