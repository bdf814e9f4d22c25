import Foundation
import Testing

/// How much memory the program takes at its peak, as the system counts it from outside.
@Suite("Memory", .serialized)
struct MemoryTests {
  /// Large enough that anything kept of the content would show.
  private static let byteCount = Program.isDebug ? 64 << 20 : 1 << 30

  /// Forks from a small process: a child's peak begins with the size of what it was forked from,
  /// and the tests are larger than what they measure.
  private static let launcher = """
    import os, sys
    child = os.fork()
    if child == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    _, status, usage = os.wait4(child, 0)
    open(sys.argv[1], "w").write(str(usage.ru_maxrss * 1024))
    sys.exit(os.waitstatus_to_exitcode(status))
    """

  /// A place with a large file, and the launcher in it.
  private static func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox(in: roomyDirectory())
    if Program.isDebug { print("memory: a debug program, so with 64 MiB instead of 1 GiB") }
    try sandbox.write(Data(launcher.utf8), to: "measure.py")
    try sandbox.run("truncate", "-s", "\(byteCount)", "plain")
    return sandbox
  }

  @Test("large files and pipes take at most 32 MiB both ways")
  func peaks() throws {
    let sandbox = try Self.sandbox()
    try sandbox.run("valise", "key", "generate", "-q", "--name", "alice", "--no-passphrase")

    try measure("encrypt, file to file", "valise encrypt -r me -o sealed.jwe plain", in: sandbox)
    try measure("decrypt, file to file", "valise decrypt -o opened sealed.jwe", in: sandbox)
    try sandbox.run("sh", "-c", "cmp opened plain && rm opened")
    try measure("decrypt, file to pipe", "valise decrypt sealed.jwe | cmp - plain", in: sandbox)
    try measure(
      "decrypt, pipe to pipe", "cat sealed.jwe | valise decrypt - | cmp - plain", in: sandbox)
    try measure("inspect", "valise inspect sealed.jwe", in: sandbox)
    try sandbox.run("rm", "sealed.jwe")
    try measure(
      "encrypt, pipe to pipe", "cat plain | valise encrypt -r me | cat >sealed.jwe", in: sandbox)
    try sandbox.run("sh", "-c", "valise decrypt sealed.jwe | cmp - plain")
  }

  @Test("large files are signed, verified, and change their readers in as little")
  func readers() throws {
    let sandbox = try Self.sandbox()
    try sandbox.run(
      "sh", "-ec",
      """
      valise key generate -q --name alice --no-passphrase
      VALISE_HOME=bob valise key generate -q --name bob --no-passphrase
      VALISE_HOME=bob valise key export -o bob.jwks
      valise contact add -q bob bob.jwks
      """)
    let steps = [
      ("sign", "valise encrypt -s -r me -o sealed.jwe plain && rm plain"),
      ("verify", "valise decrypt --from me -o opened sealed.jwe && rm opened"),
      ("add to what is signed", "valise recipients add -q -r bob --unsigned sealed.jwe"),
      ("remove", "valise recipients remove -q -r bob sealed.jwe"),
      ("add", "valise recipients add -q -r bob sealed.jwe"),
      ("remove and sign", "valise recipients remove -q -r bob --sign sealed.jwe"),
    ]
    // A debug program is larger by itself; content that it kept would show all the same.
    let limit = Program.isDebug ? 48 << 20 : 32 << 20
    for (what, command) in steps { try measure(what, command, in: sandbox, limit: limit) }
    try sandbox.run("valise", "decrypt", "-q", "--from", "me", "-o", "plain", "sealed.jwe")
    try sandbox.run("sh", "-c", "test $(wc -c <plain) = \(Self.byteCount)")
  }

  @Test("a large attachment takes at most 64 MiB on its whole way")
  func attachments() throws {
    let sandbox = try Self.sandbox()
    try sandbox.run("sh", "-ec", PostExchange.people)
    let steps = [
      ("send", "VALISE_HOME=alice valise send -q -t bob -a plain text"),
      ("post", "VALISE_HOME=alice valise sync -q"),
      ("collect", "VALISE_HOME=bob valise sync -q"),
      // No more than 1 GiB of parts in one synchronization.
      ("collect the rest", "VALISE_HOME=bob valise sync -q"),
      ("save", "VALISE_HOME=bob valise save -q -o . $(cat id)"),
    ]
    for (what, command) in steps {
      if what == "save" { try sandbox.run("sh", "-ec", Self.beforeSaving) }
      try measure("attachment, \(what)", command, in: sandbox, limit: 64 << 20)
    }
    try sandbox.run("cmp", "plain", "sent")
  }

  private static let beforeSaving = """
    mv plain sent
    VALISE_HOME=bob valise inbox --json |
      python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["id"])' >id
    """

  /// Runs `pipeline` in a shell, the program in it measured.
  private func measure(
    _ what: String, _ pipeline: String, in sandbox: Sandbox, limit: Int = 32 << 20
  ) throws {
    let measured = pipeline.replacing("valise ", with: "python3 measure.py peak valise ")
    try sandbox.run("sh", "-c", measured)
    let peak = try #require(Int(String(decoding: sandbox.read("peak"), as: UTF8.self)))
    let (size, tenths) = (Self.byteCount >> 20, (peak * 10) >> 20)
    print("memory: \(what), \(size) MiB: peak \(tenths / 10).\(tenths % 10) MiB")
    #expect(peak <= limit, "\(what)")
  }

  /// Memory-backed storage when it has room for the content seven times and more, else the disk.
  private static func roomyDirectory() -> String {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: "/dev/shm")
    let room = (attributes?[.systemFreeSize] as? NSNumber)?.intValue ?? 0
    return room > 8 * byteCount ? "/dev/shm" : NSTemporaryDirectory()
  }
}
