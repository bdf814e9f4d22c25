import GRDB
import JOSE
import Testing

@testable import Post

/// Cards that come with messages: news of those who are known, introductions of others.
@Suite final class CardTests: Exchange {
  private func introduce(_ id: Int64, by people: [Person]) throws -> Message {
    let keys = people.map(\.signing.publicKey)
    return try bob.mailbox.quarantined(id, with: bob.keys) { _, _ in keys }
  }

  @Test("a message tells of a newer card, and the newest of several counts")
  func news() throws {
    for serial in [2, 4, 3] {
      alice.keys = try people[0].keys(card: people[0].card(serial))
      try alice.send("\(serial)", to: people[1])
    }
    try alice.sync()
    bob.circle = try Circle(people, cardSerial: 3)
    let card = try people[0].card(4)
    #expect(try bob.sync().cards == [AnnouncedCard(issuer: try people[0].name(), card: card)])
    let entry = try bob.mailbox.inbox(limit: 9).first { entry in
      try bob.mailbox.message(entry.id, with: bob.keys).card == card
    }
    #expect(entry != nil)
  }

  @Test("a card that is known, or an older one, is no news")
  func noNews() throws {
    alice.keys = try people[0].keys(card: people[0].card(3))
    try alice.send("nothing new", to: people[1])
    try alice.sync()
    bob.circle = try Circle(people, cardSerial: 3)
    let report = try bob.sync()
    #expect(report.acceptedCount == 1 && report.cards == [])
  }

  @Test("an acknowledgement carries a card, so that those learn of it who only send")
  func acknowledgement() throws {
    try alice.send("hello", to: people[1])
    try alice.sync()
    bob.keys = try people[1].keys(card: people[1].card(7))
    try bob.sync()
    let card = try people[1].card(7)
    #expect(try alice.sync().cards == [AnnouncedCard(issuer: try people[1].name(), card: card)])
  }

  @Test("a stranger's message opens by the card that came with it, and stays in quarantine")
  func introduction() throws {
    bob.circle = try Circle([people[1]])
    alice.keys = try people[0].keys(card: people[0].card(1))
    try alice.send("let me introduce myself", to: people[1])
    try alice.sync()
    #expect(try bob.sync().cards == [])
    let id = try #require(try bob.mailbox.quarantine().first).id
    let (name, card) = (try people[0].name(), try people[0].card(1))
    let key = people[0].signing.publicKey
    let message = try bob.mailbox.quarantined(id, with: bob.keys) { issuer, found in
      issuer == name && found == card ? [key] : []
    }
    #expect(message.body == "let me introduce myself" && message.card == card)
    #expect(try bob.mailbox.quarantine().count == 1)
    #expect(try bob.bodies() == [])
  }

  @Test("a card of somebody else does not open a stranger's message")
  func foreignCard() throws {
    let mallory = try Person()
    bob.circle = try Circle([people[1]])
    alice.keys = try people[0].keys(card: people[0].card(1))
    try alice.send("whose", to: people[1])
    try alice.sync()
    try bob.sync()
    let id = try #require(try bob.mailbox.quarantine().first).id
    #expect(failure { try introduce(id, by: [mallory]) } == .untrusted)
    #expect(failure { try introduce(id, by: []) } == .untrusted)
    #expect(failure { try introduce(99, by: [people[0]]) } == .notFound)
    #expect(failure { try introduce(id, by: [mallory, people[0]]) } == nil)
  }

  @Test("a stranger who signs in another's name is not believed, whatever the card")
  func forgedIssuer() throws {
    let mallory = try Person()
    bob.circle = try Circle([people[1]])
    let message = Message(
      identifier: try Fresh.identifier(), issuer: try people[0].name(),
      audience: [try people[1].keyName()], issuedAt: world.now, expiresAt: world.now + World.day,
      stream: try Fresh.identifier(), sequence: 1, thread: try Fresh.identifier(), inReplyTo: nil,
      subject: "", body: "trust me", attachments: [], priority: .normal,
      announced: try CardClaim(parsing: mallory.card(1)))
    let envelope = try SealedEnvelope(
      message.claims(), type: Message.type, by: JWS.Signer(mallory.signing),
      for: ReaderKeys([people[1].correspondent], in: world.post))
    world.transport.files["messages/\(envelope.marker.day.text)/\(envelope.marker.hash.text).jwe"] =
      envelope.bytes
    world.transport.files["boxes/\(try bob.tag())/\(envelope.marker.name)"] = []
    #expect(try bob.sync().quarantinedCount == 1)
    let id = try #require(try bob.mailbox.quarantine().first).id
    #expect(failure { try introduce(id, by: people + [mallory]) } == .untrusted)
  }

  @Test("without a card nobody is introduced")
  func noCard() throws {
    bob.circle = try Circle([people[1]])
    try alice.send("anonymous", to: people[1])
    try alice.sync()
    try bob.sync()
    let id = try #require(try bob.mailbox.quarantine().first).id
    #expect(failure { try introduce(id, by: people) } == .untrusted)
  }

  @Test("a card is a JSON object of a bounded size")
  func badCards() throws {
    #expect(failure { try people[0].keys(card: Array("[]".utf8)) } == .malformed)
    #expect(failure { try people[0].keys(card: Array("{".utf8)) } == .malformed)
    let long = Array("{\"name\":\"\(String(repeating: "a", count: 1 << 14))\"}".utf8)
    #expect(failure { try people[0].keys(card: long) } == .limitExceeded)
    #expect(try people[0].keys(card: Array("{ }".utf8)).card == Array("{}".utf8))
  }
}
