import DurableFiles
import JOSE
import Testing

@testable import Contacts

/// What is written can be read again; what could not is refused while the old state is still there.
@Suite struct LimitTests {
  private let scratch: Scratch
  private let keyring: Keyring

  init() throws {
    scratch = try Scratch()
    keyring = scratch.keyring
  }

  /// Of keys that say much about themselves, so that few of them take much room.
  private func identity(keyCount: Int) throws -> UnlockedIdentity {
    let keys = try (0..<keyCount).map { _ in
      var key = try PrivateJWK.generate(.x25519, use: .encryption)
      key.metadata.keyID = Self.longName
      return key
    }
    return try UnlockedIdentity(
      importing: ExportedIdentity(keys), name: "alice", passphrase: nil, at: People.now)
  }

  private static let longName = String(repeating: "k", count: 20_000)

  @Test("an identity of as many keys as are read is read; a change more leaves it as it is")
  func identityOfManyKeys() throws {
    let sizes = try [2, 3].map { try identity(keyCount: $0).identity.serialized.byteCount }
    let most = 2 + (JournaledDirectory.fileLimit - sizes[0]) / (sizes[1] - sizes[0])
    let large = try identity(keyCount: most)
    try keyring.add(large.identity)
    let kept = try keyring.requiredIdentity("alice")
    #expect(try kept.unlock().decryptionKeys.count == most)
    let larger = try identity(keyCount: most + 1).identity
    #expect(code { try keyring.replace(kept, with: larger) } == .limitExceeded)
    #expect(try keyring.requiredIdentity("alice").serialized == kept.serialized)
    let other = try UnlockedIdentity(
      importing: ExportedIdentity(identity(keyCount: most + 1).keys), name: "other",
      passphrase: nil, at: People.now)
    #expect(code { try keyring.add(other.identity) } == .limitExceeded)
    #expect(try keyring.identities().map(\.name) == ["alice"])
    // What is read is also what a backup holds.
    #expect(try keyring.restore(keyring.backup(), replacesOthers: false).restoredCount == 0)
  }

  @Test("a contact that could not be read again is not added")
  func contactOfManyKeys() throws {
    let keys = try (0..<60).map { _ in try People.publicKey(keyID: Self.longName) }
    let contact = try Contact(name: "bob", published: .bare(keys))
    #expect(code { try keyring.contacts.add(contact) } == .limitExceeded)
    #expect(try keyring.contacts.contactNames() == [])
  }

  @Test("an identity whose card has the highest serial is an error to change, and goes on opening")
  func serial() throws {
    let alice = try People.identity("alice")
    var content = alice.identity.card.content
    content.serial = Card.maximumSerial
    let card = try Card(content, signer: alice.signingKey, at: People.now)
    let exported = ExportedIdentity(card, alice.held)
    let last = try UnlockedIdentity(
      importing: ExportedIdentity(parsing: exported.text(.exposingPrivateKey)), name: "alice",
      passphrase: nil, at: People.now)
    try keyring.add(last.identity)
    #expect(code { try last.rotated() } == .limitExceeded)
    #expect(code { try last.revocation(reason: nil, at: People.now) } == .limitExceeded)
    #expect(
      code { try last.addingDevice(.init(kind: .x25519, lifetime: .init(start: People.now))) }
        == .limitExceeded)
    #expect(
      code {
        try UnlockedIdentity(importing: exported, name: "other", passphrase: nil, at: People.now)
      } == .limitExceeded)
    #expect(try keyring.requiredIdentity("alice").unlock().decryptionKeys.count == 1)
    content.serial += 1
    #expect(
      code { try Card(content, signer: alice.signingKey, at: People.now) } == .limitExceeded)
  }
}
