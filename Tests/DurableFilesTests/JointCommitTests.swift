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

  private func staged() throws -> [StagedFile] {
    try names.map { name in
      let file = try StagedFile(path: scratch.file(name), existing: .replace)
      try file.write(Array("new \(name)".utf8).span)
      return file
    }
  }

  @Test("all are new, and nothing is left beside them")
  func together() throws {
    try StagedFile.commit(staged())
    #expect(names.map { scratch.text($0) } == ["new a", "new b", "new c"])
    #expect(scratch.names == names)
    try StagedFile.commit([])
  }

  @Test("when one cannot take its place, those before it are what they were, and the same files")
  func undone() throws {
    let before = try #require(FileIdentity(path: scratch.file("a")))
    do {
      let files = try staged()
      try FileManager.default.removeItem(atPath: scratch.file("c"))
      let failure = #expect(throws: StagedFile.JointFailure.self) { try StagedFile.commit(files) }
      #expect(failure?.cause.code == .notFound)
      #expect(failure?.cause.path == scratch.file("c"))
      #expect(failure?.replaced == [])
    }
    #expect(["a", "b"].map { scratch.text($0) } == ["old a", "old b"])
    #expect(FileIdentity(path: scratch.file("a")) == before)
    #expect(scratch.names == ["a", "b"])
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
    #expect(FileManager.default.fileExists(atPath: hidden))
    try file.commit()
    #expect(scratch.text("a") == "new a")
  }

  @Test("what is immutable cannot be replaced, and is found out beforehand")
  func immutable() throws {
    try StagedFile.requireReplaceable(scratch.file("a"))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["chattr", "+i", scratch.file("a")]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    // Not every file system can, nor every user.
    guard process.terminationStatus == 0 else { return }
    defer {
      let undo = Process()
      undo.executableURL = URL(filePath: "/usr/bin/env")
      undo.arguments = ["chattr", "-i", scratch.file("a")]
      try? undo.run()
      undo.waitUntilExit()
    }
    let error = #expect(throws: FileError.self) {
      try StagedFile.requireReplaceable(scratch.file("a"))
    }
    #expect(error?.code == .notPermitted)
  }
}
