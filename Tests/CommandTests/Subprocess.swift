import Dispatch
import Foundation

/// One command, run in a session of its own: without a terminal, or with a false one.
///
/// Spawned directly and not by Foundation.Process, which leaves the child the terminal that the
/// tests were started from; the child would ask its questions there.
struct Subprocess {
  /// What came of it.
  struct Outcome: CustomStringConvertible {
    /// The exit status, or 128 and the signal.
    var status: Int32 = 0
    var standardOutput = Data()
    var standardError = Data()

    var description: String {
      let output = String(decoding: standardOutput.prefix(4000), as: UTF8.self)
      let error = String(decoding: standardError.prefix(4000), as: UTF8.self)
      return "exit status \(status)\n[stdout]\n\(output)\n[stderr]\n\(error)"
    }
  }

  struct SpawnError: Error { let reason: String }

  private static let patience = DispatchTimeInterval.seconds(120)

  let words: [String]
  let sandbox: Sandbox
  /// The file on its standard input.
  var input = "/dev/null"
  /// What a person types, a line at each prompt; nil for no terminal.
  var typed: [String]?

  init(_ words: [String], in sandbox: Sandbox) {
    self.words = words
    self.sandbox = sandbox
  }

  func run() throws -> Outcome {
    guard let typed else { return try runDetached() }
    let terminal = try PseudoTerminal()
    // setsid makes its standard input the controlling terminal, so another input comes after it.
    let redirected =
      input == "/dev/null" ? words : ["sh", "-c", "exec \"$@\" <\"$0\"", input] + words
    let child = try spawn(["setsid", "--ctty"] + redirected) { actions in
      posix_spawn_file_actions_addopen(&actions, 0, terminal.name, O_RDWR | O_NOCTTY, 0)
      posix_spawn_file_actions_adddup2(&actions, 0, 1)
      posix_spawn_file_actions_adddup2(&actions, 0, 2)
    }
    let shown = terminal.converse(typing: typed)
    return Outcome(status: wait(child), standardOutput: shown)
  }

  private func runDetached() throws -> Outcome {
    let scratch = "\(sandbox.path)/\(UUID().uuidString)"
    let (output, error) = ("\(scratch).out", "\(scratch).err")
    defer {
      unlink(output)
      unlink(error)
    }
    let child = try spawn(["setsid"] + words) { actions in
      let flags = O_WRONLY | O_CREAT | O_TRUNC
      posix_spawn_file_actions_addopen(&actions, 0, sandbox.file(input), O_RDONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
      posix_spawn_file_actions_addopen(&actions, 2, error, flags, 0o600)
    }
    let status = wait(child)
    return Outcome(
      status: status, standardOutput: try Data(contentsOf: URL(fileURLWithPath: output)),
      standardError: try Data(contentsOf: URL(fileURLWithPath: error)))
  }

  /// Runs `words` in the sandbox, by way of env(1), whose `-C` posix_spawn lacks in Swift.
  private func spawn(
    _ words: [String], _ redirect: (inout posix_spawn_file_actions_t) -> Void
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    redirect(&actions)
    var attributes = Self.unblockingSignals()
    defer { posix_spawnattr_destroy(&attributes) }
    var arguments = (["env", "-C", sandbox.work] + words).map { strdup($0) } + [nil]
    var environment = sandbox.environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { (arguments + environment).forEach { free($0) } }
    var child: pid_t = 0
    let status = posix_spawn(
      &child, "/usr/bin/env", &actions, &attributes, &arguments, &environment)
    guard status == 0 else { throw SpawnError(reason: String(cString: strerror(status))) }
    return child
  }

  /// The tests' threads block signals, and a child would go on blocking them: deaf to SIGTERM.
  private static func unblockingSignals() -> posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    return attributes
  }

  private func wait(_ child: pid_t) -> Int32 {
    let watchdog = DispatchWorkItem { kill(-child, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience, execute: watchdog)
    defer { watchdog.cancel() }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}
