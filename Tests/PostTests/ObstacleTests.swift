import JOSE
import Testing

@testable import Post

/// One file that cannot be read, written or deleted: the others go their way, and it is told.
@Suite final class ObstacleTests: Exchange {
  @Test(
    "a message that cannot be read waits, and the round goes on",
    arguments: [PostError.Code.notPermitted, .inputOutput])
  func unreadable(_ code: PostError.Code) throws {
    let (path, _) = try post("closed")
    _ = try post("open")
    try bob.send("an answer", to: people[0])
    world.transport.failing[path] = code
    let report = try bob.sync()
    #expect(report.acceptedCount == 1 && report.postedCount == 1)
    #expect(report.putOff == [.unreadable: 1])
    // What others may do with their files is no failure, what the disk does is one.
    #expect(report.troubles.map(\.code) == (code == .inputOutput ? [code] : []))
    world.transport.failing = [:]
    #expect(try bob.sync().acceptedCount == 1)
    #expect(try bob.bodies().sorted() == ["closed", "open"])
  }

  @Test("a marker that cannot be deleted is told, acknowledged at intervals, and holds up nothing")
  func undeletable() throws {
    _ = try post("stays announced")
    let marker = try marker()
    world.transport.failing[marker] = .notPermitted
    let report = try bob.sync()
    #expect(report.acceptedCount == 1 && report.troubles.map(\.action) == [.removing])
    #expect(world.transport.names("boxes/\(try alice.tag())").count == 1)
    world.now += 60
    let again = try bob.sync()
    #expect(again.duplicateCount == 0 && again.troubles == [])
    #expect(world.transport.names("boxes/\(try alice.tag())").count == 1)
    let status = try bob.mailbox.status(of: world.post.identifier, now: world.now)
    #expect(status.pending == [.undeletable: 1] && status.overdueCount == 0)
    #expect(try alice.sync().acknowledgedCount == 1)
    world.transport.failing = [:]
    world.now += 2 * World.hour
    #expect(try bob.sync().duplicateCount == 1)
    #expect(world.transport.files[marker] == nil)
    #expect(try bob.bodies() == ["stays announced"])
  }

  @Test("a box that cannot be listed does not keep messages from going out")
  func unlistable() throws {
    try bob.send("out", to: people[0])
    world.transport.failing["boxes/\(try bob.tag())"] = .notPermitted
    let report = try bob.sync()
    #expect(report.postedCount == 1 && report.troubles.map(\.action) == [.reading])
  }

  @Test("a message whose place is taken is told, and those to others are posted")
  func obstructedBox() throws {
    let carol = try Person()
    alice.circle = try Circle(people + [carol])
    let other = try world.device(carol, knowing: people + [carol])
    try alice.send("to bob", to: people[1])
    try alice.send("to carol", to: carol)
    try alice.send("to both", to: people[1], carol)
    world.transport.failing["boxes/\(try bob.tag())"] = .obstructed
    let report = try alice.sync()
    let sent = try alice.mailbox.sent(limit: 9)
    #expect(report.postedCount == 2 && report.troubles.count == 2)
    #expect(Set(report.troubles.map(\.message)) == [sent[0].name, sent[2].name])
    #expect(sent.map(\.obstacle) == [.obstructed, nil, .obstructed])
    #expect(sent.map(\.attemptCount) == [1, 1, 0])
    #expect(try other.sync().acceptedCount == 2)
    world.transport.failing = [:]
    world.now += 2 * World.hour
    try alice.sync()
    #expect(try bob.sync().acceptedCount == 2)
    #expect(try alice.mailbox.sent(limit: 9).allSatisfy { $0.obstacle == nil })
  }

  @Test("a file that cannot be put holds up no other message", arguments: ["parts", "messages"])
  func obstructedFolder(_ folder: String) throws {
    let attachment = try alice.mailbox.attach(
      BytesInMemory([1]), name: "a", mediaType: "text/plain", now: world.now)
    try alice.send("with it", to: people[1]) { $0.attachments = [attachment] }
    try alice.send("without", to: people[1])
    world.transport.failing[folder] = .obstructed
    let report = try alice.sync()
    #expect(report.postedCount == (folder == "parts" ? 1 : 0))
    #expect(try bob.sync().acceptedCount == report.postedCount)
    world.transport.failing = [:]
    #expect(try alice.sync().postedCount == 2 - report.postedCount)
    try bob.sync()
    #expect(try bob.bodies().sorted() == ["with it", "without"])
  }

  @Test("what cannot be taken out of the post is tried again, and the rest goes")
  func unremovable() throws {
    let first = try post("one")
    _ = try post("two")
    try bob.sync()
    world.transport.failing[first.path] = .notPermitted
    let report = try alice.sync()
    #expect(report.acknowledgedCount == 2 && report.removedCount == 1)
    #expect(report.troubles.map(\.action) == [.removing])
    world.transport.failing = [:]
    #expect(try alice.sync().removedCount == 1)
    #expect(messages.allSatisfy { !first.path.contains($0) })
  }

  @Test("a message too large for the post's disk leaves nothing there, and the others are posted")
  func fullPost() throws {
    let attachment = try alice.mailbox.attach(
      BytesInMemory([UInt8](repeating: 1, count: 1 << 20)), name: "a", mediaType: "text/plain",
      now: world.now)
    try alice.send("before", to: people[1])
    try alice.send("large", to: people[1]) { $0.attachments = [attachment] }
    try alice.send("after", to: people[1])
    alice.budget.spareByteCount = 0
    world.transport.free = 100_000
    let report = try alice.sync()
    let sent = try alice.mailbox.sent(limit: 9)
    #expect(report.postedCount == 2 && report.troubles.map(\.code) == [.noSpace])
    #expect(report.troubles.map(\.message) == [sent[1].name])
    #expect(sent.map(\.obstacle) == [nil, .noSpace, nil])
    #expect(world.transport.names("parts") == [])
    #expect(try bob.sync().acceptedCount == 2)
    world.transport.free = nil
    #expect(try alice.sync().postedCount == 1)
    // What lies there already needs no room.
    world.transport.free = 0
    world.now += 2 * World.hour
    let again = try alice.sync()
    #expect(again.postedCount == 3 && again.troubles == [])
  }

  @Test("a full disk of the reader's keeps parts waiting, and nothing else")
  func fullMailbox() throws {
    let attachment = try alice.mailbox.attach(
      BytesInMemory([1]), name: "a", mediaType: "text/plain", now: world.now)
    try alice.send("with it", to: people[1]) { $0.attachments = [attachment] }
    _ = try post("without")
    try bob.send("an answer", to: people[0])
    bob.budget.spareMailboxByteCount = .max
    let report = try bob.sync()
    #expect(report.acceptedCount == 2 && report.postedCount == 1)
    #expect(report.partCount == 0 && report.missingPartCount == 1)
    #expect(report.troubles.map(\.action) == [.fetching])
    #expect(report.troubles.map(\.code) == [.noSpace])
    #expect(try alice.sync().acknowledgedCount == 1)
    bob.budget.spareMailboxByteCount = 0
    #expect(try bob.sync().partCount == 1)
    #expect(try alice.sync().acknowledgedCount == 1)
  }

  @Test("of many troubles a hundred are told one by one, and all are counted")
  func manyTroubles() throws {
    for index in 0..<120 { try alice.send("\(index)", to: people[1]) }
    world.transport.failing["messages"] = .inputOutput
    let report = try alice.sync()
    #expect(report.troubleCount == 120 && report.troubles.count == 100)
  }
}
