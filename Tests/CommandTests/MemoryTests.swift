import Foundation
import Testing

/// How much memory the program takes at its peak, as the system counts it from outside.
@Suite("Memory", .serialized)
struct MemoryTests {
  /// Large enough that anything kept of the content would show.
  private static let byteCount = Program.isDebug ? 64 << 20 : 1 << 30
  private static let limit = 32 << 20

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

  @Test("large files and pipes take at most 32 MiB both ways")
  func peaks() throws {
    let sandbox = try Sandbox(in: Self.roomyDirectory())
    if Program.isDebug { print("memory: a debug program, so with 64 MiB instead of 1 GiB") }
    try sandbox.write(Data(Self.launcher.utf8), to: "measure.py")
    try sandbox.run("valise", "key", "generate", "-q", "--name", "alice", "--no-passphrase")
    try sandbox.run("truncate", "-s", "\(Self.byteCount)", "plain")

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

  /// Runs `pipeline` in a shell, the program in it measured.
  private func measure(_ what: String, _ pipeline: String, in sandbox: Sandbox) throws {
    let measured = pipeline.replacing("valise ", with: "python3 measure.py peak valise ")
    try sandbox.run("sh", "-c", measured)
    let peak = try #require(Int(String(decoding: sandbox.read("peak"), as: UTF8.self)))
    let (size, tenths) = (Self.byteCount >> 20, (peak * 10) >> 20)
    print("memory: \(what), \(size) MiB: peak \(tenths / 10).\(tenths % 10) MiB")
    #expect(peak <= Self.limit, "\(what)")
  }

  /// Memory-backed storage when it has room for the content four times and more, else the disk.
  private static func roomyDirectory() -> String {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: "/dev/shm")
    let room = (attributes?[.systemFreeSize] as? NSNumber)?.intValue ?? 0
    return room > 5 * byteCount ? "/dev/shm" : NSTemporaryDirectory()
  }
}
