import Testing

@testable import Post

/// What a mailbox tells of a post.
@Suite final class StatusTests: Exchange {
  private func status(_ device: Device) throws -> PostStatus {
    try device.mailbox.status(of: world.post.identifier, now: world.now)
  }

  @Test("a message is counted where it stands: not posted, not acknowledged, done")
  func outgoing() throws {
    #expect(try status(alice).synchronizedAt == nil)
    let carol = try Person()
    try alice.send("psst", to: people[1], blind: [carol])
    #expect(try status(alice).unpostedCount == 1 && status(alice).unacknowledgedCount == 0)
    let written = world.now
    world.now += World.hour
    try alice.sync()
    try bob.sync()
    try alice.sync()
    let waiting = try status(alice)
    #expect(waiting.unpostedCount == 0 && waiting.unacknowledgedCount == 1)
    #expect(waiting.oldestUnacknowledgedAt == written && waiting.synchronizedAt == world.now)
    try alice.mailbox.delete(try alice.mailbox.sent(limit: 1)[0])
    #expect(try status(alice).unacknowledgedCount == 0)
    #expect(try status(alice).oldestUnacknowledgedAt == nil)
  }

  @Test("what waits, what is held back and what was refused is told with its reason")
  func incoming() throws {
    for body in ["1", "2", "3"] { try alice.send(body, to: people[1]) }
    try alice.sync()
    let missing = try #require(messages.first)
    world.transport.files["messages/\(missing)"] = nil
    #expect(try bob.sync().acceptedCount == 2)
    #expect(try status(bob).pending == [.missing: 1] && status(bob).overdueCount == 0)
    world.now += 2 * World.day
    #expect(try status(bob).overdueCount == 1)
    bob.circle = try Circle([people[1]])
    try alice.send("stranger", to: people[1])
    try alice.sync()
    try bob.sync()
    let status = try status(bob)
    // With the one that was missing, which is posted again.
    #expect(status.quarantinedCount == 2 && status.pending == [:])
    #expect(status.gaps == (try bob.mailbox.gaps()))
    #expect(status.refusals == (try bob.mailbox.refusals()))
  }
}
