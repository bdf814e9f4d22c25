import Testing

@testable import Post

/// What goes from one to the other when nothing goes wrong.
@Suite struct SyncTests {
  private let world: World
  private let alice: Device
  private let bob: Device
  private let people: [Person]

  init() throws {
    world = try World()
    (alice, bob, people) = try world.pair()
  }

  @Test("a message arrives once, is acknowledged, and leaves nothing behind in the post")
  func exchange() throws {
    let identifier = try alice.send("hello", to: people[1])
    #expect(try alice.sync().postedCount == 1)
    #expect(world.transport.names("messages").count == 1)
    #expect(try bob.sync().acceptedCount == 1)
    #expect(try bob.bodies() == ["hello"])
    #expect(try alice.mailbox.sent(limit: 9)[0].acknowledgedAt.isEmpty)
    let report = try alice.sync()
    #expect(report.acknowledgedCount == 1 && report.removedCount == 1)
    let sent = try alice.mailbox.sent(limit: 9)
    #expect(sent.map(\.identifier) == [identifier])
    #expect(sent[0].acknowledgedAt == [try people[1].keyName(): world.now])
    // Bob takes his acknowledgement away once Alice has it.
    try bob.sync()
    #expect(world.transport.files.keys.sorted() == ["post.json"])
    #expect(try bob.bodies() == ["hello"])
  }

  @Test("nothing to do is nothing done")
  func idle() throws {
    var expected = SyncReport()
    expected.clock = .unconfirmed
    #expect(try alice.sync() == expected)
    #expect(world.transport.files.keys.sorted() == ["post.json"])
  }

  @Test("acknowledgements go in one message and are not acknowledged")
  func batch() throws {
    for index in 0..<20 { try alice.send("\(index)", to: people[1]) }
    try alice.sync()
    #expect(try bob.sync().acceptedCount == 20)
    #expect(world.transport.names("boxes/\(try alice.tag())").count == 1)
    #expect(try alice.sync().acknowledgedCount == 20)
    for _ in 0..<3 {
      try bob.sync()
      try alice.sync()
    }
    #expect(world.transport.files.keys.sorted() == ["post.json"])
  }

  @Test("messages that come together stand in the order that they were written in")
  func order() throws {
    for index in 0..<20 { try alice.send("\(index)", to: people[1]) }
    try alice.sync()
    try bob.sync()
    #expect(try bob.bodies() == (0..<20).map(String.init))
  }

  @Test("each device of a person gets the message, and it waits until all have it")
  func devices() throws {
    let carol = try Person(deviceCount: 2)
    let circle = people + [carol]
    let first = try world.device(carol, 0, knowing: circle)
    let second = try world.device(carol, 1, knowing: circle)
    alice.circle = try Circle(circle)
    try alice.send("to both", to: carol)
    try alice.sync()
    try first.sync()
    #expect(try alice.sync().removedCount == 0)
    try second.sync()
    #expect(try first.bodies() == ["to both"] && second.bodies() == ["to both"])
    #expect(try alice.sync().removedCount == 1)
  }

  @Test("a blind reader reads the same message and nobody else sees that they do")
  func blindReader() throws {
    let carol = try Person()
    let circle = people + [carol]
    let other = try world.device(carol, knowing: circle)
    let identifier = try alice.send("psst", to: people[1], blind: [carol])
    try alice.sync()
    #expect(world.transport.names("messages").count == 2)
    for device in [bob, other] {
      try device.sync()
      let entry = try #require(try device.mailbox.inbox(limit: 1).first)
      #expect(entry.identifier == identifier)
      #expect(try device.mailbox.message(entry.id, with: device.keys).audience.count == 1)
    }
    let tag = try other.tag()
    let visible = world.transport.files.filter { $0.key.hasPrefix("messages/") }.values
      .filter { String(decoding: $0, as: UTF8.self).contains(tag) }
    #expect(visible.count <= 1)
  }

  @Test("an answer carries thread and reference")
  func answer() throws {
    let first = try alice.send("question", to: people[1]) { $0.subject = "a matter" }
    try alice.sync()
    try bob.sync()
    let entry = try bob.mailbox.inbox(limit: 1)[0]
    try bob.send("answer", to: people[0]) {
      $0.thread = entry.thread
      $0.inReplyTo = entry.identifier
    }
    try bob.sync()
    try alice.sync()
    let reply = try alice.mailbox.inbox(limit: 1)[0]
    let message = try alice.mailbox.message(reply.id, with: alice.keys)
    #expect(message.inReplyTo == first && message.thread == entry.thread)
    #expect(reply.thread == entry.thread)
  }

