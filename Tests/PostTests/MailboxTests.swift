import DurableFiles
import GRDB
import JOSE
import Testing

@testable import Post

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The mailbox as files.
@Suite struct MailboxTests {
  private let scratch = Scratch()
  private let transport: DirectoryTransport
  private let post: PostDescriptor
  private let alice: Person
  private let bob: Person

  init() throws {
    scratch.makeDirectory("post")
    transport = try DirectoryTransport(path: scratch.file("post"))
    post = try PostDescriptor.initialize(on: transport)
    alice = try Person()
    bob = try Person()
  }

  private func mailbox(_ name: String) throws -> Mailbox {
    let mailbox = try Mailbox(path: scratch.file(name))
    try mailbox.join(post, at: scratch.file("post"))
    return mailbox
  }

  private func sync(_ mailbox: Mailbox, as person: Person) throws -> SyncReport {
    try Courier(
      mailbox, post, over: transport, keys: person.keys(), knowing: Circle([alice, bob])
    ).sync(now: World.start)
  }

  private func send(_ body: String, _ mailbox: Mailbox) throws {
    let draft = Draft(body: body, to: Addressees([bob.correspondent]))
    try mailbox.send([draft], from: alice.keys(), in: post, now: World.start)
  }

  @Test(
    "through a directory and mailboxes on disk, a message arrives, and no plaintext rests there")
  func onDisk() throws {
    let (first, second) = (try mailbox("alice"), try mailbox("bob"))
    try send("the secret of the valise", first)
    #expect(try sync(first, as: alice).postedCount == 1)
    #expect(try sync(second, as: bob).acceptedCount == 1)
    let entry = try second.inbox(limit: 1)[0]
    #expect(try second.message(entry.id, with: bob.keys()).body == "the secret of the valise")
    #expect(try sync(first, as: alice).acknowledgedCount == 1)
    for name in ["alice", "bob"].flatMap({ ["\($0)/mailbox.sqlite", "\($0)/mailbox.sqlite-wal"] }) {
      let bytes = try Directory(path: scratch.path).read(name, limit: 1 << 24)
      #expect(!bytes.isEmpty)
      #expect(String(decoding: bytes, as: UTF8.self).utf8.firstRange(of: "the valise".utf8) == nil)
    }
  }

  @Test("a commit is on the medium before anything relies on it")
  func durability() throws {
    let mailbox = try mailbox("alice")
    let modes = try mailbox.writer.writeWithoutTransaction { database in
      (
        try Int.fetchOne(database, sql: "PRAGMA synchronous"),
        try String.fetchOne(database, sql: "PRAGMA journal_mode")
      )
    }
    #expect(modes == (2, "wal"))
  }

  @Test("one synchronizes at a time, reading goes on, and the lock goes with its holder")
  func lock() throws {
    let (first, second) = (try mailbox("alice"), try mailbox("alice"))
    try first.synchronizing { () throws(PostError) in
      #expect(failure { try sync(second, as: alice) } == .busy)
      #expect(failure { try second.inbox(limit: 1) } == nil)
    }
    #expect(failure { try sync(second, as: alice) } == nil)
  }

  @Test("a mailbox of a newer version is not touched")
  func newerVersion() throws {
    let mailbox = try mailbox("alice")
    try mailbox.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
    #expect(failure { try Mailbox(path: scratch.file("alice")) } == .unsupported)
  }

  @Test("a post that was not joined is not used")
  func notJoined() throws {
    let mailbox = try Mailbox(path: scratch.file("alice"))
    #expect(failure { try send("", mailbox) } == .foreignPost)
    #expect(failure { try sync(mailbox, as: alice) } == .foreignPost)
    try mailbox.join(post, at: "first")
    try mailbox.join(post, at: "second")
    #expect(try mailbox.posts().map(\.location) == ["second"])
    #expect(try mailbox.posts().map(\.descriptor) == [post])
  }

