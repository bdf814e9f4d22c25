import DurableFiles
import Testing

@Suite("Running other programs")
struct SubprocessTests {
  private func run(_ words: String..., limit: Int = 1000) throws(FileError) -> Subprocess.Outcome {
    try Subprocess.run(words, limit: limit, isQuiet: true)
  }

  @Test("a program gets its words as they are, nothing to read, and what it writes comes back")
  func words() throws {
    #expect(try run("printf", "%s|", "a b", "$HOME", "").output == Array("a b|$HOME||".utf8))
    #expect(try run("cat").output.isEmpty)
  }

  @Test("a status and a signal are told apart")
  func endings() throws {
    #expect(try run("true").ending == .exited(0))
    #expect(try run("sh", "-c", "exit 7").ending == .exited(7))
    #expect(try run("sh", "-c", "kill -9 $$").ending == .killed(signal: 9))
  }

  @Test("a program that writes too much is ended, and one at the limit is not")
  func limit() throws {
    #expect(try run("printf", "abc", limit: 3).output.count == 3)
    let error = #expect(throws: FileError.self) { try run("yes", limit: 3) }
    #expect(error?.code == .tooLarge)
  }

  @Test("a program that is not there is named")
  func missing() {
    let error = #expect(throws: FileError.self) { try run("no-such-program") }
    #expect(error?.code == .notFound && error?.path == "no-such-program")
  }
}

@Suite("Trees in memory")
struct DirectoryTreeTests {
  @Test("a tree is removed with all in it, and what links lead to stays")
  func removal() throws {
    let top = try MemoryDirectory.make().appending("test-\(UInt64.random(in: 0...UInt64.max))")
    let tree = try top.createPrivate().appending("tree").createPrivate()
    let inner = try tree.appending("inner").createPrivate()
    try inner.write("file", [1])
    try top.write("kept", [2])
    let link = try Subprocess.run(["ln", "-s", "..", tree.file("link")], limit: 0)
    #expect(link.ending == .exited(0))
    try tree.removeTree()
    #expect(!tree.exists)
    #expect(try top.read("kept", limit: 1) == [2])
    try top.removeTree()
    #expect(!top.exists)
  }

  @Test("a directory that others can look into is not taken for a private one")
  func privacy() throws {
    let top = try MemoryDirectory.make().appending("test-\(UInt64.random(in: 0...UInt64.max))")
      .createPrivate()
    #expect(try top.createPrivate() == top)
    _ = try Subprocess.run(["chmod", "711", top.path], limit: 0)
    let error = #expect(throws: FileError.self) { try top.createPrivate() }
    #expect(error?.code == .notPermitted)
    try top.removeTree()
  }
}
