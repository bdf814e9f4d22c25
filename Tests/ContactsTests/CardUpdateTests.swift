import JOSE
import Testing

@testable import Contacts

/// What devices of one person make of each other's cards.
@Suite struct CardUpdateTests {
  private let laptop, phone: UnlockedIdentity

  init() throws { (laptop, phone) = try People.devices("alice") }

  /// The device after it took the other's card over or made one of both; nil when there was nothing
  /// new.
  private func updated(
    _ device: UnlockedIdentity, to card: Card
  ) throws -> UnlockedIdentity? {
    switch try device.identity.update(to: card) {
    case .unchanged: nil
    case .newer(let identity): try identity.unlock()
    case .diverged: try device.merged(with: card, at: People.now).unlock()
    }
  }

  private func encryptionKeys(_ device: UnlockedIdentity) -> Set<[UInt8]> {
    Set(device.identity.card.keys.filter(\.canEncrypt).map(\.serialized))
  }

  @Test("the other device's newer card is taken over as it is")
  func newer() throws {
    let rotated = try phone.rotated()
    let taken = try #require(try updated(laptop, to: rotated.identity.card))
    #expect(taken.identity.card.isSame(as: rotated.identity.card))
    #expect(taken.deviceKeys.count == 1)
    #expect(taken.identity.deviceKey != nil)
  }

  @Test("a card that says nothing new changes nothing, the same one or an older")
  func unchanged() throws {
    #expect(try updated(laptop, to: phone.identity.card) == nil)
    let rotated = try laptop.rotated()
    #expect(try updated(rotated, to: phone.identity.card) == nil)
    let alone = try People.identity("alice")
    #expect(try updated(alone.rotated().rotated(), to: alone.identity.card) == nil)
  }

  @Test("two that rotated from the same card make one of both, whichever comes second")
  func divergence() throws {
    let (one, two) = (try laptop.rotated(), try phone.rotated())
    guard case .diverged = try one.identity.update(to: two.identity.card) else {
      Issue.record("two cards of one serial were taken for one after the other")
      return
    }
    let merged = try #require(try updated(one, to: two.identity.card))
    #expect(merged.identity.card.serial == 4)
    let both = [one, two].compactMap(\.identity.deviceKey).map(\.serialized)
    #expect(encryptionKeys(merged) == Set(both))
    let other = try #require(try updated(two, to: one.identity.card))
    #expect(encryptionKeys(other) == encryptionKeys(merged))
    // The first one takes the card of both over, and then all know the same.
    let taken = try #require(try updated(two, to: merged.identity.card))
    #expect(taken.identity.card.isSame(as: merged.identity.card))
    // People who had either card take it.
    for card in [one.identity.card, two.identity.card] {
      let verdict = Pinning.verdict(on: merged.published, pinned: .card(card))
      #expect(verdict == .newer)
    }
  }

  @Test("a device that one took off does not come back with what another did meanwhile")
  func removedStaysRemoved() throws {
    let (laptop, tablet) = try People.devices(laptop, name: "tablet")
    let phone = try #require(try updated(phone, to: laptop.identity.card))
    let without = try laptop.removingDevice("tablet", at: People.now).unlock()
    let rotated = try phone.rotated()
    #expect(tablet.deviceKeys[0].publicKey.isAmong(rotated.identity.card.keys))
    for (device, card) in [(without, rotated.identity.card), (rotated, without.identity.card)] {
      let merged = try #require(try updated(device, to: card))
      #expect(!tablet.deviceKeys[0].publicKey.isAmong(merged.identity.card.keys))
      #expect(merged.identity.card.keys.filter(\.canEncrypt).count == 2)
    }
  }

  @Test("a device hears that it was taken off, keeps its keys, and comes back by a rotation")
  func takenOff() throws {
    let without = try laptop.removingDevice("phone", at: People.now)
    let gone = try #require(try updated(phone, to: without.card))
    #expect(gone.identity.deviceKey == nil)
    #expect(gone.deviceKeys.count == 1)
    let read = try Identity(parsing: gone.identity.serialized, name: "alice")
    #expect(read.deviceKey == nil)
    let back = try gone.rotated()
    #expect(back.identity.card.keys.filter(\.canEncrypt).count == 2)
  }

  @Test("two that took each other off are told; a rotation puts it right")
  func eachOther() throws {
    let key = try laptop.deviceKeys[0].publicKey.thumbprintText()
    let one = try laptop.removingDevice("phone", at: People.now).unlock()
    let two = try phone.removingDevice(key, at: People.now).unlock()
    #expect(code { try one.merged(with: two.identity.card, at: People.now) } == .unusableKey)
    let rotated = try one.rotated()
    let taken = try #require(try updated(two, to: rotated.identity.card))
    #expect(encryptionKeys(taken) == encryptionKeys(rotated))
  }

  @Test("a card by another signing key, or of another name, is refused")
  func strangers() throws {
    let stranger = try People.devices("alice").first.rotated()
    #expect(code { try laptop.identity.update(to: stranger.identity.card) } == .untrusted)
    #expect(code { try laptop.merged(with: stranger.identity.card, at: 1) } == .untrusted)
    let renamed = try phone.identity.card.named("bob", signer: phone.signingKey, at: People.now)
    #expect(code { try laptop.identity.update(to: renamed) } == .untrusted)
  }

  @Test("a revocation is taken over, and nothing after it is")
  func revocations() throws {
    let revocation = try phone.revocation(reason: nil, at: People.now)
    let revoked = try #require(try updated(laptop, to: revocation))
    #expect(revoked.identity.card.isRevocation)
    #expect(try updated(revoked, to: revocation) == nil)
    let later = try phone.rotated().rotated().identity.card
    #expect(code { try revoked.identity.update(to: later) } == .revoked)
  }

  @Test("whoever knows one's name in a project knows a card that another device made")
  func project() throws {
    let scratch = try Scratch()
    let keyring = scratch.keyring
    try keyring.add(phone.identity)
    let (more, _) = try People.devices(laptop, name: "tablet")
    let book = try ContactBook.makeProject(in: scratch.path, for: keyring)
    let addresses = AddressBook(keyring: keyring, project: book)
    for (card, count, notice) in [
      (phone.identity.card, 2, nil), (more.identity.card, 3, AddressBook.Notice.identityIsBehind),
    ] {
      try book.add(Contact(name: "alice", published: .card(card)))
      let person = try #require(try addresses.person("alice", at: People.now))
      #expect(person.keys.count == count)
      #expect(person.notice == notice)
      #expect(try addresses.currentKeyIDs(of: "alice", at: People.now)?.count == count)
    }
  }
}
