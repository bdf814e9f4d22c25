import Foundation
import JOSE
import Testing
import Seeded

@testable import Contacts

/// Nothing that is handed out ever holds a private member, at any depth, under any kind of key.
@Suite struct PublicExportTests {
  private static let privateNames: Set<String> = [
    "d", "p", "q", "dp", "dq", "qi", "k", "oth", "priv",
  ]

  /// The private names in a JSON text.
  private static func leaks(in text: [UInt8]) throws -> Set<String> {
    try names(JSONSerialization.jsonObject(with: Data(text))).intersection(privateNames)
  }

  private static func names(_ value: Any) -> Set<String> {
    switch value {
    case let object as [String: Any]:
      object.values.map(names).reduce(Set(object.keys)) { $0.union($1) }
    case let array as [Any]: array.map(names).reduce([]) { $0.union($1) }
    default: []
    }
  }

  @Test("the search finds a private member at any depth")
  func searchFinds() throws {
    let alice = try People.identity("alice")
    let set = JWKSet(alice.keys.map { .privateKey($0) }).json(.exposingPrivateKey).secret()
    #expect(try Self.leaks(in: set.withBytes { Array(copying: $0) }) == ["d"])
    #expect(try Self.leaks(in: Array(#"{"a":[{"b":{"qi":1}}]}"#.utf8)) == ["qi"])
    #expect(try Self.leaks(in: alice.identity.card.serialized).isEmpty)
  }

  @Test(
    "whatever happens to an identity, its card and what is made of it are public",
    arguments: [
      .x25519, .p256, .p384, .p521, .x448, .rsa(bitCount: 2048),
    ] as [PrivateJWK.Kind], [1, 2] as [UInt64])
  func property(_ kind: PrivateJWK.Kind, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let scratch = try Scratch()
    let keyring = scratch.keyring
    let directory = scratch.file("project")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let project = try ContactBook.makeProject(in: directory, for: keyring)
    var identity = try Self.imported(People.identity("alice", kind))
    try keyring.add(identity.identity)
    for step in 0..<8 {
      identity = try Self.changed(identity, in: keyring, &generator)
      let contact = try Contact(
        name: "c\(step)",
        published: Bool.random(using: &generator) ? identity.published : identity.bare)
      for book in [keyring.contacts, project] {
        try book.add(contact)
        try book.rename(contact.name, to: "renamed\(step)")
        try book.add([.person("renamed\(step)")], toGroup: "team") { _ in nil }
      }
      #expect(try Self.leaks(in: identity.identity.card.serialized).isEmpty, "step \(step)")
      #expect(try Self.leaks(in: contact.published.serialized).isEmpty)
      #expect(try Self.leaks(in: identity.revocation(reason: "d", at: 1).serialized).isEmpty)
    }
    for name in ["contacts", "groups", "project"] {
      let files = try scratch.files(below: name).filter { $0.key.hasSuffix(".json") }
      #expect(!files.isEmpty)
      for (path, text) in files { #expect(try Self.leaks(in: Array(text)).isEmpty, "\(path)") }
    }
  }

  /// The same identity by way of the text of its private keys, and under `key_ops` of a private key.
  private static func imported(_ identity: UnlockedIdentity) throws -> UnlockedIdentity {
    let keys = try identity.keys.map { key in
      guard case .privateKey(let read) = try JWK(parsing: key.serialized(.exposingPrivateKey))
      else { throw JOSEError(.invalidKey, "a private key was read as another") }
      return read
    }
    return try UnlockedIdentity(
      importing: ExportedIdentity(keys), name: "alice", passphrase: nil, at: People.now)
  }

  private static func changed(
    _ identity: UnlockedIdentity, in keyring: Keyring, _ generator: inout SeededGenerator
  ) throws -> UnlockedIdentity {
    let new: Identity =
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: try identity.rotated(to: .p256, lifetime: .init(start: People.now))
      case 1: try identity.rotated(to: .x25519, lifetime: .init(start: People.now, end: 1 << 40))
      default: try identity.protected(by: nil)
      }
    try keyring.replace(identity.identity, with: new)
    return try keyring.requiredIdentity("alice").unlock()
  }

  @Test("a key with private members is nobody's contact, in a card or bare")
  func contactsFromPrivateKeys() throws {
    let alice = try People.identity("alice")
    let set = JWKSet(alice.keys.map { .privateKey($0) }).json(.exposingPrivateKey).secret()
    let file =
      Array(#"{"name":"alice","card":"#.utf8) + set.withBytes { Array(copying: $0) }
      + Array("}".utf8)
    #expect(
      reason { try Contact(parsing: file, name: "alice") }
        == "the contact alice is damaged: it holds a private or shared key")
  }
}
