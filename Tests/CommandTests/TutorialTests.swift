import Foundation
import Testing

/// What the tutorials tell people to type works as it stands, and shows what they say.
@Suite("The tutorials") struct TutorialTests {
  @Test("it runs from top to bottom, shows what it prints, and whoever left opens nothing")
  func runs() throws {
    let sandbox = try Sandbox()
    let passphrase = "a passphrase for the backup"
    try Tutorial("docs/tutorial.md").run(
      in: sandbox, typing: ["yes", "yes", passphrase, passphrase])

    sandbox.environment["VALISE_HOME"] = sandbox.file("keyring-of-carol")
    let refused = try Subprocess(["valise", "decrypt", "team/plan.jwe"], in: sandbox).run()
    #expect(refused.status == 77)
    sandbox.environment["VALISE_HOME"] = sandbox.file("keyring-of-bob")
    #expect(try sandbox.run("valise", "decrypt", "team/plan.jwe").standardOutput.count > 20)
  }

  @Test("the post's runs from top to bottom, shows what it prints, and leaves nothing in the post")
  func post() throws {
    let sandbox = try Sandbox()
    try Tutorial("docs/tutorial-post.md").run(in: sandbox, typing: [])
    for _ in 0..<2 {
      for name in ["bob", "phone", "carol", "alice"] {
        sandbox.environment["VALISE_HOME"] = sandbox.file("keyring-of-\(name)")
        try sandbox.run("valise", "sync")
      }
    }
    let left = try sandbox.run("find", "shared", "-type", "f").standardOutput
    #expect(String(decoding: left, as: UTF8.self) == "shared/post/post.json\n")
  }
}

/// A page of commands to type and what they print.
private struct Tutorial {
  private let text: String

  init(_ path: String) throws {
    text = try String(
      contentsOf: Program.tests.deletingLastPathComponent().appendingPathComponent(path),
      encoding: .utf8)
  }

  /// Types all of it, and compares.
  func run(in sandbox: Sandbox, typing answers: [String]) throws {
    var reader = Subprocess(["sh", "-ec", blocks("sh").joined()], in: sandbox)
    reader.typed = answers
    let outcome = try reader.run()
    try #require(outcome.status == 0, "\(outcome)")
    let shown = Self.lines(
      String(decoding: outcome.standardOutput, as: UTF8.self)
        .replacingOccurrences(of: "\r\n", with: "\n"))
    let promised = blocks("").flatMap(Self.lines)
    #expect(promised.count > 15)
    #expect(promised.filter { !shown.contains($0) }.isEmpty)
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
      String(line).replacing(/[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{12}…/, with: "THUMBPRINT")
        .replacing(/bob  [a-z0-9].*/, with: "FINGERPRINT")
        .replacing(/([a-z]+ ){3}[a-z]+  ([a-z]+ ){3}[a-z]+  ([a-z]+ ){3}[a-z]+/, with: "WORDS")
        .replacing(/(\d{5} ){7}\d{5}/, with: "DIGITS")
        .replacing(/\d{4}-\d\d-\d\d \d\d:\d\d/, with: "TIME")
        .replacing(/^[a-z2-7]{8}  |Id: +[a-z2-7]{8}/, with: "ID  ")
        .trimmingCharacters(in: .whitespaces)
    }
  }
}
