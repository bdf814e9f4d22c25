import Foundation

/// Runs a script in a sandbox; the first line that does not hold ends it.
final class ScriptRunner {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let script: Script
  private let sandbox: Sandbox
  private var last = Subprocess.Outcome()
  private var input = "/dev/null"
  private var typed: [String]?

  init(_ script: Script) throws {
    self.script = script
    sandbox = try Sandbox()
    for file in script.files {
      let url = URL(fileURLWithPath: sandbox.file(file.name))
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.content.utf8).write(to: url)
    }
  }

  func run() throws {
    for line in script.lines {
      do { try run(line) } catch {
        let words = ([line.name] + line.words).joined(separator: " ")
        throw Failure(
          description: """
            \(script.name):\(line.number): \(line.isNegated ? "! " : "")\(words)
            \(error)
            \(last)
            """)
      }
    }
  }

  private func run(_ line: Script.Line) throws {
    switch line.name {
    case "valise": try execute(["valise"] + line.words, fails: line.isNegated)
    case "exec": try execute(line.words, fails: line.isNegated)
    case "exit": try expect(line.words == ["\(last.status)"], "another exit status")
    case "stdout": try match(line, last.standardOutput)
    case "stderr": try match(line, last.standardError)
    case "save": try sandbox.write(last.standardOutput, to: one(line))
    case "cmp":
      let same = try content(line.words[0]) == content(line.words[1])
      try expect(same != line.isNegated, line.isNegated ? "they are the same" : "they differ")
    case "exists":
      for name in line.words {
        let isThere = FileManager.default.fileExists(atPath: sandbox.file(name))
        try expect(isThere != line.isNegated, "\(name): \(isThere ? "exists" : "does not exist")")
      }
    case "mode": try checkMode(line.words)
    case "stdin": input = try one(line)
    case "tty": typed = line.words
    case "env": setVariable(try one(line))
    default: throw Failure(description: "there is no such command")
    }
  }

  private func execute(_ words: [String], fails: Bool) throws {
    var command = Subprocess(words, in: sandbox)
    command.input = input
    command.typed = typed
    (input, typed) = ("/dev/null", nil)
    last = try command.run()
    try expect(last.status < 128, "it was killed")
    try expect((last.status != 0) == fails, fails ? "it succeeded" : "it failed")
  }

  private func match(_ line: Script.Line, _ output: Data) throws {
    // A terminal ends its lines with a carriage return too.
    let text = String(decoding: output, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
    let pattern = try Regex(one(line)).anchorsMatchLineEndings()
    let isFound = text.firstMatch(of: pattern) != nil
    try expect(isFound != line.isNegated, isFound ? "it matches" : "it does not match")
  }

  private func checkMode(_ words: [String]) throws {
    for name in words.dropFirst() {
      let attributes = try FileManager.default.attributesOfItem(atPath: sandbox.file(name))
      let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
      try expect(Int(words[0], radix: 8) == mode, "\(name): mode 0\(String(mode, radix: 8))")
    }
  }

  /// A file's bytes, or what the last command wrote.
  private func content(_ name: String) throws -> Data {
    switch name {
    case "stdout": last.standardOutput
    case "stderr": last.standardError
    default: try sandbox.read(name)
    }
  }

  private func setVariable(_ assignment: String) {
    let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    sandbox.environment[String(parts[0])] = parts.count > 1 ? String(parts[1]) : nil
  }

  private func one(_ line: Script.Line) throws -> String {
    try expect(line.words.count == 1, "\(line.name) takes one word")
    return line.words[0]
  }

  private func expect(_ condition: Bool, _ reason: String) throws {
    guard condition else { throw Failure(description: reason) }
  }
}
