import JOSE
import Testing

@testable import Contacts

/// Several devices of one person: a card, a signing key, and an encryption key for each.
@Suite struct DeviceTests {
  private func sealed(for card: Card) throws -> [UInt8] {
    let keys = try Contact(name: "alice", published: .card(card)).encryptionKeys(at: People.now)
    return try JWE.encrypt([1, 2, 3], for: keys.map { try JWE.Recipient($0) })
  }

  private func opens(_ envelope: [UInt8], _ device: UnlockedIdentity) -> Bool {
    let keys = device.decryptionKeys.map { JWE.DecryptionKey.privateKey($0) }
    return (try? JWE.decrypt(envelope, with: keys))?.plaintext == [1, 2, 3]
  }

  private func isOn(_ card: Card, _ keys: [PrivateJWK]) -> Bool {
    keys.contains { $0.publicKey.isAmong(card.keys) }
  }

  @Test("what is sealed for the card opens on each device, and no two have a key in common")
  func keysOfTheirOwn() throws {
    let (laptop, phone) = try People.devices("alice")
    #expect(phone.identity.card.isSame(as: laptop.identity.card))
    #expect(laptop.identity.card.serial == 2)
    #expect(laptop.identity.card.keys.filter(\.canEncrypt).count == 2)
    let envelope = try sealed(for: laptop.identity.card)
    #expect(opens(envelope, laptop))
    #expect(opens(envelope, phone))
    #expect(phone.signingKey.publicKey.isSameKey(as: laptop.signingKey.publicKey))
    #expect(laptop.deviceKeys.count == 1 && phone.deviceKeys.count == 1)
    #expect(!phone.deviceKeys[0].publicKey.isSameKey(as: laptop.deviceKeys[0].publicKey))
    let phoneKey = try #require(phone.identity.deviceKey)
    #expect(laptop.identity.card.deviceName(of: phoneKey) == "phone")
  }

  @Test("a device opens what was sealed before it was there only if it was given the old keys")
  func oldFiles() throws {
    let first = try People.identity("alice")
    let old = try sealed(for: first.identity.card)
    let without = try People.devices(first).added
    #expect(!opens(old, without))
    let (laptop, phone) = try People.devices(first, opensOldFiles: true)
    #expect(opens(old, phone))
    #expect(opens(old, laptop))
    // It collects nothing of the other's, and the key that both have is nobody's any more.
    #expect(phone.deviceKeys.count == 1)
    #expect(laptop.deviceKeys.count == 2)
    #expect(!isOn(laptop.identity.card, first.deviceKeys))
    let new = try sealed(for: laptop.identity.card)
    #expect(opens(new, phone) && opens(new, laptop))
  }

  @Test("whose keys these are survives rotation, another passphrase and another export")
  func inheritance() throws {
    var phone = try People.devices(People.identity("alice"), opensOldFiles: true).added
    phone = try phone.rotated().identity.unlock()
    phone = try phone.protected(by: nil).unlock()
    let text = phone.exported.text(.exposingPrivateKey)
    phone = try UnlockedIdentity(
      importing: ExportedIdentity(parsing: text), name: "alice", passphrase: nil, at: People.now)
    #expect(phone.decryptionKeys.count == 3)
    #expect(phone.deviceKeys.count == 2)
    let read = try Identity(parsing: phone.identity.serialized, name: "alice").unlock()
    #expect(read.deviceKeys.count == 2)
    #expect(read.deviceKeys[0].publicKey.isSameKey(as: phone.deviceKeys[0].publicKey))
  }

  @Test("a rotation replaces the key of one device and leaves the other's on the card")
  func rotation() throws {
    let (laptop, phone) = try People.devices("alice")
    let rotated = try phone.rotated()
    #expect(isOn(rotated.identity.card, laptop.deviceKeys))
    #expect(!isOn(rotated.identity.card, phone.deviceKeys))
    #expect(rotated.identity.card.serial == 3)
    let key = try #require(rotated.identity.deviceKey)
    #expect(rotated.identity.card.deviceName(of: key) == "phone")
    // The box of a key that was rotated away is still this device's to empty.
    #expect(rotated.deviceKeys.count == 2)
  }

