import Foundation
import Testing

@testable import DurableFiles

/// The files below a directory, and what else lies there.
@Suite struct FileTreeTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    for name in ["b/inner", "a", ".git/objects", "b/.git", "empty", "node"] {
      try Directory(path: scratch.file(name)).create()
    }
    for name in [
      "z", "a/1", "b/inner/2", "b/3", ".git/objects/4", "b/.git/5", "node/6", ".hidden", "a/é\n",
    ] {
      try scratch.put("x", name)
    }
  }

  private func names(_ tree: FileTree) -> [String] {
    tree.files().paths.map { String($0.dropFirst(scratch.path.count + 1)) }
  }

  @Test("all files are listed once, a directory's own first, and none of what is skipped")
  func files() {
    #expect(
      names(FileTree(path: scratch.path))
        == [".hidden", "z", "a/1", "a/é\n", "b/3", "b/inner/2", "node/6"])
    #expect(names(FileTree(path: scratch.path, skipping: [".git", "node", "b"])).count == 4)
    #expect(names(FileTree(path: scratch.path, skipping: [])).count == 9)
    #expect(FileTree(path: scratch.path).files().unreadable.isEmpty)
  }

  @Test("links are not followed, and what is no file is passed over without waiting for it")
  func specials() throws {
    let before = names(FileTree(path: scratch.path))
    let files = FileManager.default
    try files.createSymbolicLink(atPath: scratch.file("up"), withDestinationPath: "..")
    try files.createSymbolicLink(atPath: scratch.file("loop"), withDestinationPath: "loop")
    try files.createSymbolicLink(atPath: scratch.file("link"), withDestinationPath: "z")
    #expect(mkfifo(scratch.file("pipe"), 0o600) == 0)
    #expect(names(FileTree(path: scratch.path)) == before)
  }

  @Test("a directory that cannot be listed is reported, and the others are listed")
  func unreadable() throws {
    let (paths, unreadable) = FileTree(path: scratch.file("none")).files()
    #expect(paths.isEmpty)
    #expect(unreadable.map(\.code) == [.notFound])
    #expect(unreadable.map(\.path) == [scratch.file("none")])
    #expect(FileTree(path: scratch.file("z")).files().unreadable.count == 1)
  }

  @Test("a tree deeper than anybody's work ends somewhere")
  func depth() throws {
    let deep = Array(repeating: "d", count: 150)
    try Directory(path: scratch.file(deep.joined(separator: "/"))).create()
    for count in [99, 100, 101, 150] {
      try scratch.put("x", deep.prefix(count).joined(separator: "/") + "/file")
    }
    let found = names(FileTree(path: scratch.path)).filter { $0.hasPrefix("d/") }
    #expect(found.count == 2)
  }

  @Test("only files and links that may lead to one are a directory's names")
  func names() throws {
    let directory = Directory(path: scratch.path)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("link"), withDestinationPath: "z")
    #expect(mkfifo(scratch.file("pipe"), 0o600) == 0)
    #expect(try directory.names() == ["link", "z"])
    #expect(try directory.read("link", limit: 10) == Array("x".utf8))
  }

  @Test("a pipe, a device or a directory in a file's place is refused without waiting")
  func noFile() throws {
    let directory = Directory(path: scratch.path)
    #expect(mkfifo(scratch.file("pipe"), 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("zero"), withDestinationPath: "/dev/zero")
    for name in ["pipe", "zero", "a"] {
      #expect(
        throws: FileError(
          .wrongKind, directory.file(name), name == "a" ? "is a directory" : "is not a regular file"
        ),
        performing: { _ = try directory.read(name, limit: 10) })
    }
  }

  @Test("a directory's stamp changes with every file that is made, replaced or removed")
  func stamp() throws {
    let directory = Directory(path: scratch.file("empty"))
    var seen = [try #require(directory.stamp)]
    // As fast as it goes, far within one step of the system's clock.
    for round in 0..<20 {
      switch round % 3 {
      case 0: try scratch.put("x", "empty/\(round)")
      case 1: try directory.write("\(round - 1)", [1], existing: .replace, isDurable: false)
      default: #expect(unlink(scratch.file("empty/\(round - 2)")) == 0)
      }
      let stamp = try #require(directory.stamp)
      #expect(seen.last != stamp)
      seen.append(stamp)
    }
    #expect(directory.stamp == seen.last)
    #expect(Directory(path: scratch.file("none")).stamp == nil)
  }
}
