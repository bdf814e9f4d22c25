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

/// SplitMix64: what it yields depends on the seed alone, so that a failure can be had again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
