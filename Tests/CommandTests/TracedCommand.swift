import Foundation

/// A command under strace(1), which can be killed, or failed, at any call of the system.
struct TracedCommand {
  let words: [String]
  let sandbox: Sandbox

  /// A call of the system that changes something, by its number among those of its name that the
  /// same thread makes: so strace(1) counts them.
  struct Point: Hashable {
    let call: String
    let number: Int
  }

  private static let calls =
    "write pwrite64 copy_file_range fchmod fsync fdatasync ftruncate fallocate link linkat rename "
    + "renameat renameat2 unlink unlinkat mkdir mkdirat symlinkat flock openat syncfs"

  /// Runs the command with `fault` at `point`, or from there on.
  func run(
    _ fault: String, at point: Point, onwards: Bool = false
  ) throws -> Subprocess.Outcome {
    let strace =
      ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(point.call)", "-e"]
      + ["inject=\(point.call):\(fault):when=\(point.number)\(onwards ? "+" : "")"]
    return try Subprocess(strace + words, in: sandbox).run()
  }

  /// Runs the command, and tells all places where it alters something that outlives it, in order.
  ///
  /// A kill at the beginning of each leaves every state there is: what is between two of them
  /// alters nothing.
  func points() throws -> [Point] {
    let names = Self.calls.split(separator: " ").map { "?\($0)" }.joined(separator: ",")
    let strace = ["strace", "-f", "-qq", "-o", "trace", "-e", "trace=\(names)"]
    let outcome = try Subprocess(strace + words, in: sandbox).run()
    guard outcome.status == 0 else { throw Sandbox.Unexpected(words: words, outcome: outcome) }
    var counts: [Substring: Int] = [:]
    var points: [Point] = []
    for line in String(decoding: try sandbox.read("trace"), as: UTF8.self).split(separator: "\n") {
      guard let match = line.firstMatch(of: /^[0-9]+ +([a-z0-9_]+)\(/) else { continue }
      counts[match.0, default: 0] += 1
      let call = String(match.1)
      if call == "openat", line.firstMatch(of: /O_CREAT|O_TMPFILE/) == nil { continue }
      let point = Point(call: call, number: counts[match.0] ?? 1)
      if !points.contains(point) { points.append(point) }
    }
    return points
  }
}
