import GRDB
import JOSE
import Testing

@testable import Post

/// Clocks, expiry, floods and budgets.
@Suite final class BoundsTests: Exchange {
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
      // What was acknowledged goes by any clock.
      #expect(report.refused == [:] && report.acceptedCount == 0 && report.undeliveredCount == 0)
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

  @Test("a message to oneself does not make a clock believed that is in doubt")
  func ownTime() throws {
    _ = try post("before")
    try bob.sync()
    bob.clockError = 400 * World.day
    try bob.send("to myself", to: people[1])
    try bob.sync()
    #expect(try bob.sync().acceptedCount == 1)
    #expect(try bob.sync().clock == .leapt)
  }

  @Test("a clock that was ahead is forgotten when others' time agrees with the right one")
  func correctedClock() throws {
    _ = try alice.send("one", to: people[1])
    try alice.sync()
    bob.clockError = 20 * World.day
    #expect(try bob.sync().acceptedCount == 1)
    bob.clockError = 0
    #expect(try bob.sync().clock == .wentBack)
    _ = try alice.send("two", to: people[1])
    try alice.sync()
    try bob.sync()
    #expect(try bob.sync().clock == .trusted)
  }

  @Test("what was put off by a clock that was years ahead is not put off for years")
  func deferralAhead() throws {
    let (path, bytes) = try post("first")
    world.transport.files[path] = Array(bytes.dropLast())
    #expect(try bob.sync().putOff == [.arriving: 1])
    bob.clockError = 3_650 * World.day
    #expect(try bob.sync().putOff == [.arriving: 1])
    bob.clockError = 0
    world.transport.files[path] = bytes
    #expect(try bob.sync().acceptedCount == 1)
  }

  @Test("what was posted by a clock that was weeks ahead is posted again as soon as others")
  func postingAhead() throws {
    alice.clockError = 28 * World.day
    try alice.send("lost", to: people[1]) { $0.lifetime = 60 * World.day }
    #expect(try alice.sync().postedCount == 1)
    world.transport.files = world.transport.files.filter { $0.key == "post.json" }
    alice.clockError = 0
    #expect(try alice.sync().postedCount == 1)
    #expect(try alice.sync().postedCount == 0)
  }

  @Test("what nobody acknowledged is taken back when it has expired, and told")
  func expiry() throws {
    _ = try post("unheard")
    for _ in 0..<8 {
      world.now += 8 * World.day
      try alice.sync()
    }
    // Nobody's time has agreed with hers: it may be her clock that is wrong.
    #expect(messages.count == 1)
    for _ in 0..<4 {
      world.now += 8 * World.day
      try alice.sync()
    }
    #expect(messages == [])
    #expect(try alice.mailbox.sent(limit: 1)[0].isOver)
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
    func pending() throws -> Int {
      try bob.mailbox.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM pending") } ?? 0
    }
    var count = 0
    while try bob.bodies().isEmpty || pending() < 1_500, count < 200 {
      let report = try bob.sync()
      // All that was looked at is told and remembered.
      #expect((699...700).contains(report.putOff[.missing, default: 0] + report.acceptedCount))
      #expect(try pending() >= min(699, 1_500))
      world.now += 60
      count += 1
    }
    #expect(try bob.bodies() == ["good"])
    #expect(try pending() == 1_500)
  }

  @Test("junk of days that are long gone is taken out of the box, a budget's worth at a time")
  func oldFlood() throws {
    _ = try post("good")
    try bob.sync()
    let tag = try bob.tag()
    for index in 0..<300 {
      let junk = try ContentHash(of: Array("\(index)".utf8))
      world.transport.files["boxes/\(tag)/20200101-\(junk.text)"] = []
    }
    bob.budget.markerCount = 100
    for left in [200, 100, 0] {
      try bob.sync()
      #expect(world.transport.names("boxes/\(tag)").count == left)
    }
  }

  @Test("junk in one key's box leaves the other keys their turn")
  func keysShare() throws {
    let other = try Person()
    bob.keys = try OwnKeys(
      signer: JWS.Signer(people[1].signing),
      encryptionKeys: [other.devices[0], people[1].devices[0]])
    _ = try post("good")
    let tag = try Tag(of: other.devices[0].publicKey, in: world.post.identifier).text
    for index in 0..<100 {
      let junk = try ContentHash(of: Array("\(index)".utf8))
      world.transport.files["boxes/\(tag)/20261121-\(junk.text)"] = []
    }
    bob.budget.markerCount = 20
    #expect(try bob.sync().acceptedCount == 1)
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
