import Testing

@testable import Post

/// The queue of what the user's own program is still to be told of.
@Suite final class NotificationTests: Exchange {
  private func announce() throws {
    var courier = Courier(
      bob.mailbox, world.post, over: world.transport, keys: bob.keys, knowing: bob.circle)
    courier.announcesArrivals = true
    _ = try courier.sync(now: world.now)
  }

  private func due(_ limit: Int = 9) throws -> [InboxEntry] {
    try bob.mailbox.notifications(due: world.now, limit: limit)
  }

  @Test("what is accepted is announced, until the program was told, and duplicates are not")
  func arrival() throws {
    _ = try post("one")
    _ = try post("two")
    let files = world.transport.files
    try announce()
    let entries = try due()
    #expect(entries == (try bob.mailbox.inbox(limit: 9).reversed()))
    #expect(try due(1).count == 1)
    try bob.mailbox.noteNotified(entries[0].id)
    try bob.mailbox.noteNotified(entries[0].id)
    world.transport.files.merge(files) { old, _ in old }
    try announce()
    #expect(try due() == [entries[1]])
  }

  @Test("nothing is queued for nobody")
  func unasked() throws {
    _ = try post("quietly")
    #expect(try bob.sync().acceptedCount == 1)
    #expect(try due() == [])
  }

  @Test("a failure is tried again later and later, and given up after 30 days")
  func failures() throws {
    _ = try post("hello")
    try announce()
    let id = try #require(try due().first).id
    var waits: [Int] = []
    var outcome = try bob.mailbox.noteNotificationFailure(id, now: world.now)
    while case .retried(let next) = outcome {
      #expect(try due() == [])
      waits.append(next - world.now)
      world.now = next
      #expect(try due().map(\.id) == [id])
      outcome = try bob.mailbox.noteNotificationFailure(id, now: world.now)
    }
    #expect(outcome == .droppedNotification)
    #expect(waits.prefix(4) == [60, 120, 240, 480] && waits.max() == 6 * World.hour)
    #expect(waits.reduce(0, +) > 30 * World.day && waits.reduce(0, +) < 31 * World.day)
    #expect(try due() == [] && bob.mailbox.inbox(limit: 9).count == 1)
    #expect(
      failure { try bob.mailbox.noteNotificationFailure(id, now: world.now) } == .notFound)
  }

  @Test("a clock that was years ahead keeps nothing waiting for years")
  func wrongClock() throws {
    _ = try post("hello")
    try announce()
    let id = try #require(try due().first).id
    let future = world.now + 3_650 * World.day
    #expect(
      try bob.mailbox.noteNotificationFailure(id, now: future) == .retried(at: future + 60))
    #expect(try due().map(\.id) == [id])
  }

  @Test("a deleted message is not announced")
  func deleted() throws {
    _ = try post("hello")
    try announce()
    try bob.mailbox.delete(try #require(try due().first).id)
    #expect(try due() == [])
  }

  @Test("what leaves quarantine is announced")
  func quarantine() throws {
    bob.circle = try Circle([people[1]])
    _ = try post("who am I")
    try announce()
    #expect(try due() == [])
    bob.circle = try Circle(people)
    _ = try bob.mailbox.reconsiderQuarantine(
      of: world.post, with: bob.keys, knowing: bob.circle, now: world.now, announcing: true)
    #expect(try due().count == 1)
  }
}
