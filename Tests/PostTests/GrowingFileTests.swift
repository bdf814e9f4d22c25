import DurableFiles
import JOSE
import Testing

@testable import Post

/// A post whose files in one folder grow or shrink between being opened and being read, as where a
/// carrier writes them in place.
private struct RacingTransport: Transport {
  let inner: MemoryTransport
  let scratch: Scratch
  let folder: String
  /// How much of a file is there, in hundredths, first and then.
  let change: (from: Int, to: Int)

  func get(
    _ path: TransportPath, limit: Int
  ) throws(PostError) -> (any RandomAccessBytes)? {
    guard path.names[0] == folder, let bytes = inner.files[path.description] else {
      return try inner.get(path, limit: limit)
    }
    write(bytes, change.from)
    defer { write(bytes, change.to) }
    return try floor { () throws in
      FileAccess(try InputFile(regularFile: scratch.file("racing")))
    }
  }

  private func write(_ bytes: [UInt8], _ percent: Int) {
    scratch.write("racing", Array(bytes.prefix(bytes.count * percent / 100)))
  }

  func list(_ folder: TransportPath, _ visit: (String) -> Bool) throws(PostError) {
    try inner.list(folder, visit)
  }

  func putIfAbsent(
    _ path: TransportPath, _ content: any RandomAccessBytes
  ) throws(PostError) -> Bool { try inner.putIfAbsent(path, content) }

  func delete(_ path: TransportPath) throws(PostError) { try inner.delete(path) }
  func synchronize() throws(PostError) {}
  func freeByteCount() throws(PostError) -> UInt64? { nil }
}

/// Files of a post that change while they are read.
@Suite final class GrowingFileTests: Exchange {
  @Test(
    "a file that grows or shrinks while it is read is not taken for what it is not, and later delivered once",
    arguments: [(0, 100), (50, 70), (50, 100), (99, 100), (100, 99), (100, 50), (100, 0)])
  func changes(_ from: Int, _ to: Int) throws {
    let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let attachment = try alice.mailbox.attach(
      BytesInMemory(content), name: "a", mediaType: "text/plain", now: world.now)
    try alice.send("whole", to: people[1]) { $0.attachments = [attachment] }
    try alice.sync()
    func synchronize(racing folder: String) throws -> SyncReport {
      try bob.sync(
        over: RacingTransport(
          inner: world.transport, scratch: world.scratch, folder: folder, change: (from, to)))
    }
    let first = try synchronize(racing: "messages")
    // What has become whole may be taken in; what is not whole may not.
    let mayBeWhole = from < to && to == 100
    #expect(first.acceptedCount == 0 || mayBeWhole)
    #expect(first.acceptedCount + first.putOff.values.reduce(0, +) == 1)
    let second = try synchronize(racing: "parts")
    #expect(first.acceptedCount + second.acceptedCount == 1)
    #expect(second.partCount == 0 || mayBeWhole)
    #expect(try first.partCount + second.partCount + bob.sync().partCount == 1)
    #expect(try bob.bodies() == ["whole"])
    #expect(try bob.mailbox.refusals() == [:])
    let entry = try bob.mailbox.inbox(limit: 1)[0]
    let sink = BytesGathered()
    let message = try bob.mailbox.message(entry.id, with: bob.keys)
    try bob.mailbox.open(message.attachments[0], into: sink)
    #expect(sink.committed == content)
  }
}