  @Test("a rotation of the only device says nothing of the key before")
  func rotationAlone() throws {
    let rotated = try People.identity("alice").rotated().rotated()
    #expect(rotated.identity.card.keys.count == 2)
    #expect(rotated.identity.card.removedKeyIDs.isEmpty)
  }

  @Test("a device that is removed is on no later card, and its name is free again")
  func removal() throws {
    let (laptop, phone) = try People.devices("alice")
    let without = try laptop.removingDevice("phone", at: People.now).unlock()
    #expect(!isOn(without.identity.card, phone.deviceKeys))
    #expect(!opens(try sealed(for: without.identity.card), phone))
    #expect(opens(try sealed(for: without.identity.card), laptop))
    #expect(
      without.identity.claim(on: try phone.deviceKeys[0].publicKey.thumbprintText())?.strength
        == .proven)
    let again = try People.devices(without)
    #expect(isOn(again.first.identity.card, again.added.deviceKeys))
  }

  @Test("a device is removed by its thumbprint too; the last one and one that is not there are not")
  func removalOfOthers() throws {
    let (laptop, phone) = try People.devices("alice")
    let thumbprint = try laptop.deviceKeys[0].publicKey.thumbprintText()
    let alone = try phone.removingDevice(thumbprint, at: People.now).unlock()
    #expect(alone.identity.card.keys.filter(\.canEncrypt).count == 1)
    #expect(code { try alone.removingDevice("phone", at: People.now) } == .unusableKey)
    #expect(code { try laptop.removingDevice("tablet", at: People.now) } == .unknownName)
  }

  @Test("a name of a device is taken once, and is a name")
  func names() throws {
    let (laptop, _) = try People.devices("alice")
    #expect(code { try People.devices(laptop) } == .nameTaken)
    let strange = UnlockedIdentity.NewDevice(
      name: "a b", kind: .x25519, lifetime: .init(start: People.now))
    #expect(code { try laptop.addingDevice(strange) } == .invalidName)
  }

  @Test("a card holds as many keys as can be read again")
  func fullCard() throws {
    var laptop = try People.identity("alice")
    for _ in 2..<Card.maximumKeyCount {
      let device = UnlockedIdentity.NewDevice(kind: .x25519, lifetime: .init(start: People.now))
      laptop = try laptop.addingDevice(device).identity.unlock()
    }
    #expect(try Card(parsing: laptop.identity.card.serialized).keys.count == 64)
    #expect(code { try People.devices(laptop) } == .limitExceeded)
  }

  @Test("a revocation takes the keys of all devices back")
  func revocation() throws {
    let (laptop, phone) = try People.devices("alice")
    let card = try phone.revocation(reason: "lost", at: People.now)
    #expect(card.keys.allSatisfy { $0.metadata.revocation != nil })
    let revoked = try laptop.identity.revoked(by: card)
    #expect(code { try revoked.encryptionKeys(at: People.now) } == .revoked)
    #expect(try revoked.unlock().decryptionKeys.count == 1)
  }

  @Test("a revocation from before a rotation leaves the identity able to open all that it could")
  func earlyRevocation() throws {
    let first = try People.identity("alice")
    let card = try first.revocation(reason: nil, at: People.now)
    let rotated = try first.rotated()
    let envelope = try sealed(for: rotated.identity.card)
    let revoked = try rotated.identity.revoked(by: card)
    #expect(revoked.heldKeys.count == 2)
    let read = try Identity(parsing: revoked.serialized, name: "alice").unlock()
    #expect(opens(envelope, read))
  }

  @Test("an identity that says it has a private key which is not there is damaged")
  func missingPrivateKey() throws {
    let (laptop, phone) = try People.devices("alice")
    #expect(code { try laptop.identity.unlock() } == nil)
    let key = try #require(phone.identity.deviceKey)
    let text = laptop.identity.serialized.withBytes { Array(copying: $0) }
    let forged = String(decoding: text, as: UTF8.self).replacing(
      /"retired": \{\s*"keys": \[/,
      with: #""retired": {"keys": [\#(String(decoding: key.serialized, as: UTF8.self))"#)
    let identity = try Identity(
      parsing: SecretBytes(copying: Array(forged.utf8).span), name: "alice")
    #expect(identity.retiredKeys.count == 1)
    #expect(code { try identity.unlock() } == .damaged)
  }
}
