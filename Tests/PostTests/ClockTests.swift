import GRDB
import Testing

@testable import Post

/// Clocks that are wrong by less than what is noticed at once.
@Suite final class ClockTests: Exchange {
  private func send(lifetime: Int) throws {
    try alice.send("\(lifetime)", to: people[1]) { $0.lifetime = lifetime }
    try alice.sync()
  }

  @Test("a clock that was weeks ahead does not make what comes later count as expired")
  func weeksAhead() throws {
    try send(lifetime: 12 * World.hour)
    try bob.sync()
    // Day by day or in leaps of 29 days: what nobody else signed is not gone by.
    for days in [20, 49, 78] {
      bob.clockError = days * World.day
      try bob.sync()
    }
    bob.clockError = 0
    try send(lifetime: 7 * World.day)
    let report = try bob.sync()
    #expect(report.acceptedCount == 1 && report.refused == [:])
  }

  @Test("what a mailbox forgot by a wrong clock waits until the time is sure, and is not refused")
  func forgottenTooEarly() throws {
    try send(lifetime: 12 * World.hour)
    try bob.sync()
    try bob.mailbox.write { database in
      try Setting.forgottenUntil.raise(to: world.now + 20 * World.day, database)
      try Setting.lastSteadyAt.set(to: world.now + 20 * World.day, database)
    }
    try send(lifetime: 7 * World.day)
    #expect(try bob.sync().putOff == [.clock: 1])
    #expect(!world.transport.names("boxes/\(try bob.tag())").isEmpty)
  }

  @Test("a message that was never posted outlives a wrong clock of the first synchronization")
  func firstClock() throws {
    try alice.send("unhurt", to: people[1])
    alice.clockError = 3_650 * World.day
    let report = try alice.sync()
    #expect(report.clock == .leapt && report.removedCount == 0)
    alice.clockError = 0
    #expect(try alice.sync().postedCount == 1)
    #expect(try bob.sync().acceptedCount == 1)
  }

  @Test("a message is not taken back by a clock that is ahead of what others signed")
  func takenBack() throws {
    _ = try post("so that the time is known")
    try bob.sync()
    try alice.sync()
    #expect(try alice.sync().clock == .trusted)
    try send(lifetime: 7 * World.day)
    let posted = messages
    alice.clockError = 29 * World.day
    let report = try alice.sync()
    #expect(report.clock == .trusted && report.removedCount == 0 && messages == posted)
    alice.clockError = 0
    #expect(try bob.sync().acceptedCount == 1)
  }

  @Test("what was acknowledged and what is taken back goes, whatever the clock")
  func settled() throws {
    _ = try post("one")
    try bob.sync()
    try alice.send("two", to: people[1])
    try alice.sync()
    try alice.mailbox.delete(try alice.mailbox.sent(limit: 1)[0])
    alice.clockError = -400 * World.day
    let report = try alice.sync()
    #expect(report.clock == .wentBack && report.removedCount == 1)
  }

  @Test("a message that was written by a clock of another decade is posted when it is right")
  func writtenAhead() throws {
    alice.clockError = 3_650 * World.day
    try alice.send("early", to: people[1])
    alice.clockError = 0
    #expect(try alice.mailbox.clock(world.now) == .wentBack)
    #expect(try alice.sync().postedCount == 1)
    #expect(try bob.sync().putOff == [.clock: 1])
  }

  @Test("what is given up without an acknowledgement is told as that")
  func givenUp() throws {
    _ = try post("never had")
    try alice.mailbox.write { try $0.execute(sql: "UPDATE outgoing SET envelope = NULL") }
    let sent = try alice.mailbox.sent(limit: 1)[0]
    #expect(sent.isOver && sent.acknowledgedAt.isEmpty)
  }
}
