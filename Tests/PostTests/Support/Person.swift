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

  private init(signing: PrivateJWK, devices: [PrivateJWK]) {
    self.signing = signing
    self.devices = devices
  }

  /// People whose keys' names are in the order of the people and their devices.
  ///
  /// The program goes through keys in the order of their names. So it does the same for these
  /// whatever their keys are.
  static func inOrder(_ count: Int, deviceCount: Int) throws -> [Person] {
    let signing = try sorted((0..<count).map { _ in try .generate(.ed25519, use: .signature) })
    let devices = try sorted((0..<count * deviceCount).map { _ in try .generate(.x25519) })
    return signing.enumerated().map { index, key in
      Person(
        signing: key, devices: Array(devices[index * deviceCount..<(index + 1) * deviceCount]))
    }
  }

  private static func sorted(_ keys: [PrivateJWK]) throws -> [PrivateJWK] {
    try keys.map { (try $0.publicKey.thumbprintURI(), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
  }

  var correspondent: Correspondent {
    Correspondent(
      encryptionKeys: devices.map(\.publicKey), signingKeys: [signing.publicKey])
  }

  func keys(_ device: Int = 0, card: [UInt8]? = nil) throws -> OwnKeys {
    try OwnKeys(signer: JWS.Signer(signing), encryptionKeys: [devices[device]], card: card)
  }

  /// A card as this floor knows it: an object with a number.
  func card(_ serial: Int) throws -> [UInt8] {
    Array(
      """
      {"serial":\(serial),"keys":[\(String(decoding: signing.publicKey.serialized, as: UTF8.self))]}
      """.utf8)
  }

  func name() throws -> String { try signing.publicKey.thumbprintURI() }
  func keyName(_ device: Int = 0) throws -> String {
    try devices[device].publicKey.thumbprintURI()
  }
}

/// Those who know each other.
struct Circle: Correspondents {
  private let people: [String: Correspondent]

  init(_ people: [Person], cardSerial: Int? = nil) throws {
    var known: [String: Correspondent] = [:]
    for person in people {
      var correspondent = person.correspondent
      correspondent.cardSerial = cardSerial
      known[try person.name()] = correspondent
    }
    self.people = known
  }

  func correspondent(signingAs issuer: String) throws -> Correspondent? { people[issuer] }
}
