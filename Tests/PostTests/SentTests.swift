import GRDB
import JOSE
import Testing

@testable import Post

/// What a sender keeps of what was sent, and takes back.
@Suite final class SentTests: Exchange {
  @Test("the sender reads again what was sent, and nobody else can")
  func copy() throws {
    try alice.send("my own words", to: people[1]) { $0.subject = "a copy" }
    let entry = try alice.mailbox.sent(limit: 1)[0]
    let message = try alice.mailbox.message(entry, with: alice.keys)
    #expect(message.body == "my own words" && message.subject == "a copy")
    #expect(message.thread == entry.thread && message.identifier == entry.identifier)
    #expect(message.audience == [try people[1].keyName()])
    #expect(failure { try alice.mailbox.message(entry, with: bob.keys) } == .unusableKey)
  }

  @Test("a copy that was changed, or put in another's place, is not shown")
  func damagedCopy() throws {
    for body in ["one", "two"] { try alice.send(body, to: people[1]) }
    let entries = try alice.mailbox.sent(limit: 2)
    try alice.mailbox.write { database in
      try database.execute(
        sql: "UPDATE sentMessage SET copy = (SELECT copy FROM sentMessage WHERE id = 1)")
    }
    #expect(failure { try alice.mailbox.message(entries[0], with: alice.keys) } == .damaged)
    #expect(try alice.mailbox.message(entries[1], with: alice.keys).body == "one")
    try alice.mailbox.write { database in
      try database.execute(sql: "UPDATE sentMessage SET copy = CAST('x' || copy AS BLOB)")
    }
    #expect(failure { try alice.mailbox.message(entries[1], with: alice.keys) } == .damaged)
  }

  @Test("one entry holds all readers together, and tells which are blind")
  func blindReaders() throws {
    let carol = try Person()
    try alice.send("psst", to: people[1], blind: [carol, people[1]])
    let entry = try alice.mailbox.sent(limit: 9)
    #expect(entry.count == 1)
    #expect(Set(entry[0].readers) == [try people[1].keyName(), try carol.keyName()])
    #expect(entry[0].blindReaders == [try carol.keyName()])
    let message = try alice.mailbox.message(entry[0], with: alice.keys)
    #expect(message.audience == [try people[1].keyName()])
  }

  @Test("what was sent is paged through, the newest first")
  func pages() throws {
    for index in 0..<5 { try alice.send("\(index)", to: people[1]) }
    let page = try alice.mailbox.sent(limit: 3)
    let rest = try alice.mailbox.sent(limit: 3, after: page.last)
    let bodies = try (page + rest).map { try alice.mailbox.message($0, with: alice.keys).body }
    #expect(bodies == ["4", "3", "2", "1", "0"])
  }

  @Test("what nobody has collected is taken back, with its markers and parts")
  func recall() throws {
    let attachment = try alice.mailbox.attach(
      BytesInMemory([1, 2, 3]), name: "a", mediaType: "text/plain", now: world.now)
    try alice.send("stays", to: people[1])
    try alice.sync()
    let before = Set(world.transport.files.keys)
    try alice.send("too hasty", to: people[1]) { $0.attachments = [attachment] }
    try alice.sync()
    #expect(world.transport.names("parts").count == 1)
    let entry = try alice.mailbox.sent(limit: 1)[0]
    try alice.mailbox.delete(entry)
    #expect(failure { try alice.mailbox.delete(entry) } == .notFound)
    #expect(failure { try alice.mailbox.message(entry, with: alice.keys) } == .notFound)
    let report = try alice.sync()
    #expect(report.removedCount == 1 && report.undeliveredCount == 0)
    #expect(Set(world.transport.files.keys) == before)
    try bob.sync()
    #expect(try bob.bodies() == ["stays"])
    world.now += 2 * World.day
    #expect(try alice.sync().postedCount == 0)
  }

  @Test("what was collected stays with its reader, and its entry can go")
  func deleteSettled() throws {
    try alice.send("yours", to: people[1])
    try alice.sync()
    try bob.sync()
    try alice.sync()
    try alice.mailbox.delete(try alice.mailbox.sent(limit: 1)[0])
    #expect(try alice.mailbox.sent(limit: 1) == [])
    let left = try alice.mailbox.read { database in
      try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM outgoing JOIN delivery")
    }
    #expect(left == 0)
    #expect(try alice.sync().removedCount == 0)
    #expect(try bob.bodies() == ["yours"])
  }

  @Test("what is urgent is posted first, then in the order in which it was written")
  func priorities() throws {
    for (body, priority) in [
      ("later", Priority.low), ("first", .normal), ("now", .high), ("second", .normal),
      ("at once", .high),
    ] { try alice.send(body, to: people[1]) { $0.priority = priority } }
    alice.budget.postingCount = 1
    for _ in 0..<5 {
      #expect(try alice.sync().postedCount == 1)
      #expect(try bob.sync().acceptedCount == 1)
    }
    #expect(try bob.bodies() == ["now", "at once", "first", "second", "later"])
  }

  @Test("a post that was left keeps nothing of what was to go out, and all that came")
  func leaving() throws {
    _ = try post("came")
    try bob.sync()
    let attachment = try bob.mailbox.attach(
      BytesInMemory([1, 2, 3]), name: "a", mediaType: "text/plain", now: world.now)
    try bob.send("given up", to: people[0]) { $0.attachments = [attachment] }
    try bob.mailbox.leave(world.post)
    #expect(try bob.mailbox.posts().isEmpty && bob.mailbox.parts.isEmpty)
    #expect(failure { try bob.sync() } == .foreignPost)
    #expect(failure { try bob.mailbox.leave(world.post) } == .foreignPost)
    #expect(try bob.bodies() == ["came"])
    #expect(try bob.mailbox.status(of: world.post.identifier, now: world.now).unpostedCount == 0)
    try bob.mailbox.join(world.post, at: "there")
    world.now += 2 * World.hour
    let report = try bob.sync()
    #expect(report.postedCount == 0 && report.acceptedCount == 0)
    #expect(try bob.mailbox.posts().map(\.location) == ["there"])
  }
}
