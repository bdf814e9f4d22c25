import JOSE

@testable import Post

/// Somebody with one signing key and devices, each with an encryption key.
struct Person: Sendable {
  let signing: PrivateJWK
  let devices: [PrivateJWK]

  init(deviceCount: Int = 1) throws {
    signing = try PrivateJWK.generate(.ed25519, use: .signature)
    devices = try (0..<deviceCount).map { _ in try PrivateJWK.generate(.x25519) }
  }

  var correspondent: Correspondent {
    Correspondent(
      encryptionKeys: devices.map(\.publicKey), signingKeys: [signing.publicKey])
  }

  func keys(_ device: Int = 0) throws -> OwnKeys {
    try OwnKeys(signer: JWS.Signer(signing), encryptionKeys: [devices[device]])
  }

  func name() throws -> String { try signing.publicKey.thumbprintURI() }
  func keyName(_ device: Int = 0) throws -> String {
    try devices[device].publicKey.thumbprintURI()
  }
}

/// Those who know each other.
struct Circle: Correspondents {
  private let people: [String: Correspondent]

  init(_ people: [Person]) throws {
    var known: [String: Correspondent] = [:]
    for person in people { known[try person.name()] = person.correspondent }
    self.people = known
  }

  func correspondent(signingAs issuer: String) throws -> Correspondent? { people[issuer] }
}
