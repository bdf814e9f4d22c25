import JOSE
import Testing

@testable import Post

/// What comes with messages.
@Suite struct AttachmentTests {
  private let world: World
  private let alice: Device
  private let bob: Device
  private let people: [Person]
  private let content = (0..<(Attachment.partByteCount + 5_000)).map {
    UInt8(truncatingIfNeeded: $0 &* 31)
  }

  init() throws {
    world = try World()
    (alice, bob, people) = try world.pair()
  }

  private func send(_ content: [UInt8]) throws {
    let attachment = try alice.mailbox.attach(
      BytesInMemory(content), name: "../a\0b.bin", mediaType: "application/octet-stream",
      now: world.now)
    try alice.send("see attachment", to: people[1]) { $0.attachments = [attachment] }
  }

  private func open() throws -> [UInt8]? {
    let entry = try #require(try bob.mailbox.inbox(limit: 1).first)
    let message = try bob.mailbox.message(entry.id, with: bob.keys)
    let attachment = try #require(message.attachments.first)
    #expect(attachment.name == "../a\0b.bin")
    let sink = BytesGathered()
    do { try bob.mailbox.open(attachment, into: sink) } catch {
      #expect(sink.committed == nil)
      throw error
    }
    return sink.committed
  }

  @Test("content of several parts comes out as it went in, and leaves nothing behind")
  func roundTrip() throws {
    try send(content)
    try alice.sync()
    #expect(world.transport.names("parts").count == 2)
    let report = try bob.sync()
    #expect(report.acceptedCount == 1 && report.partCount == 2)
    #expect(try open() == content)
    #expect(try alice.sync().removedCount == 1)
    try bob.sync()
    #expect(world.transport.files.keys.sorted() == ["post.json"])
    #expect(try open() == content)
    #expect(alice.mailbox.parts.isEmpty)
    try bob.mailbox.delete(try bob.mailbox.inbox(limit: 1)[0].id)
    #expect(bob.mailbox.parts.isEmpty)
  }

  @Test("content that fills its parts exactly has no empty one", arguments: [true, false])
  func exact(isOfKnownSize: Bool) throws {
    let content = [UInt8](repeating: 7, count: Attachment.partByteCount)
    let source: any ByteSource =
      isOfKnownSize ? BytesInMemory(content) : Pipe(BytesInMemory(content))
    let attachment = try alice.mailbox.attach(
      source, name: "a", mediaType: "text/plain", now: world.now)
    #expect(attachment.parts.count == 1 && attachment.byteCount == content.count)
    let sink = BytesGathered()
    try alice.mailbox.open(attachment, into: sink)
    #expect(sink.committed == content)
  }

  @Test("parts that change places, and parts of another attachment, are noticed")
  func exchangedParts() throws {
    let attachment = try alice.mailbox.attach(
      BytesInMemory(content), name: "a", mediaType: "text/plain", now: world.now)
    let other = try alice.mailbox.attach(
      BytesInMemory([1]), name: "b", mediaType: "text/plain", now: world.now)
    let directory = alice.mailbox.parts.directory
    let names = attachment.parts.map { "\($0.text).jwe" }
    let parts = try names.map { try directory.read($0, limit: 1 << 24) }
    let foreign = try directory.read("\(other.parts[0].text).jwe", limit: 1 << 24)
    for replacement in [[parts[1], parts[0]], [parts[0], foreign], [parts[0], parts[0]]] {
      for (name, bytes) in zip(names, replacement) {
        try directory.write(name, bytes, existing: .replace)
      }
      let sink = BytesGathered()
      #expect(failure { try alice.mailbox.open(attachment, into: sink) } == .damaged)
      #expect(sink.committed == nil)
    }
  }

  @Test("empty content needs no part")
  func empty() throws {
    try send([])
    try alice.sync()
    try bob.sync()
    #expect(world.transport.names("parts") == [])
    #expect(try open() == [])
  }

