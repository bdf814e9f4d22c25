import Testing

@testable import Post

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a killed writer left, and folders that nobody needs.
@Suite struct SweepTests {
  private let scratch = Scratch()
  private let mailbox: Mailbox
  private let transport: DirectoryTransport

  init() throws {
    scratch.makeDirectory("post")
    scratch.makeDirectory("post/tmp")
    mailbox = try Mailbox(path: scratch.file("mailbox"))
    transport = try DirectoryTransport(path: scratch.file("post"), for: mailbox)
  }

  @Test("a device takes away its own unfinished files after a day, and nobody else's")
  func leftovers() throws {
    let own = "\(try mailbox.writerName())-abc"
    scratch.write("post/tmp/\(own)", [1])
    scratch.write("post/tmp/other-abc", [1])
    try transport.sweep(now: Int(time(nil)), before: nil)
    #expect(scratch.names("post/tmp").count == 2)
    try DirectoryTransport(path: scratch.file("post")).sweep(
      now: Int(time(nil)) + 2 * World.day, before: nil)
    #expect(scratch.names("post/tmp").count == 2)
    let again = try DirectoryTransport(path: scratch.file("post"), for: mailbox)
    try again.sweep(now: Int(time(nil)) + 2 * World.day, before: nil)
    #expect(scratch.names("post/tmp") == ["other-abc"])
  }

  @Test("empty folders of past days go; today's, full ones and others stay")
  func emptyFolders() throws {
    let today = Day(of: World.start).text
    let yesterday = Day(of: World.start - World.day).text
    scratch.makeDirectory("post/messages")
    for name in ["20261101", "20261102", "20261103", yesterday, today, "other"] {
      scratch.makeDirectory("post/messages/\(name)")
    }
    scratch.write("post/messages/20261102/file", [1])
    scratch.makeDirectory("post/messages/20261103/folder")
    try transport.sweep(now: World.start, before: nil)
    #expect(
      scratch.names("post/messages")
        == ["20261102", "20261103", yesterday, today, "other"].sorted())
    #expect(scratch.names("post/messages/20261102") == ["file"])
  }

  @Test("messages of days that nobody waits for any more go, whoever sent them, and nothing else")
  func oldMessages() throws {
    let name = try ContentHash(of: [1]).text
    for day in ["20260801", "20261101"] {
      scratch.makeDirectory("post/messages")
      scratch.makeDirectory("post/messages/\(day)")
      for file in ["\(name).jwe", "\(name) (conflicted copy).jwe", "notes.txt"] {
        scratch.write("post/messages/\(day)/\(file)", [1])
      }
    }
    try transport.sweep(now: World.start, before: nil)
    #expect(scratch.names("post/messages/20260801").count == 3)
    try transport.sweep(now: World.start, before: World.start - 91 * World.day)
    #expect(scratch.names("post/messages/20260801") == ["notes.txt"])
    #expect(scratch.names("post/messages/20261101").count == 3)
  }

  @Test("a link in the place of a folder is not swept through")
  func links() throws {
    scratch.makeDirectory("outside")
    scratch.makeDirectory("outside/20261101")
    symlink(scratch.file("outside"), scratch.file("post/messages"))
    try transport.sweep(now: World.start, before: nil)
    #expect(scratch.names("outside") == ["20261101"])
  }
}
