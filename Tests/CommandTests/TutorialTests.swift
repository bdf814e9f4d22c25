import Foundation
import Testing

/// What the tutorial tells people to type works as it stands, and shows what it says.
@Suite("The tutorial") struct TutorialTests {
  private let text: String

  init() throws {
    let path = Program.tests.deletingLastPathComponent()
      .appendingPathComponent("docs/tutorial.md")
    text = try String(contentsOf: path, encoding: .utf8)
  }

  @Test("it runs from top to bottom, shows what it prints, and whoever left opens nothing")
  func runs() throws {
    let sandbox = try Sandbox()
    let passphrase = "a passphrase for the backup"
    var reader = Subprocess(["sh", "-ec", blocks("sh").joined()], in: sandbox)
    reader.typed = ["yes", "yes", passphrase, passphrase]
    let outcome = try reader.run()
    try #require(outcome.status == 0, "\(outcome)")
    let shown = Self.lines(
      String(decoding: outcome.standardOutput, as: UTF8.self)
        .replacingOccurrences(of: "\r\n", with: "\n"))
    let promised = blocks("").flatMap(Self.lines)
    #expect(promised.count > 15)
    #expect(promised.filter { !shown.contains($0) }.isEmpty)

    sandbox.environment["VALISE_HOME"] = sandbox.file("keyring-of-carol")
    let refused = try Subprocess(["valise", "decrypt", "team/plan.jwe"], in: sandbox).run()
    #expect(refused.status == 77)
    sandbox.environment["VALISE_HOME"] = sandbox.file("keyring-of-bob")
    #expect(try sandbox.run("valise", "decrypt", "team/plan.jwe").standardOutput.count > 20)
  }

  /// What stands in the blocks that are marked as `language`.
  private func blocks(_ language: String) -> [String] {
    let parts = text.components(separatedBy: "```")
    return stride(from: 1, to: parts.count, by: 2).map { parts[$0] }
      .filter { $0.prefix { $0 != "\n" } == language }.map { String($0.drop { $0 != "\n" }) }
  }

  /// The lines of `text`; what is random in them says nothing.
  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
      String(line).replacing(/[A-Za-z0-9_-]{43}/, with: "THUMBPRINT")
        .replacing(/bob  [a-z0-9].*/, with: "FINGERPRINT")
        .trimmingCharacters(in: .whitespaces)
    }
  }
}
