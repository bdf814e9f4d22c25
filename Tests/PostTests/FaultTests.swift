import GRDB
import Testing

@testable import Post

/// What must hold when files are torn, changed, doubled, lost or brought back.
@Suite final class FaultTests: Exchange {
  @Test("cut off at any byte it is pending, and delivered once when it is whole")
  func truncation() throws {
    let (path, bytes) = try post("whole")
    for count in 0..<bytes.count {
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

  /// What an envelope is made of, by the member's name.
  private static let members = [
    "protected", "kid", "alg", "epk", "encrypted_key", "commitment", "iv", "ciphertext", "tag",
  ]

  /// `bytes` with a bit of that member's value flipped.
  private func flipping(_ member: String, of bytes: [UInt8]) throws -> [UInt8] {
    let name = Array("\"\(member)\":".utf8)
    let start = try #require(
      bytes.indices.first { bytes[$0...].starts(with: name) }.map { $0 + name.count })
    var changed = bytes
    // Behind the quote, or the bracket.
    changed[start + 3] ^= 1
    return changed
  }

  @Test(
    "a flipped bit keeps a message pending, and its sender puts it right", arguments: members)
  func flippedBit(_ member: String) throws {
    let (path, bytes) = try post("right")
    world.transport.files[path] = try flipping(member, of: bytes)
    #expect(try bob.sync().putOff == [.arriving: 1])
    world.now += 2 * World.hour
    try alice.sync()
    #expect(world.transport.files[path] == bytes)
    #expect(try bob.sync().acceptedCount == 1)
  }

  @Test("a flipped bit in a name keeps a message pending, and its sender puts it right")
  func flippedName() throws {
    let (path, bytes) = try post("right")
    let last = path.dropLast(4).last == "a" ? "b" : "a"
    let other = "\(path.dropLast(5))\(last).jwe"
    (world.transport.files[path], world.transport.files[other]) = (nil, bytes)
    #expect(try bob.sync().putOff == [.missing: 1])
    world.now += 2 * World.hour
    try alice.sync()
    #expect(world.transport.files[path] == bytes)
    #expect(try bob.sync().acceptedCount == 1)
    #expect(try bob.bodies() == ["right"])
  }

  @Test(
    "a changed file under its own hash is refused, counted, and taken out of the box",
    arguments: members.filter { $0 != "kid" })
  func changedUnderOwnName(_ member: String) throws {
    let (_, bytes) = try post("good")
    let changed = try flipping(member, of: bytes)
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

  @Test("all copies of a message go with it, however many there are")
  func manyCopies() throws {
    let (path, bytes) = try post("copied")
    for index in 0..<100 {
      world.transport.files["\(path.dropLast(4)).sync-conflict-\(index).jwe"] = bytes
    }
    #expect(try bob.sync().acceptedCount == 1)
    try alice.sync()
    #expect(messages.filter { $0.contains(path.dropLast(4).suffix(52)) } == [])
  }

  @Test("an envelope without a commitment is refused, also one for a single reader")
  func noCommitment() throws {
    let (path, bytes) = try post("plain")
    let text = String(decoding: bytes, as: UTF8.self)
    let stripped = Array(text.replacing(/"commitment":"[^"]*",/, with: "").utf8)
    #expect(stripped.count < bytes.count)
    let fake = Marker(day: Day(of: world.now), hash: try ContentHash(of: stripped))
    world.transport.files[path] = nil
    world.transport.files[try marker()] = nil
    world.transport.files["messages/\(fake.day.text)/\(fake.hash.text).jwe"] = stripped
    world.transport.files["boxes/\(try bob.tag())/\(fake.name)"] = []
    #expect(try bob.sync().refused == [.malformed: 1])
    #expect(try bob.bodies() == [])
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
}
