import GRDB
import Testing

@testable import Post

/// What must hold when things go wrong: each row of the table of faults that needs no carrier.
@Suite struct FaultTests {
  private let world: World
  private let alice: Device
  private let bob: Device
  private let people: [Person]

  init() throws {
    world = try World()
    (alice, bob, people) = try world.pair()
  }

  private var messages: [String] { world.transport.names("messages") }

  private func post(_ body: String) throws -> (path: String, bytes: [UInt8]) {
    try alice.send(body, to: people[1])
    let before = Set(messages)
    try alice.sync()
    let path = try #require(messages.first { !before.contains($0) && !$0.contains(" ") })
    return ("messages/\(path)", try #require(world.transport.files["messages/\(path)"]))
  }

  private func marker() throws -> String {
    "boxes/\(try bob.tag())/" + (try #require(world.transport.names("boxes/\(bob.tag())").first))
  }

  @Test("cut off at any byte it is pending, and delivered once when it is whole")
  func truncation() throws {
    let (path, bytes) = try post("whole")
    for count in stride(from: 0, to: bytes.count, by: 13) {
      world.transport.files[path] = Array(bytes.prefix(count))
      let report = try bob.sync()
      #expect(report.putOff == [.arriving: 1] && report.acceptedCount == 0)
    }
    world.transport.files[path] = bytes + [0, 0, 0]
    #expect(try bob.sync().putOff == [.arriving: 1])
    #expect(try bob.bodies() == [])
    world.transport.files[path] = bytes
    #expect(try bob.sync().acceptedCount == 1)
    #expect(try bob.bodies() == ["whole"])
    #expect(try bob.mailbox.refusals() == [:])
  }

  @Test("what has been arriving for more than a day is told, and still delivered")
  func overdue() throws {
    let (path, bytes) = try post("late")
    world.transport.files[path] = Array(bytes.dropLast())
    #expect(try bob.sync().overdueCount == 0)
    world.now += 2 * World.day
    #expect(try bob.sync().overdueCount == 1)
    world.transport.files[path] = bytes
    // It has waited for two days and is looked at again within a quarter of that, at most six hours.
    world.now += 6 * World.hour
    #expect(try bob.sync().acceptedCount == 1)
    #expect(try bob.sync().overdueCount == 0)
  }

  @Test("a flipped bit keeps a message pending, and its sender puts it right")
  func flippedBit() throws {
    let (path, bytes) = try post("right")
    var changed = bytes
    changed[bytes.count / 2] ^= 1
    world.transport.files[path] = changed
    #expect(try bob.sync().putOff == [.arriving: 1])
    world.now += 2 * World.hour
    try alice.sync()
    #expect(world.transport.files[path] == bytes)
    #expect(try bob.sync().acceptedCount == 1)
  }

  @Test("a changed file under its own hash is refused, counted, and taken out of the box")
  func changedUnderOwnName() throws {
    let (_, bytes) = try post("good")
    var changed = bytes
    changed[bytes.count / 2] ^= 1
    let fake = Marker(day: Day(of: world.now), hash: try ContentHash(of: changed))
    world.transport.files["messages/\(fake.day.text)/\(fake.hash.text).jwe"] = changed
    world.transport.files["boxes/\(try bob.tag())/\(fake.name)"] = []
    let report = try bob.sync()
    #expect(report.acceptedCount == 1 && report.refused.values.reduce(0, +) == 1)
    #expect(world.transport.names("boxes/\(try bob.tag())") == [])
    #expect(try bob.mailbox.refusals().values.reduce(0, +) == 1)
  }

  @Test("the same file a hundred times is one message, and the strays in the box are removed")
  func doubles() throws {
    let (path, bytes) = try post("once")
    let (tag, name) = (try bob.tag(), path.split(separator: "/")[2].dropLast(4))
    for index in 0..<50 {
      world.transport.files["boxes/\(tag)/20261121-\(name).sync-conflict-\(index)"] = []
      let day = 20_261_001 + index % 30
      world.transport.files["messages/\(day)/\(name).jwe"] = bytes
      world.transport.files["boxes/\(tag)/\(day)-\(name)"] = []
    }
    try bob.sync()
    try bob.sync()
    #expect(try bob.bodies() == ["once"])
    #expect(world.transport.names("boxes/\(tag)") == [])
  }

  @Test("a copy under a conflict's name is as good as the file itself", arguments: [0, 1])
  func conflictCopies(_ kind: Int) throws {
    let (path, bytes) = try post("copied")
    let stem = path.dropLast(4)
    let names = [
      "\(stem).sync-conflict-20261121-120000-ABCDEFG.jwe", "\(stem) (conflicted copy).jwe",
    ]
    world.transport.files[path] = kind == 0 ? nil : Array(bytes.dropLast(9))
    world.transport.files[names[kind]] = bytes
    #expect(try bob.sync().acceptedCount == 1)
    try alice.sync()
    #expect(messages.filter { $0.contains(stem.suffix(52)) } == [])
  }

  @Test("a replay is a duplicate, and refused once it has expired and was forgotten")
  func replay() throws {
    _ = try post("once")
    let files = world.transport.files
    try bob.sync()
    world.transport.files.merge(files) { old, _ in old }
    #expect(try bob.sync().duplicateCount == 1)
    world.now += 29 * World.day
    try alice.send("evidence of the time", to: people[1])
    try alice.sync()
    try bob.sync()
    world.now += 3 * World.day
    try bob.sync()
    let seen = try bob.mailbox.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM seen") }
    #expect(seen == 1)
    world.transport.files.merge(files) { old, _ in old }
    #expect(try bob.sync().refused == [.expired: 1])
    // Nor does a clock that runs backwards bring it back.
    world.now -= 31 * World.day
    world.transport.files.merge(files) { old, _ in old }
    #expect(try bob.sync().refused == [.expired: 1])
    #expect(try bob.bodies() == ["once", "evidence of the time"])
  }

  @Test("a marker before its message waits, and a message without a marker is announced again")
  func order() throws {
    let (path, bytes) = try post("later")
    world.transport.files[path] = nil
    #expect(try bob.sync().putOff == [.missing: 1])
    world.transport.files[path] = bytes
    let marker = try marker()
    world.transport.files[marker] = nil
    #expect(try bob.sync().acceptedCount == 0)
    world.now += 2 * World.hour
    try alice.sync()
    #expect(world.transport.files[marker] == [])
    #expect(try bob.sync().acceptedCount == 1)
  }

  @Test("what a hostile peer deletes is posted again")
  func deletion() throws {
    _ = try post("again")
    world.transport.files = world.transport.files.filter { $0.key == "post.json" }
    #expect(try bob.sync().acceptedCount == 0)
    world.now += 2 * World.hour
    try alice.sync()
    #expect(try bob.sync().acceptedCount == 1)
  }

  @Test("a post restored from a backup brings no duplicate, and is acknowledged again")
  func restoredPost() throws {
    _ = try post("restored")
    let files = world.transport.files
    try bob.sync()
    try alice.sync()
    world.transport.files = files
    #expect(try bob.sync().duplicateCount == 1)
    try alice.sync()
    #expect(try bob.bodies() == ["restored"])
    #expect(try alice.mailbox.sent(limit: 1)[0].acknowledgedAt.count == 1)
  }

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

  @Test(
    "a clock ten years off deletes nothing that has not expired, and is told", arguments: [-1, 1])
  func clocks(_ sign: Int) throws {
    _ = try post("first")
    try bob.sync()
    try alice.sync()
    let (path, bytes) = try post("second")
    let marker = try marker()
    for device in [alice, bob] {
      device.clockError = sign * 3_650 * World.day
      let report = try device.sync()
      #expect(report.clock == (sign > 0 ? .leapt : .wentBack))
      #expect(report.refused == [:] && report.acceptedCount == 0 && report.removedCount == 0)
      device.clockError = 0
    }
    #expect(world.transport.files[path] == bytes && world.transport.files[marker] == [])
    #expect(try bob.sync().acceptedCount == 1)
    #expect(try alice.sync().clock == .trusted)
  }

  @Test("after a long pause the clock is believed again when others' time agrees")
  func longPause() throws {
    _ = try post("before")
    try bob.sync()
    try alice.sync()
    world.now += 400 * World.day
    #expect(try bob.sync().clock == .leapt)
    _ = try post("after")
    #expect(try bob.sync().clock == .leapt)
    #expect(try bob.sync().clock == .trusted)
    #expect(try bob.bodies() == ["before", "after"])
  }

  @Test("what nobody acknowledged is taken back when it has expired, and told")
  func expiry() throws {
    _ = try post("unheard")
    for _ in 0..<4 {
      world.now += 8 * World.day
      try alice.sync()
    }
    #expect(messages == [])
    let sent = try alice.mailbox.sent(limit: 1)[0]
    #expect(sent.acknowledgedAt.isEmpty && sent.attemptCount > 3)
    // Its marker is the reader's to remove, once nothing can come of it.
    try bob.sync()
    world.now += 70 * World.day
    var courier = Courier(
      bob.mailbox, world.post, over: bob.transport, keys: bob.keys, knowing: bob.circle)
    courier.vouchesForClock = true
    _ = try courier.sync(now: world.now)
    #expect(world.transport.names("boxes/\(try bob.tag())") == [])
  }

  @Test("an empty, replaced or half-written post is refused before anything is touched")
  func replacedPost() throws {
    try alice.send("waits", to: people[1])
    let good = world.transport.files["post.json"]
    world.transport.files = [:]
    #expect(failure { try alice.sync() } == .noPost)
    _ = try PostDescriptor.initialize(on: world.transport)
    #expect(failure { try alice.sync() } == .foreignPost)
    world.transport.files["post.json"] = good.map { Array($0.dropLast(9)) }
    #expect(failure { try alice.sync() } == .malformed)
    #expect(world.transport.files.count == 1)
    world.transport.files["post.json"] = good
    #expect(try alice.sync().postedCount == 1)
  }

  @Test("names that are no markers are passed over, and a flood of markers ends within a few times")
  func flood() throws {
    _ = try post("good")
    let tag = try bob.tag()
    for index in 0..<2_000 {
      world.transport.files["boxes/\(tag)/junk-\(index)"] = []
      let junk = try ContentHash(of: Array("\(index)".utf8))
      world.transport.files["boxes/\(tag)/20261121-\(junk.text)"] = []
    }
    bob.budget.markerCount = 700
    bob.budget.pendingCount = 1_500
    var count = 0
    while try bob.bodies().isEmpty, count < 100 {
      let report = try bob.sync()
      #expect(report.putOff[.missing, default: 0] <= 700)
      world.now += 60
      count += 1
    }
    #expect(try bob.bodies() == ["good"])
    let pending = try bob.mailbox.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM pending") }
    #expect(try #require(pending) <= 1_500)
  }

  @Test("budgets of messages and bytes are kept, and the rest comes next time")
  func budgets() throws {
    for index in 0..<10 { try alice.send("\(index)", to: people[1]) }
    alice.budget.postingCount = 6
    #expect(try alice.sync().postedCount == 6)
    #expect(try alice.sync().postedCount == 4)
    bob.budget.messageCount = 3
    #expect(try bob.sync().acceptedCount == 3)
    bob.budget.messageCount = 100
    bob.budget.byteCount = 1
    let report = try bob.sync()
    #expect(report.acceptedCount == 1 && report.isPartial)
    bob.budget.byteCount = 1 << 30
    #expect(try bob.sync().acceptedCount == 6)
    #expect(try Set(bob.bodies()).count == 10)
  }
}