  @Test("the text is read before a part has come, and acknowledged only after it")
  func latePart() throws {
    try send([1, 2, 3])
    try alice.sync()
    let parts = world.transport.files.filter { $0.key.hasPrefix("parts/") }
    for name in parts.keys { world.transport.files[name] = nil }
    try bob.sync()
    #expect(try bob.bodies() == ["see attachment"])
    #expect(try bob.mailbox.inbox(limit: 1)[0].missingPartCount == 1)
    #expect(failure { try open() } == .notArrived)
    #expect(try alice.sync().acknowledgedCount == 0)
    for (name, bytes) in parts { world.transport.files[name] = Array(bytes.dropLast()) }
    #expect(try bob.sync().partCount == 0)
    // The sender, who has had no answer, puts parts right as well.
    world.now += 2 * World.hour
    try alice.sync()
    #expect(try bob.sync().partCount == 1)
    #expect(try open() == [1, 2, 3])
    #expect(try alice.sync().acknowledgedCount == 1)
  }

  @Test("a message that is deleted while a part is missing is acknowledged all the same")
  func deletedEarly() throws {
    try send([1])
    try alice.sync()
    world.transport.files = world.transport.files.filter { !$0.key.hasPrefix("parts/") }
    try bob.sync()
    try bob.mailbox.delete(try bob.mailbox.inbox(limit: 1)[0].id)
    try bob.sync()
    #expect(try alice.sync().acknowledgedCount == 1)
  }

  @Test("parts before their message wait in the post")
  func earlyPart() throws {
    try send([4])
    try alice.sync()
    let later = world.transport.files.filter {
      !$0.key.hasPrefix("parts/") && $0.key != "post.json"
    }
    for name in later.keys { world.transport.files[name] = nil }
    #expect(try bob.sync().partCount == 0)
    world.transport.files.merge(later) { old, _ in old }
    #expect(try bob.sync().partCount == 1)
    #expect(try open() == [4])
  }

  @Test("an attachment that was sealed elsewhere is not sent")
  func foreignAttachment() throws {
    let attachment = try bob.mailbox.attach(
      BytesInMemory([1]), name: "a", mediaType: "text/plain", now: world.now)
    #expect(
      failure { try alice.send("", to: people[1]) { $0.attachments = [attachment] } } == .notFound)
  }

  @Test("what is sealed and never sent is dropped after a day, and what is sent is not")
  func abandoned() throws {
    _ = try alice.mailbox.attach(
      BytesInMemory([1]), name: "a", mediaType: "text/plain", now: world.now)
    try alice.sync()
    #expect(!alice.mailbox.parts.isEmpty)
    world.now += 2 * World.day
    try alice.sync()
    #expect(alice.mailbox.parts.isEmpty)
    try send([2])
    world.now += 2 * World.day
    try alice.sync()
    #expect(!alice.mailbox.parts.isEmpty)
  }

  @Test("what the list of parts says must make up the size")
  func lies() throws {
    let attachment = try alice.mailbox.attach(
      BytesInMemory([1, 2]), name: "a", mediaType: "text/plain", now: world.now)
    let text = String(decoding: attachment.json.compact, as: UTF8.self)
    func read(_ text: String) -> PostError.Code? {
      failure { try Attachment(JSONDocument(parsing: Array(text.utf8)).root) }
    }
    #expect(read(text) == nil)
    for (old, new) in [
      ("\"size\":2", "\"size\":-1"), ("\"size\":2", "\"size\":0"),
      ("\"size\":2", "\"size\":9999999"),
      ("\"parts\":[", "\"parts\":[1,"), ("\"type\"", "\"typ\""), ("\"key\":\"", "\"key\":\"AA"),
    ] {
      let parts = text.split(separator: old, omittingEmptySubsequences: false)
      #expect(read(parts.joined(separator: new)) == .malformed, "\(new)")
    }
  }
}

/// A source that does not tell how much there is, as a pipe.
private struct Pipe: ByteSource {
  let source: BytesInMemory

  init(_ source: BytesInMemory) { self.source = source }

  var expectedByteCount: UInt64? { nil }

  func read(
    upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int { try source.read(upTo: count, into: &output) }
}

extension PartStore {
  /// Whether it holds nothing.
  var isEmpty: Bool { ((try? directory.names()) ?? []).isEmpty }
}
