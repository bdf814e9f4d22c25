import DurableFiles
import Foundation
import Testing

@Suite("Running programs that are not to touch anything of ours")
struct RunningApartTests {
  private func run(
    _ script: String, input: [UInt8] = [], within limit: Duration = .seconds(60)
  ) throws(FileError) -> Subprocess.Ending? {
    try Subprocess.runApart(
      ["/bin/sh", "-c", script], variables: [Array("PATH=/usr/bin:/bin".utf8)], input: input,
      within: limit)
  }

  @Test("it gets its input, however long, and its own variables alone")
  func input() throws {
    let input = [UInt8](repeating: 0x78, count: 1 << 20)
    #expect(try run("test $(wc -c) = 1048576", input: input) == .exited(0))
    #expect(try run("test $(wc -c) = 0") == .exited(0))
    #expect(try run("test -z \"$HOME\"") == .exited(0))
  }

  @Test("it need not read its input")
  func unread() throws {
    #expect(try run("exit 3", input: .init(repeating: 0, count: 1 << 20)) == .exited(3))
    #expect(try run("kill -9 $$") == .killed(signal: 9))
  }

  @Test(
    "when time is up it is killed, and what it started too", .timeLimit(.minutes(5)))
  func timeout() throws {
    let scratch = try Scratch()
    let pid = scratch.file("pid")
    #expect(try run("sleep 600 & echo $! >'\(pid)'; wait", within: .milliseconds(500)) == nil)
    let child = try #require(scratch.text("pid").flatMap { Int32($0.dropLast()) })
    // The signal was sent to it, but a busy machine may take a while to let it die of that; and
    // whoever adopted it may not have waited for it yet: then it is there and dead. Left alone it
    // would live for ten minutes.
    while isAlive(child) { usleep(10_000) }
  }

  private func isAlive(_ process: Int32) -> Bool {
    guard kill(process, 0) == 0 else { return false }
    let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    return state?.contains(") Z ") == false
  }

  @Test("one that neither reads nor ends is killed too")
  func stuck() throws {
    let input = [UInt8](repeating: 0, count: 1 << 20)
    #expect(try run("sleep 600", input: input, within: .milliseconds(50)) == nil)
  }

  #if os(Linux)
    @Test("it gets no descriptor but the standard ones, also none that others may inherit")
    func descriptors() throws {
      let number = open("/dev/null", O_RDONLY)
      defer { close(number) }
      #expect(fcntl(number, F_GETFD) & FD_CLOEXEC == 0)
      let other = try Subprocess.run(["test", "-e", "/proc/self/fd/\(number)"], limit: 0)
      #expect(other.ending == .exited(0))
      #expect(try run("exec test -e /proc/self/fd/\(number)") == .exited(1))
    }
  #endif

  @Test("a program that is not there is named")
  func missing() {
    let error = #expect(throws: FileError.self) {
      try Subprocess.runApart(["/no/such"], variables: [], input: [], within: .seconds(60))
    }
    #expect(error?.code == .notFound && error?.path == "/no/such")
  }
}

@Suite("Files whose word counts")
struct TrustedFileTests {
  private func refusal(_ body: () throws -> Void) -> FileError.Code? {
    #expect(throws: FileError.self) { try body() }?.code
  }

  private func mode(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  @Test("a file is read unless others may write to it")
  func reading() throws {
    let scratch = try Scratch()
    try scratch.put("x", "file")
    let path = scratch.file("file")
    for good in [0o600, 0o644] {
      try mode(good, path)
      #expect(try TrustedFile.read(path, limit: 1) == [0x78])
    }
    for bad in [0o620, 0o602] {
      try mode(bad, path)
      #expect(refusal { _ = try TrustedFile.read(path, limit: 1) } == .notPermitted)
    }
    #expect(refusal { _ = try TrustedFile.read(scratch.path, limit: 1) } == .wrongKind)
    #expect(refusal { _ = try TrustedFile.read(scratch.file("none"), limit: 1) } == .notFound)
  }

  @Test("a program is where links lead, and that is what is looked at")
  func program() throws {
    let scratch = try Scratch()
    try scratch.put("#!/bin/sh\n", "program")
    let (path, link) = (scratch.file("program"), scratch.file("link"))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "program")
    try mode(0o700, path)
    #expect(try TrustedFile.program(link) == TrustedFile.program(path))
    #expect(try TrustedFile.program(path).hasSuffix("/program"))
    for bad in [0o600, 0o720, 0o702] {
      try mode(bad, path)
      #expect(refusal { _ = try TrustedFile.program(link) } == .notPermitted)
    }
    #expect(refusal { _ = try TrustedFile.program(scratch.path) } == .wrongKind)
  }

  @Test("a program in a directory where anybody may put another is refused")
  func directory() throws {
    let scratch = try Scratch()
    try scratch.put("#!/bin/sh\n", "program")
    try mode(0o700, scratch.file("program"))
    try mode(0o777, scratch.path)
    #expect(refusal { _ = try TrustedFile.program(scratch.file("program")) } == .notPermitted)
    try mode(0o1777, scratch.path)
    #expect(try TrustedFile.program(scratch.file("program")).hasSuffix("/program"))
  }
}
