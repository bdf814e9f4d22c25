import Foundation
import Testing

@testable import DurableFiles

/// Files that change together: all or none, also when a kill came in between.
@Suite struct JournaledDirectoryTests {
  private let scratch: Scratch
  private let files: JournaledDirectory

  private static let changes: [JournaledDirectory.Change] = [
    .write("people/bob.json", Array("new bob".utf8)), .write("groups/team.json", []),
    .remove("people/old.json"), .remove("people/never-there.json"),
  ]
  private static let after = [
    "people/bob.json": "new bob", "groups/team.json": "", "people/carol.json": "carol",
  ]

  init() throws {
    scratch = try Scratch()
    files = JournaledDirectory(
      Directory(path: scratch.file("book")), guardedBy: Directory(path: scratch.file("guard")))
    for name in ["book/people", "book/groups", "guard"] {
      try Directory(path: scratch.file(name)).create()
    }
    for name in ["old", "bob", "carol"] { try scratch.put(name, "book/people/\(name).json") }
  }

  private func contents() -> [String: String] {
    var contents: [String: String] = [:]
    for path in FileManager.default.subpaths(atPath: scratch.file("book")) ?? [] {
      contents[path] = scratch.text("book/\(path)")
    }
    return contents
  }

  private func code<Result>(_ body: () throws -> Result) -> FileError.Code? {
    do {
      _ = try body()
      return nil
    } catch { return (error as? FileError)?.code }
  }

  private func leaveJournal(_ text: [UInt8]) throws {
    try Data(text).write(to: URL(filePath: scratch.file("guard/.journal")))
  }

  @Test("changes are made all at once, and leave no journal")
  func apply() throws {
    let lock = try files.lock()
    try files.apply(Self.changes, holding: lock)
    #expect(contents() == Self.after)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.file("guard")) == ["lock"])
    #expect(scratch.mode("book/groups/team.json") == 0o600)
  }

  @Test("a journal that is left is finished, however far its changes had come", arguments: 0...4)
  func interrupted(_ count: Int) throws {
    try leaveJournal(JournalText.encode(Self.changes))
    // Each step as `apply` makes it; the process ends after `count` of them.
    let directory = Directory(path: scratch.file("book"))
    let steps: [() throws -> Void] = [
      { try directory.write("people/bob.json", Array("new bob".utf8), existing: .replace) },
      { try directory.write("groups/team.json", [], existing: .replace) },
      { try directory.write("people/.valise-new", [1, 2, 3]) },
      { try directory.remove("people/old.json") },
    ]
    for step in steps.prefix(count) { try step() }
    try files.recover()
    try files.recover()
    #expect(contents().filter { !$0.key.hasSuffix(".valise-new") } == Self.after)
    #expect(!FileManager.default.fileExists(atPath: scratch.file("guard/.journal")))
    // What a kill left under the name in between goes with the next file there.
    let lock = try files.lock()
    try files.apply([.write("people/carol.json", Array("carol".utf8))], holding: lock)
    #expect(contents() == Self.after)
  }

  @Test(
    "a journal that was cut off anywhere, or garbled, is refused by its name, and changes nothing")
  func damaged() throws {
    let before = contents()
    let whole = JournalText.encode(Self.changes)
    let title = Array("valise journal 1\n".utf8).count
    var damaged = (0..<whole.count).map { Array(whole.prefix($0)) }
    // Between two changes a cut cannot be seen: the file itself appears whole or not at all.
    let boundaries = Set(
      (0...Self.changes.count).map { JournalText.encode(Array(Self.changes.prefix($0))).count })
    damaged.removeAll { boundaries.contains($0.count) }
    damaged += [
      Array("valise journal 2\n".utf8) + whole.dropFirst(title), whole + [0],
      whole + Array("X".utf8),
      Array(whole.prefix(title)) + Array("W".utf8) + [UInt8](repeating: 0xFF, count: 8),
      Array(whole.prefix(title)) + Array("R".utf8) + [0x7F] + [UInt8](repeating: 0xFF, count: 40),
    ]
    for text in damaged {
      try leaveJournal(text)
      do {
        try files.recover()
        Issue.record("\(text.count) bytes of a journal were taken")
      } catch {
        #expect(error.path == scratch.file("guard/.journal") && error.reason == "is damaged")
      }
      #expect(code { try files.lock() } == .failed)
    }
    #expect(contents() == before)
  }

  @Test(
    "a journal whose paths lead elsewhere is refused",
    arguments: [
      "../x", "people/../../x", "..", ".", "people/./x", "/etc/x", "", "people//x", "people/",
      "a\0b",
    ])
  func elsewhere(_ path: String) throws {
    for change in [JournaledDirectory.Change.write(path, [1]), .remove(path)] {
      try leaveJournal(JournalText.encode([.write("people/new.json", [1]), change]))
      #expect(code { try files.recover() } == .failed)
      #expect(contents()["people/new.json"] == nil)
    }
    try leaveJournal(JournalText.encode([.write("people/..x..", [])]))
    try files.recover()
    #expect(contents()["people/..x.."] == "")
  }

  /// A repository that others clone could bring a journal along, and with a link have files
  /// written anywhere.
  @Test("a journal in the directory itself is nobody's")
  func foreignJournal() throws {
    let before = contents()
    try FileManager.default.createDirectory(
      atPath: scratch.file("victim"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("book/link"), withDestinationPath: scratch.file("victim"))
    let text = JournalText.encode([.write("link/authorized_keys", [1]), .remove("people/bob.json")])
    try Data(text).write(to: URL(filePath: scratch.file("book/.journal")))
    try files.recover()
    let lock = try files.lock()
    try files.apply([.write("people/bob.json", Array("bob".utf8))], holding: lock)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.file("victim")).isEmpty)
    #expect(contents().filter { before[$0.key] != nil } == before)
  }

  @Test("changes that can never be made are refused before any is, and no journal is left")
  func impossible() throws {
    let before = contents()
    try Directory(path: scratch.file("book/people/dir.json")).create()
    try scratch.put("x", "book/file")
    for change in [
      JournaledDirectory.Change.write("people/dir.json", []), .remove("people/dir.json"),
      .write("file/x.json", []),
    ] {
      let lock = try files.lock()
      #expect(
        code { try files.apply([.write("people/bob.json", []), change], holding: lock) }
          == .wrongKind)
      #expect(contents().filter { before[$0.key] != nil } == before)
      #expect(!FileManager.default.fileExists(atPath: scratch.file("guard/.journal")))
    }
  }

  @Test("whoever finds a journal waits for the one who is at it")
  func waiting() async throws {
    let lock = try files.lock()
    try leaveJournal(JournalText.encode(Self.changes))
    let files = files
    async let waited: Void = Task.detached { try files.recover() }.value
    // The holder finishes its own work; the other then finds nothing left to do.
    try files.apply(Self.changes, holding: lock)
    withExtendedLifetime(lock) {}
    _ = consume lock
    try await waited
    #expect(contents() == Self.after)
  }
}
