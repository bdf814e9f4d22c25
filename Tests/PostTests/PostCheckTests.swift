import Testing

@testable import Post

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A post looked through without a key.
@Suite struct PostCheckTests {
  private let scratch = Scratch()
  private let transport: DirectoryTransport
  private let now = World.start
  private let message: Marker
  private let part: ContentHash

  private static let content = Array("an envelope".utf8)
  private static let tag = String(repeating: "t", count: 26)

  /// A post with one message, its marker and a part.
  init() throws {
    scratch.makeDirectory("post")
    transport = try DirectoryTransport(path: scratch.file("post"))
    _ = try PostDescriptor.initialize(
      on: transport, limits: PostLimits(messageByteCount: 1 << 16, dayCount: 30))
    message = Marker(day: Day(of: now), hash: try ContentHash(of: Self.content))
    part = try ContentHash(of: [1, 2, 3])
    let tag = try #require(Tag(parsing: Self.tag))
    for (path, bytes) in [
      (TransportPath.message(message), Self.content), (.marker(message, in: tag), []),
      (.part(part), [1, 2, 3]),
    ] { _ = try transport.putIfAbsent(path, bytes) }
  }

  private var folder: String { "post/messages/\(message.day.text)" }

  private func findings() throws -> [String: PostFinding.Problem] {
    var found: [String: PostFinding.Problem] = [:]
    _ = try transport.check(now: now) { finding in
      found[finding.path.joined(separator: "/")] = finding.problem
    }
    return found
  }

  @Test("a post in order has no findings, and is summed up")
  func order() throws {
    scratch.makeDirectory("post/.stfolder")
    var expected = PostTotals()
    (expected.messageCount, expected.messageByteCount) = (1, Self.content.count)
    (expected.boxCount, expected.markerCount) = (1, 1)
    (expected.partCount, expected.partByteCount) = (1, 3)
    expected.oldestDay = message.day.text
    let totals = try transport.check(now: now) { _ in }
    #expect(totals == expected)
    #expect(try findings() == [:])
  }

  @Test("what a killed carrier left of its own is passed over at any depth")
  func unfinishedCopies() throws {
    let name = message.hash.text
    scratch.write("\(folder)/.\(name).jwe.x7Qf2a", [0])
    scratch.write("post/boxes/\(Self.tag)/.syncthing.\(message.name).tmp", [0])
    scratch.write("post/parts/.syncthing.\(part.text).jwe.tmp", [0])
    #expect(try findings() == [:])
    scratch.write("\(folder)/\(name).jwe.x7Qf2a", Self.content)
    #expect(try findings().count == 1)
  }

  @Test("what is not what its name says is told apart from copies and strangers")
  func content() throws {
    let hash = message.hash.text
    scratch.write("\(folder)/\(hash) (conflicted copy).jwe", Self.content)
    scratch.write("\(folder)/\(hash).sync-conflict-1.jwe", [0])
    scratch.write("\(folder)/readme", [0])
    scratch.write("post/parts/\(part.text.prefix(2))/\(part.text).jwe", [1, 2])
    scratch.makeDirectory("post/parts/zz")
    scratch.write("post/parts/zz/\(part.text).jwe", [1, 2, 3])
    scratch.write("post/notes.txt", [])
    let day = "messages/\(message.day.text)"
    #expect(
      try findings() == [
        "\(day)/\(hash) (conflicted copy).jwe": .conflictCopy,
        "\(day)/\(hash).sync-conflict-1.jwe": .damaged, "\(day)/readme": .stray,
        "parts/\(part.text.prefix(2))/\(part.text).jwe": .damaged,
        "parts/zz/\(part.text).jwe": .stray, "notes.txt": .stray,
      ])
  }

  @Test("markers that say more than they should, or nothing, are found")
  func markers() throws {
    let box = "post/boxes/\(Self.tag)"
    let other = try ContentHash(of: [9]).text
    scratch.write("\(box)/\(message.name)", [1])
    scratch.write("\(box)/\(message.name) (conflicted copy)", [])
    scratch.write("\(box)/\(message.day.text)-\(other)", [])
    scratch.write("\(box)/hello", [])
    scratch.makeDirectory("post/boxes/somebody")
    let prefix = "boxes/\(Self.tag)"
    #expect(
      try findings() == [
        "\(prefix)/\(message.name)": .markerNotEmpty,
        "\(prefix)/\(message.name) (conflicted copy)": .conflictCopy,
        "\(prefix)/\(message.day.text)-\(other)": .markerWithoutMessage,
        "\(prefix)/hello": .stray, "boxes/somebody": .stray,
      ])
  }

  @Test("a message that lies under two days is found")
  func doubled() throws {
    let other = Day(of: now - World.day).text
    scratch.makeDirectory("post/messages/\(other)")
    scratch.write("post/messages/\(other)/\(message.hash.text).jwe", Self.content)
    #expect(Array(try findings().values) == [.doubled])
  }

  @Test("days that no message can be of are found")
  func days() throws {
    for day in ["20200101", "20300101", "today"] { scratch.makeDirectory("post/messages/\(day)") }
    #expect(
      try findings() == [
        "messages/20200101": .wrongDay, "messages/20300101": .wrongDay, "messages/today": .stray,
      ])
  }

  @Test("links, pipes and what is too large are not opened")
  func hostileFiles() throws {
    let name = String(repeating: "a", count: 52)
    symlink("/dev/zero", scratch.file("\(folder)/\(name).jwe"))
    mkfifo(scratch.file("\(folder)/b\(name.dropFirst()).jwe"), 0o600)
    symlink("/etc", scratch.file("post/boxes/link"))
    scratch.write("\(folder)/c\(name.dropFirst()).jwe", [])
    truncate(scratch.file("\(folder)/c\(name.dropFirst()).jwe"), 10 << 30)
    let day = "messages/\(message.day.text)"
    #expect(
      try findings() == [
        "\(day)/\(name).jwe": .notAFile, "\(day)/b\(name.dropFirst()).jwe": .notAFile,
        "\(day)/c\(name.dropFirst()).jwe": .tooLarge, "boxes/link": .notAFile,
      ])
  }

  @Test("unfinished writes are told of after a day")
  func leftovers() throws {
    scratch.makeDirectory("post/tmp")
    scratch.write("post/tmp/unfinished", [1])
    let written = Int(time(nil))
    #expect(try transport.check(now: written) { _ in }.findingCount == 0 || written > now)
    var found: [PostFinding.Problem] = []
    _ = try transport.check(now: written + 2 * World.day) { finding in
      if finding.path.first == "tmp" { found.append(finding.problem) }
    }
    #expect(found == [.leftover])
  }

  @Test("a directory that is no post is not checked")
  func noPost() throws {
    scratch.makeDirectory("other")
    let other = try DirectoryTransport(path: scratch.file("other"))
    #expect(failure { try other.check(now: now) { _ in } } == .noPost)
  }
}
