import Testing

@testable import Post

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct DirectoryTransportTests {
  private let scratch = Scratch()
  private let transport: DirectoryTransport

  init() throws {
    scratch.makeDirectory("post")
    transport = try DirectoryTransport(path: scratch.file("post"))
  }

  private func path(_ names: String...) throws -> TransportPath {
    try #require(TransportPath(names))
  }

  private func listed(_ folder: TransportPath) throws -> [String] {
    var names: [String] = []
    try transport.list(folder) { name in
      names.append(name)
      return true
    }
    return names.sorted()
  }

  @Test("what is put can be got, listed and deleted, and is not put twice")
  func roundTrip() throws {
    let file = try path("messages", "20261121", "a.jwe")
    #expect(try transport.bytes(at: file, limit: 9) == nil)
    #expect(try transport.putIfAbsent(file, [1, 2, 3]))
    #expect(try !transport.putIfAbsent(file, [4]))
    #expect(try transport.bytes(at: file, limit: 3) == [1, 2, 3])
    #expect(try listed(path("messages", "20261121")) == ["a.jwe"])
    #expect(try listed(path("messages", "20261122")) == [])
    try transport.synchronize()
    try transport.delete(file)
    try transport.delete(file)
    #expect(try transport.bytes(at: file, limit: 3) == nil)
    #expect(scratch.names("post/messages/20261121") == [])
  }

  @Test("an empty file is made once")
  func markers() throws {
    let marker = try path("boxes", "tag", "m")
    #expect(try transport.putIfAbsent(marker, []))
    #expect(try !transport.putIfAbsent(marker, []))
    #expect(try transport.bytes(at: marker, limit: 0) == [])
  }

  @Test("no name leads out of the post")
  func names() {
    for name in ["", ".", "..", "a/b", "/etc", "a\0b", String(repeating: "a", count: 256)] {
      #expect(TransportPath(["messages", name]) == nil)
    }
    #expect(TransportPath(["messages", "a (conflicted copy).jwe"]) != nil)
  }

  @Test("links are not followed, be they the file, its folder or the target of a new one")
  func links() throws {
    scratch.makeDirectory("outside")
    scratch.write("outside/secret", [7])
    symlink(scratch.file("outside"), scratch.file("post/messages"))
    symlink(scratch.file("outside/secret"), scratch.file("post/link"))
    symlink("/dev/zero", scratch.file("post/zero"))
    #expect(failure { try transport.bytes(at: path("messages", "secret"), limit: 9) } == .malformed)
    #expect(failure { try transport.bytes(at: path("link"), limit: 9) } == .malformed)
    #expect(failure { try transport.bytes(at: path("zero"), limit: 9) } == .malformed)
    #expect(try listed(path("messages")) == [])
    #expect(failure { try transport.putIfAbsent(path("messages", "new"), [1]) } == .obstructed)
    #expect(try !transport.putIfAbsent(path("link"), [1]))
    try transport.delete(path("link"))
    #expect(scratch.names("outside") == ["secret"])
  }

  @Test("pipes, sockets, devices and directories are passed over and never waited for")
  func otherKinds() throws {
    scratch.makeDirectory("post/box")
    scratch.makeDirectory("post/box/directory")
    mkfifo(scratch.file("post/box/pipe"), 0o600)
    symlink("/dev/zero", scratch.file("post/box/zero"))
    scratch.write("post/box/file", [1])
    #expect(try listed(path("box")) == ["file"])
    #expect(failure { try transport.bytes(at: path("box", "pipe"), limit: 9) } == .malformed)
    #expect(failure { try transport.bytes(at: path("box", "directory"), limit: 9) } == .malformed)
    #expect(try transport.bytes(at: path("box", "file"), limit: 9) == [1])
  }

  @Test("what is in the place of a file or its folder is told when writing, and left when deleting")
  func obstacles() throws {
    scratch.makeDirectory("post/box")
    scratch.makeDirectory("post/box/marker")
    scratch.write("post/file", [1])
    #expect(try !transport.putIfAbsent(path("box", "marker"), []))
    #expect(failure { try transport.putIfAbsent(path("file", "a"), [1]) } == .obstructed)
    #expect(failure { try transport.delete(path("box", "marker")) } == nil)
    #expect(failure { try transport.delete(path("file", "a")) } == nil)
    #expect(scratch.names("post/box") == ["marker"] && scratch.names("post").count == 2)
  }

  @Test("what is made in a post is for those whom the post's directory is for")
  func permissions() throws {
    chmod(scratch.file("post"), 0o777)
    let shared = try DirectoryTransport(path: scratch.file("post"))
    _ = try shared.putIfAbsent(path("messages", "20261121", "a.jwe"), [1])
    _ = try shared.putIfAbsent(path("boxes", "tag", "m"), [])
    #expect(mode("post/messages/20261121") == 0o777 && mode("post/boxes/tag") == 0o777)
    #expect(mode("post/messages/20261121/a.jwe") == 0o666 && mode("post/boxes/tag/m") == 0o666)
    _ = try transport.putIfAbsent(path("private", "a"), [1])
    #expect(mode("post/private") == 0o700 && mode("post/private/a") == 0o600)
  }

  private func mode(_ name: String) -> mode_t {
    var status = stat()
    stat(scratch.file(name), &status)
    return status.st_mode & 0o7777
  }

  #if os(Linux)
    @Test("what the system does not allow, also root, is told as that")
    func notPermitted() throws {
      let system = try DirectoryTransport(path: "/proc/self")
      #expect(failure { try system.delete(path("status")) } == .notPermitted)
    }
  #endif

  @Test(
    "a file that its owner closed is told as that",
    .enabled(if: geteuid() != 0, "nothing is closed to root"))
  func closed() throws {
    scratch.write("post/closed", [1])
    chmod(scratch.file("post/closed"), 0)
    #expect(failure { try transport.bytes(at: path("closed"), limit: 9) } == .notPermitted)
  }

  #if os(Linux)
    @Test("nothing but a file is opened at all: opening alone makes some devices do something")
    func unopened() throws {
      scratch.makeDirectory("post/box")
      mkfifo(scratch.file("post/box/pipe"), 0o600)
      scratch.write("post/box/file", [1])
      let notices = inotify_init1(Int32(O_NONBLOCK))
      defer { close(notices) }
      var buffer = [UInt8](repeating: 0, count: 4_096)
      for (name, isOpened) in [("pipe", false), ("file", true)] {
        inotify_add_watch(notices, scratch.file("post/box/\(name)"), UInt32(IN_OPEN))
        _ = try? transport.bytes(at: path("box", name), limit: 9)
        #expect((read(notices, &buffer, buffer.count) > 0) == isOpened, "\(name)")
      }
    }
  #endif

  @Test("a file of ten gibibytes with nothing in it is refused by its size")
  func sparse() throws {
    scratch.write("post/sparse", [])
    truncate(scratch.file("post/sparse"), 10 << 30)
    #expect(failure { try transport.bytes(at: path("sparse"), limit: 1 << 20) } == .limitExceeded)
    #expect(try transport.putIfAbsent(path("whole"), [UInt8](repeating: 1, count: 1 << 20)))
    #expect(try transport.bytes(at: path("whole"), limit: 1 << 20)?.count == 1 << 20)
  }

  @Test("a listing ends when it is told to")
  func endOfListing() throws {
    for index in 0..<9 { _ = try transport.putIfAbsent(path("box", "\(index)"), []) }
    var count = 0
    try transport.list(path("box")) { _ in
      count += 1
      return count < 4
    }
    #expect(count == 4)
  }

  @Test("a directory that is not there is no post")
  func missing() {
    #expect(failure { try DirectoryTransport(path: scratch.file("nowhere")) } == .noPost)
  }
}
