import Testing

@testable import Post

/// How messages are listed and named.
@Suite final class InboxTests: Exchange {
  /// Messages by two people, every other one read, one thread among them.
  private func fill() throws -> Person {
    let carol = try Person()
    let circle = people + [carol]
    let other = try world.device(carol, knowing: circle)
    bob.circle = try Circle(circle)
    for index in 0..<4 {
      try alice.send("a\(index)", to: people[1]) {
        if index > 1 { $0.thread = "the-matter-of-the-valise" }
      }
      try other.send("c\(index)", to: people[1])
      try alice.sync()
      try other.sync()
      try bob.sync()
    }
    for entry in try bob.mailbox.inbox(limit: 99) where entry.id % 2 == 0 {
      try bob.mailbox.mark(entry.id, isRead: true)
    }
    return carol
  }

  @Test("the inbox is filtered by sender, thread and what was read, in pages")
  func filters() throws {
    let carol = try fill()
    let all = try bob.mailbox.inbox(limit: 99)
    let names = [try people[0].name(), try carol.name()]
    for isUnreadOnly in [false, true] {
      for issuers in [nil, [], [names[0]], names, names + names] {
        for thread in [nil, "the-matter-of-the-valise"] {
          var filter = InboxFilter()
          filter.isUnreadOnly = isUnreadOnly
          filter.issuers = issuers
          filter.thread = thread
          let expected = all.filter { entry in
            (!isUnreadOnly || !entry.isRead) && (thread == nil || entry.thread == thread)
              && issuers?.contains(entry.issuer) != false
          }
          var found: [InboxEntry] = []
          repeat {
            found += try bob.mailbox.inbox(filter, limit: 2, after: found.last)
          } while found.count.isMultiple(of: 2) && found.count < expected.count
          #expect(found == expected)
        }
      }
    }
    #expect(all.count == 8)
    #expect(try bob.mailbox.counts() == InboxCounts(unread: 4, all: 8))
  }

  @Test("both sides call a message by the same name, and its beginning is enough")
  func names() throws {
    try alice.send("what is it called", to: people[1])
    try alice.sync()
    try bob.sync()
    let sent = try alice.mailbox.sent(limit: 1)[0]
    let received = try bob.mailbox.inbox(limit: 1)[0]
    #expect(sent.name == received.name)
    #expect(
      sent.name == (try MessageID(issuer: people[0].name(), identifier: sent.identifier)))
    #expect(sent.name.description.utf8.count == 26)
    for prefix in [sent.name.text, String(sent.name.text.prefix(4)).uppercased()] {
      #expect(try alice.mailbox.entries(named: prefix) == [.sent(sent)])
      #expect(try bob.mailbox.entries(named: prefix) == [.received(received)])
    }
    let other = sent.name.text.hasPrefix("aaaa") ? "bbbb" : "aaaa"
    #expect(try bob.mailbox.entries(named: other) == [])
  }

  @Test("a name is what stands in a shell unquoted, and too short a one is refused")
  func badNames() throws {
    for name in ["", "abc", "-abcd", "abc%", "abc_", "abcd~", "äbcde", "abc1", "ABCDEF=="] {
      #expect(failure { try bob.mailbox.entries(named: name) } == .malformed, "\(name)")
    }
    #expect(failure { try bob.mailbox.entries(named: "abcd") } == nil)
    #expect(
      failure { try bob.mailbox.entries(named: String(repeating: "a", count: 27)) } == .malformed)
  }

  @Test("a beginning that several share finds them all, ten at most")
  func ambiguous() throws {
    for index in 0..<12 { try alice.send("\(index)", to: people[1]) }
    try alice.mailbox.write { database in
      try database.execute(
        sql: "UPDATE sentMessage SET name = 'aaaa' || char(96 + id) || substr(name, 6)")
    }
    #expect(try alice.mailbox.entries(named: "aaaa").count == 10)
    #expect(try alice.mailbox.entries(named: "aaaac").map(\.name.text.count) == [26])
  }
}
