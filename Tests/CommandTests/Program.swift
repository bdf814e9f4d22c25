import Foundation

/// The program under test.
enum Program {
  /// `$VALISE_PROGRAM`, else the product that was built beside the tests.
  static let path: String = {
    if let given = ProcessInfo.processInfo.environment["VALISE_PROGRAM"] { return given }
    let tests = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return tests.deletingLastPathComponent().appendingPathComponent("valise").path
  }()

  /// Whether it is the slow one; measurements of it would say nothing.
  static let isDebug = path.contains("debug/")

  /// The directory of the project's tests.
  static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
}

/// A directory of a test's own, gone with it.
final class Sandbox {
  let path: String
  /// What commands in it see of the world: an empty home, and the program on the path.
  var environment: [String: String]

  init(in parent: String = NSTemporaryDirectory()) throws {
    path =
      URL(fileURLWithPath: parent).appendingPathComponent("valise-test-\(UUID().uuidString)")
      .path
    let files = FileManager.default
    for directory in ["work", "home", "bin", "tmp"] {
      try files.createDirectory(atPath: "\(path)/\(directory)", withIntermediateDirectories: true)
    }
    try files.createSymbolicLink(
      atPath: "\(path)/bin/valise", withDestinationPath: Program.path)
    let outer = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    environment = [
      "PATH": "\(path)/bin:\(outer)", "HOME": "\(path)/home", "VALISE_HOME": "\(path)/home/keyring",
      "TMPDIR": "\(path)/tmp", "USER": "tester", "LANG": "C.UTF-8",
    ]
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The working directory of its commands.
  var work: String { "\(path)/work" }

  /// The path of `name` in the working directory.
  func file(_ name: String) -> String { name.hasPrefix("/") ? name : "\(work)/\(name)" }

  func write(_ bytes: some DataProtocol, to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  func read(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: file(name)))
  }

  /// Runs a command that must succeed.
  @discardableResult
  func run(_ words: String...) throws -> Subprocess.Outcome {
    let outcome = try Subprocess(words, in: self).run()
    guard outcome.status == 0 else { throw Unexpected(words: words, outcome: outcome) }
    return outcome
  }

  struct Unexpected: Error, CustomStringConvertible {
    let words: [String]
    let outcome: Subprocess.Outcome
    var description: String { "\(words.joined(separator: " "))\n\(outcome)" }
  }
}