  @Test("a message that never came leaves a gap that is told, until it comes")
  func gaps() throws {
    for body in ["1", "2", "3"] {
      try alice.send(body, to: people[1])
      world.now += 1
    }
    try alice.sync()
    let files = world.transport.files
    let second = try #require(
      try alice.mailbox.due(in: world.post.identifier, world.now + World.day, limit: 9)
        .dropFirst().first)
    world.transport.files["boxes/\(try bob.tag())/\(second.marker.name)"] = nil
    try bob.sync()
    #expect(try bob.mailbox.gaps().map(\.count) == [1])
    world.transport.files = files
    try bob.sync()
    #expect(try bob.mailbox.gaps() == [])
    #expect(try bob.bodies().sorted() == ["1", "2", "3"])
  }

  @Test("a gap that nothing can fill any more is forgotten")
  func oldGap() throws {
    try alice.send("taken back", to: people[1])
    try alice.mailbox.delete(try alice.mailbox.sent(limit: 1)[0])
    try alice.send("stays", to: people[1])
    try alice.sync()
    #expect(try bob.sync().gapCount == 1)
    for (days, count) in [(91, 1), (2, 0)] {
      world.now += days * World.day
      try alice.send("later", to: people[1])
      try alice.sync()
      // The first one confirms the time, the second goes by it.
      try bob.sync()
      try bob.sync()
      #expect(try bob.mailbox.gaps().count == count)
    }
  }

  @Test("messages to others are no gap")
  func noGap() throws {
    let carol = try Person()
    try alice.send("1", to: people[1])
    try alice.send("not for bob", to: carol)
    try alice.send("2", to: people[1])
    try alice.sync()
    try bob.sync()
    #expect(try bob.mailbox.gaps() == [])
    #expect(try bob.bodies().count == 2)
  }

  @Test("a draft that cannot be delivered is not queued")
  func badDrafts() throws {
    #expect(failure { try alice.send("nobody") } == .unusableKey)
    #expect(
      failure { try alice.send("late", to: people[1]) { $0.lifetime = 91 * World.day } }
        == .limitExceeded)
    #expect(
      failure { try alice.send("", to: people[1]) { $0.inReplyTo = "../x" } } == .malformed)
    #expect(try alice.mailbox.sent(limit: 9) == [])
  }

  @Test("a message waits for 30 days, or for as long as the post lets it")
  func lifetime() throws {
    var limits = PostLimits()
    for days in [7, 30, 90] {
      limits.dayCount = days
      let short = try PostDescriptor.initialize(on: MemoryTransport(), limits: limits)
      try alice.mailbox.join(short, at: "there")
      let draft = Draft(body: "when?", to: Addressees([people[1].correspondent]))
      try alice.mailbox.send([draft], from: alice.keys, in: short, now: world.now)
      let sent = try alice.mailbox.sent(limit: 1)[0]
      #expect(sent.expiresAt - world.now == min(days, 30) * World.day)
    }
  }

  @Test("a message is deleted, marked and paged through by its number")
  func reading() throws {
    for index in 0..<5 { try alice.send("\(index)", to: people[1]) }
    try alice.sync()
    try bob.sync()
    let page = try bob.mailbox.inbox(limit: 3)
    let rest = try bob.mailbox.inbox(limit: 3, after: page.last)
    #expect(page.count == 3 && rest.count == 2)
    try bob.mailbox.mark(page[0].id, isRead: true)
    #expect(try bob.mailbox.inbox(limit: 1)[0].isRead)
    try bob.mailbox.delete(page[0].id)
    #expect(try bob.mailbox.inbox(limit: 9).count == 4)
    #expect(failure { try bob.mailbox.delete(page[0].id) } == .notFound)
    #expect(failure { try bob.mailbox.message(page[0].id, with: bob.keys) } == .notFound)
    #expect(failure { try bob.mailbox.message(page[1].id, with: alice.keys) } == .unusableKey)
  }
}
