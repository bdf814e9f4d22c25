@testable import DurableFiles
import Foundation
import Testing

/// Input files, spools and directories.
@Suite struct FilesTests {
  private func code<Result>(_ body: () throws -> Result) -> FileError.Code? {
    do {
      _ = try body()
      return nil
    } catch { return (error as? FileError)?.code }
  }

  @Test("an input file knows its size and is read in order and anywhere")
  func input() throws {
    let scratch = try Scratch()
    try scratch.put("0123456789", "a")
    let file = try InputFile(path: scratch.file("a"))
    #expect(file.byteCount == 10)
    #expect(!file.isTerminal)
    var bytes: [UInt8] = []
    #expect(try file.read(at: 7, upTo: 100, appendingTo: &bytes) == 3)
    #expect(try file.read(at: 10, upTo: 100, appendingTo: &bytes) == 0)
    #expect(try file.read(upTo: 4, appendingTo: &bytes) == 4)
    #expect(String(decoding: bytes, as: UTF8.self) == "7890123")
    #expect(try file.readAll(limit: 6) == Array("456789".utf8))
    #expect(try file.readAll(limit: 6).isEmpty)
  }

  @Test("what is larger than the caller allows is refused")
  func limit() throws {
    let scratch = try Scratch()
    try scratch.put(String(repeating: "x", count: 100_000), "a")
    #expect(try InputFile(path: scratch.file("a")).readAll(limit: 100_000).count == 100_000)
    for limit in [0, 99_999] {
      let file = try InputFile(path: scratch.file("a"))
      #expect(code { try file.readAll(limit: limit) } == .tooLarge)
    }
  }

  @Test("a directory and what is not there are refused")
  func wrongKinds() throws {
    let scratch = try Scratch()
    #expect(code { try InputFile(path: scratch.path) } == .wrongKind)
    #expect(code { try InputFile(path: scratch.file("none")) } == .notFound)
    #expect(code { try OutputStream.special(path: scratch.path) } == .wrongKind)
  }

  @Test("two names of one file have one identity")
  func identity() throws {
    let scratch = try Scratch()
    try scratch.put("x", "a")
    try scratch.put("x", "b")
    try FileManager.default.linkItem(atPath: scratch.file("a"), toPath: scratch.file("c"))
    let identity = try InputFile(path: scratch.file("a")).identity
    #expect(identity == FileIdentity(path: scratch.file("c")))
    #expect(identity != FileIdentity(path: scratch.file("b")))
    #expect(FileIdentity(path: scratch.file("none")) == nil)
  }

  @Test("a pipe has no size, and is read to its end")
  func pipe() throws {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data("piped".utf8))
    try pipe.fileHandleForWriting.close()
    let file = try InputFile.inherited(pipe.fileHandleForReading.fileDescriptor)
    #expect(file.byteCount == nil)
    #expect(try file.readAll(limit: 100) == Array("piped".utf8))
    #expect(
      code {
        var bytes: [UInt8] = []
        return try file.read(at: 0, upTo: 1, appendingTo: &bytes)
      } == .failed)
  }

  @Test("a device is written to, a regular file or nothing is not special")
  func special() throws {
    let scratch = try Scratch()
    try scratch.put("x", "a")
    #expect(try OutputStream.special(path: scratch.file("a")) == nil)
    #expect(try OutputStream.special(path: scratch.file("none")) == nil)
    let null = try #require(try OutputStream.special(path: "/dev/null"))
    try null.write([1, 2, 3].span)
  }

  #if os(Linux)
    @Test("a full device is an error that says so")
    func full() throws {
      let device = try #require(try OutputStream.special(path: "/dev/full"))
      #expect(code { try device.write([1].span) } == .noSpace)
    }
  #endif

  @Test("a spool holds what was put in and can be read anywhere")
  func spool() throws {
    let spool = try SpoolFile()
    try spool.write(Array("hello ".utf8).span)
    try spool.write(Array("world".utf8).span)
    #expect(spool.byteCount == 11)
    for _ in 0..<2 {
      var bytes: [UInt8] = []
      #expect(try spool.read(at: 6, upTo: 100, appendingTo: &bytes) == 5)
      #expect(bytes == Array("world".utf8))
      #expect(try spool.read(at: 11, upTo: 100, appendingTo: &bytes) == 0)
    }
  }

  @Test("the room of a file system that tells none is not known, and never too much to count")
  func room() throws {
    var status = statvfs()
    #expect(status.freeByteCount == nil)
    status.f_frsize = 4096
    #expect(status.freeByteCount == nil)
    status.f_blocks = 1
    #expect(status.freeByteCount == 0)
    status.f_bavail = .init(Int64.max)
    #expect(status.freeByteCount == .max)
    let room = try Directory(path: "/").freeByteCount
    #expect(try room == nil || ConfinedDirectory(path: "/").freeByteCount() != nil)
  }

  @Test("a directory is made with its parents, for its owner alone")
  func create() throws {
    let scratch = try Scratch()
    let directory = Directory(path: scratch.path).appending("a").appending("b")
    try directory.create()
    try directory.create()
    #expect(scratch.mode("a") == 0o700)
    #expect(scratch.mode("a/b") == 0o700)
    try scratch.put("x", "file")
    #expect(code { try Directory(path: scratch.file("file")).create() } == .wrongKind)
    #expect(code { try Directory(path: scratch.file("file/x")).create() } == .wrongKind)
  }

  @Test("a directory's files are written, listed, read and removed")
  func files() throws {
    let scratch = try Scratch()
    let directory = Directory(path: scratch.path)
    for name in ["b", "a", "é", ".hidden"] { try directory.write(name, [1]) }
    #expect(try directory.names() == ["a", "b", "é"])
    #expect(code { try directory.write("a", [2]) } == .exists)
    try directory.write("a", [2], existing: .replace)
    #expect(try directory.read("a", limit: 1) == [2])
    #expect(code { try directory.read("a", limit: 0) } == .tooLarge)
    #expect(directory.contains("a") && !directory.contains("z"))
    try directory.remove("a")
    #expect(code { try directory.remove("a") } == .notFound)
    #expect(code { try directory.read("a", limit: 1) } == .notFound)
    #expect(try Directory(path: scratch.file("none")).names().isEmpty)
  }
}
