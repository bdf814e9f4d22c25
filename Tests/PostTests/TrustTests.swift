import GRDB
import Testing

@testable import Post

/// Who is believed: acknowledgements, strangers, and what a reader deleted.
@Suite final class TrustTests: Exchange {
  @Test("a lost acknowledgement is made up for, and a doubled one changes nothing")
  func lostAcknowledgement() throws {
    _ = try post("acknowledge")
    try bob.sync()
    let acknowledged = world.transport.files
    world.transport.files = acknowledged.filter { !$0.key.hasPrefix("boxes/") }
    #expect(try alice.sync().acknowledgedCount == 0)
    world.now += 2 * World.hour
    try alice.sync()
    #expect(try bob.sync().duplicateCount == 1)
    #expect(try alice.sync().acknowledgedCount == 1)
    world.transport.files.merge(acknowledged) { old, _ in old }
    #expect(try alice.sync().acknowledgedCount == 0)
    #expect(try bob.bodies() == ["acknowledge"])
  }

  @Test("only the reader's own acknowledgement counts")
  func forgedAcknowledgement() throws {
    let identifier = try alice.send("mine", to: people[1])
    let mallory = try Person()
    alice.circle = try Circle(people + [mallory])
    try alice.sync()
    let other = try world.device(mallory, knowing: people + [mallory])
    let entry = Acknowledgement.Entry(identifier: identifier, key: try people[1].keyName())
    try other.mailbox.write { database in
      try Outbox(database, world.post, world.now)
        .queue([entry], to: people[0].correspondent, from: other.keys)
    }
    try other.sync()
    #expect(try alice.sync().acknowledgedCount == 0)
    try bob.sync()
    #expect(try alice.sync().acknowledgedCount == 1)
  }

  @Test("killed between acceptance and the marker's deletion, the next time finds a duplicate")
  func killedAfterCommit() throws {
    _ = try post("once")
    let marker = try marker()
    try bob.sync()
    world.transport.files[marker] = []
    #expect(try bob.sync().duplicateCount == 1)
    #expect(try bob.bodies() == ["once"])
  }

  @Test("a message that its reader deleted is not delivered again")
  func deletedMessage() throws {
    _ = try post("gone")
    let files = world.transport.files
    try bob.sync()
    try bob.mailbox.delete(try bob.mailbox.inbox(limit: 1)[0].id)
    world.transport.files.merge(files) { old, _ in old }
    #expect(try bob.sync().duplicateCount == 1)
    #expect(try bob.bodies() == [])
  }

  @Test("a stranger's message is kept apart, and accepted when they are known")
  func quarantine() throws {
    bob.circle = try Circle([people[1]])
    _ = try post("who am I")
    #expect(try bob.sync().quarantinedCount == 1)
    #expect(try bob.bodies() == [])
    let entry = try #require(try bob.mailbox.quarantine().first)
    #expect(entry.claimedIssuer == (try people[0].name()))
    #expect(
      try bob.mailbox.reconsiderQuarantine(
        of: world.post, with: bob.keys, knowing: bob.circle, now: world.now) == 0)
    bob.circle = try Circle(people)
    #expect(
      try bob.mailbox.reconsiderQuarantine(
        of: world.post, with: bob.keys, knowing: bob.circle, now: world.now) == 1)
    #expect(try bob.bodies() == ["who am I"])
    #expect(try bob.mailbox.quarantine() == [])
    try bob.sync()
    #expect(try alice.sync().acknowledgedCount == 1)
  }

  @Test("the quarantine is bounded, and what does not fit stays in the post")
  func boundedQuarantine() throws {
    bob.circle = try Circle([people[1]])
    try bob.mailbox.write { database in
      for index in 0..<Inbox.maximumQuarantineCount {
        try database.execute(
          sql: "INSERT INTO quarantine VALUES (NULL, x'00', ?, x'00', '', '', 0)",
          arguments: ["\(index)"])
      }
    }
    _ = try post("no room")
    #expect(try bob.sync().putOff == [.quarantineFull: 1])
    let entry = try #require(try bob.mailbox.quarantine().first)
    try bob.mailbox.drop(quarantined: entry.id)
    #expect(failure { try bob.mailbox.drop(quarantined: entry.id) } == .notFound)
    #expect(try bob.sync().quarantinedCount == 1)
  }

  @Test("so is the room that it takes, however few there are in it")
  func quarantineRoom() throws {
    bob.circle = try Circle([people[1]])
    let (_, bytes) = try post("no room")
    try bob.mailbox.write { database in
      try database.execute(
        sql: "INSERT INTO quarantine VALUES (NULL, x'00', 'large', zeroblob(?), '', '', 0)",
        arguments: [Inbox.maximumQuarantineByteCount - bytes.count + 1])
    }
    #expect(try bob.sync().putOff == [.quarantineFull: 1])
    try bob.mailbox.write { database in
      try database.execute(
        sql: "UPDATE quarantine SET envelope = zeroblob(?)",
        arguments: [Inbox.maximumQuarantineByteCount - bytes.count])
    }
    #expect(try bob.sync().quarantinedCount == 1)
  }
}
