import Foundation
import Testing

@testable import DurableFiles

/// Several files take their places together, or none does.
@Suite struct JointCommitTests {
  private let scratch: Scratch
  private let names = ["a", "b", "c"]

  init() throws {
    scratch = try Scratch()
    for name in names { try scratch.put("old \(name)", name) }
  }

  private func staged() throws -> [StagedFile.Successor] {
    try names.map { name in
      let old = try InputFile(regularFile: scratch.file(name)).version()
      let file = try StagedFile(path: scratch.file(name), existing: .replace)
      try file.write(Array("new \(name)".utf8).span)
      return StagedFile.Successor(file, of: old)
    }
  }

  /// Somebody's who keeps to no lock.
  private func replace(_ name: String) throws {
    try scratch.put("theirs", "theirs")
    #expect(rename(scratch.file("theirs"), scratch.file(name)) == 0)
  }

  @Test("all are new, and nothing is left beside them")
  func together() throws {
    try StagedFile.commit(staged())
    #expect(names.map { scratch.text($0) } == ["new a", "new b", "new c"])
    #expect(scratch.names == names)
    try StagedFile.commit([])
  }

  enum Change: CaseIterable { case removed, replaced, rewritten }

  @Test(
    "when one is another by now, those before it are what they were, and the same files",
    arguments: Change.allCases)
  func undone(_ change: Change) throws {
    let before = try #require(FileIdentity(path: scratch.file("a")))
    do {
      let files = try staged()
      switch change {
      case .removed: try FileManager.default.removeItem(atPath: scratch.file("c"))
      case .replaced: try replace("c")
      case .rewritten:
        let file = try #require(FileHandle(forWritingAtPath: scratch.file("c")))
        try file.write(contentsOf: Data("theirs".utf8))
        try file.truncate(atOffset: 6)
        try file.close()
      }
      let failure = #expect(throws: StagedFile.JointFailure.self) { try StagedFile.commit(files) }
      #expect(failure?.cause.code == .changed)
      #expect(failure?.cause.path == scratch.file("c"))
      #expect(failure?.replaced == [])
    }
    #expect(["a", "b"].map { scratch.text($0) } == ["old a", "old b"])
    #expect(scratch.text("c") == (change == .removed ? nil : "theirs"))
    #expect(FileIdentity(path: scratch.file("a")) == before)
    #expect(scratch.names == (change == .removed ? ["a", "b"] : names))
  }

  @Test("what somebody put in the place of a new file stays when the others change back")
  func overtaken() throws {
    let file = try staged()[0].file
    try file.exchange()
    try replace("a")
    #expect(file.exchangeBack())
    #expect(scratch.text("a") == "theirs")
  }

  @Test("who changes files together waits for others who do, and finds what they did")
  func locked() throws {
    do {
      let lock = try FileLock(directory: scratch.path)
      let failure = try #require(
        #expect(throws: StagedFile.JointFailure.self) {
          try StagedFile.commit(staged(), patience: .zero)
        })
      #expect(failure.cause.code == .busy && failure.replaced == [])
      #expect(names.map { scratch.text($0) } == ["old a", "old b", "old c"])
      withExtendedLifetime(lock) {}
    }
    #expect(scratch.names == names)
    try StagedFile.commit(staged(), patience: .zero)
    #expect(scratch.text("a") == "new a")
  }

  @Test("an old file is no leftover while it may have to be changed back")
  func kept() throws {
    let file = try staged()[0].file
    let lock = try FileLock(directory: scratch.path)
    try file.exchange()
    Leftovers.remove(beside: [scratch.file("a")])
    #expect(file.exchangeBack())
    #expect(scratch.text("a") == "old a")
    withExtendedLifetime(lock) {}
  }

  @Test("leftovers are told by their names, and removed unless somebody is at them")
  func leftovers() throws {
    let fresh = Leftovers.freshName()
    #expect(Leftovers.isHiddenName(fresh) && fresh != Leftovers.freshName())
    let others = [".valise-new", ".valise-notes", ".valise-0123456789ABCDEF", "\(fresh)0", "a"]
    #expect(!others.contains(where: Leftovers.isHiddenName))
    let held = Leftovers.freshName()
    for name in [fresh, held] + others { try scratch.put("x", name) }
    try Directory(path: scratch.file(Leftovers.freshName())).create()
    let descriptor = try Descriptor.open(scratch.file(held), O_RDONLY)
    Leftovers.claim(descriptor)
    #expect(FileTree(path: scratch.path).files().paths.allSatisfy { !$0.hasSuffix(fresh) })
    let count = scratch.names.count
    Leftovers.remove(beside: names.map(scratch.file))
    #expect(scratch.names.count == count - 1)
    #expect(scratch.text(fresh) == nil && scratch.text(held) == "x")
    withExtendedLifetime(descriptor) {}
  }

  @Test("a hidden name is no leftover as long as its file is staged")
  func staging() throws {
    let file = try StagedFile(path: scratch.file("a"), existing: .replace)
    try file.write(Array("new a".utf8).span)
    let hidden = try file.takeHiddenName()
    Leftovers.remove(beside: [scratch.file("a")])
    #expect(scratch.names.contains(hidden))
    try file.commit()
    #expect(scratch.text("a") == "new a")
  }

  private static func chattr(_ change: String, _ path: String) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["chattr", change, path]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// Not every file system can, nor every user.
  private static let makesImmutable: Bool = {
    guard let scratch = try? Scratch(), (try? scratch.put("x", "a")) != nil else { return false }
    return chattr("+i", scratch.file("a")) && chattr("-i", scratch.file("a"))
  }()

  @Test(
    "what is immutable cannot be replaced, and is found out beforehand",
    .enabled(if: makesImmutable, "it takes root, and a file system that knows of it"))
  func immutable() throws {
    try StagedFile.requireReplaceable(scratch.file("a"))
    #expect(Self.chattr("+i", scratch.file("a")))
    defer { _ = Self.chattr("-i", scratch.file("a")) }
    let error = #expect(throws: FileError.self) {
      try StagedFile.requireReplaceable(scratch.file("a"))
    }
    #expect(error?.code == .notPermitted)
  }
}