  @Test("a backup opens as a mailbox of its own, and is not written over")
  func backup() throws {
    let (first, second) = (try mailbox("alice"), try mailbox("bob"))
    try send("kept", first)
    _ = try sync(first, as: alice)
    _ = try sync(second, as: bob)
    try second.backUp(to: scratch.file("backup"))
    #expect(failure { try second.backUp(to: scratch.file("backup")) } == .exists)
    let restored = try Mailbox.restore(scratch.file("backup"), to: scratch.file("restored"))
    let entry = try restored.inbox(limit: 1)[0]
    #expect(try restored.message(entry.id, with: bob.keys()).body == "kept")
    #expect(
      failure { try Mailbox.restore(scratch.file("backup"), to: scratch.file("bob")) } == .exists)
    scratch.write("junk", Array("no database at all, but long enough to look at".utf8))
    #expect(
      failure { try Mailbox.restore(scratch.file("junk"), to: scratch.file("other")) } == .damaged)
  }

  @Test("what is no whole mailbox does not become one, and leaves room for the right one")
  func notABackup() throws {
    let mailbox = try mailbox("alice")
    for _ in 0..<20 { try send(String(repeating: "x", count: 10_000), mailbox) }
    try mailbox.backUp(to: scratch.file("backup"))
    let backup = try Directory(path: scratch.path).read("backup", limit: 1 << 30)
    scratch.write("empty", [])
    scratch.write("short", Array(backup.prefix(backup.count / 2)))
    for name in ["empty", "short"] {
      #expect(
        failure { try Mailbox.restore(scratch.file(name), to: scratch.file("new")) } == .damaged)
    }
    #expect(
      failure { try Mailbox.restore(scratch.file("none"), to: scratch.file("new")) } == .notFound)
    let restored = try Mailbox.restore(scratch.file("backup"), to: scratch.file("new"))
    #expect(try restored.sent(limit: 50).count == 20)
    #expect(!scratch.names("new").contains { $0.hasSuffix("-copy") })
  }

  @Test("a backup is restored beside what another mailbox left, and goes by a name of its own")
  func leftoverJournal() throws {
    let mailbox = try mailbox("alice")
    let name = try mailbox.writerName()
    try mailbox.backUp(to: scratch.file("backup"))
    for index in 0..<20 { try send("\(index)", mailbox) }
    let journal = try Directory(path: scratch.path).read("alice/mailbox.sqlite-wal", limit: 1 << 30)
    #expect(!journal.isEmpty)
    scratch.makeDirectory("new")
    scratch.write("new/mailbox.sqlite-wal", journal)
    let restored = try Mailbox.restore(scratch.file("backup"), to: scratch.file("new"))
    #expect(try restored.sent(limit: 9) == [])
    let check = try restored.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
    #expect(check == ["ok"])
    #expect(try restored.writerName() != name)
  }

  @Test("an attachment that a restored mailbox has lost holds up nothing else, and is told")
  func lostAttachment() throws {
    let mailbox = try mailbox("alice")
    let attachment = try mailbox.attach(
      BytesInMemory([1, 2, 3]), name: "a", mediaType: "text/plain", now: World.start)
    var draft = Draft(body: "with it", to: Addressees([bob.correspondent]))
    draft.attachments = [attachment]
    try mailbox.send([draft], from: alice.keys(), in: post, now: World.start)
    try mailbox.backUp(to: scratch.file("backup"))
    let restored = try Mailbox.restore(scratch.file("backup"), to: scratch.file("new"))
    try send("without", restored)
    let report = try sync(restored, as: alice)
    let sent = try restored.sent(limit: 9)
    #expect(report.postedCount == 1 && sent.map(\.obstacle) == [nil, .lostAttachment])
    #expect(report.troubles.map(\.code) == [.damaged])
    #expect(report.troubles.map(\.message) == [sent[1].name])
    #expect(try restored.status(of: post.identifier, now: World.start).obstructedCount == 1)
    // What lies in the post already needs no copy in the mailbox.
    _ = try sync(mailbox, as: alice)
    #expect(try sync(restored, as: alice).postedCount == 1)
    #expect(try restored.sent(limit: 9).map(\.obstacle) == [nil, nil])
  }

  @Test("where only the database was lost, the parts that came are still there")
  func keptParts() throws {
    let (first, second) = (try mailbox("alice"), try mailbox("bob"))
    let attachment = try first.attach(
      BytesInMemory([1, 2, 3]), name: "a", mediaType: "text/plain", now: World.start)
    var draft = Draft(body: "with it", to: Addressees([bob.correspondent]))
    draft.attachments = [attachment]
    try first.send([draft], from: alice.keys(), in: post, now: World.start)
    _ = try sync(first, as: alice)
    #expect(try sync(second, as: bob).partCount == 1)
    try second.backUp(to: scratch.file("backup"))
    scratch.makeDirectory("new")
    rename(scratch.file("bob/parts"), scratch.file("new/parts"))
    let restored = try Mailbox.restore(scratch.file("backup"), to: scratch.file("new"))
    #expect(try restored.inbox(limit: 1)[0].missingPartCount == 0)
    // Nor is it looked for in the post when the mailbox does not know of it.
    try restored.write { try $0.execute(sql: "UPDATE incomingPart SET isPresent = 0") }
    _ = try sync(first, as: alice)
    #expect(try sync(restored, as: bob).missingPartCount == 0)
  }

  @Test("a full disk leaves everything in the outbox and is told")
  func fullDisk() throws {
    let mailbox = try mailbox("alice")
    try send("waits", mailbox)
    var courier = Courier(
      mailbox, post, over: transport, keys: try alice.keys(), knowing: try Circle([alice, bob]))
    courier.budget.spareByteCount = .max
    #expect(try courier.sync(now: World.start).troubles.map(\.code) == [.noSpace])
    #expect(scratch.names("post/boxes") == [])
    courier.budget.spareByteCount = 0
    #expect(try courier.sync(now: World.start).postedCount == 1)
  }
}
