import Foundation
import Testing

@testable import Secrets

@Suite("rules are read strictly")
struct RulesTests {
  private func rules(_ text: String) throws -> Rules { try Rules(parsing: Array(text.utf8)) }

  @Test("the first rule whose files match holds")
  func match() throws {
    let rules = try rules(
      """
      # who reads what
      [[rule]]
      files = ["config/**/*.yaml", "*.env"]
      recipients = ["alice", "@ops"]
      only = ["*PASSWORD*", "**/token"]
      signer = "alice"

      [[rule]]
      files = ["**"]
      recipients = ["bob"]
      except = ["name"]
      """)
    #expect(rules.rules.map(\.lineNumber) == [2, 8])
    let first = try #require(rules.rule(for: "config/a/b/db.yaml"))
    #expect(first.recipients == ["alice", "@ops"])
    #expect(first.signer == "alice")
    #expect(first.selection.contains(try path("x/DB_PASSWORD")))
    #expect(!first.selection.contains(try path("x/user")))
    #expect(rules.rule(for: "deep/in/production.env")?.lineNumber == 2)
    #expect(rules.rule(for: "config/db.json")?.recipients == ["bob"])
    #expect(try rules.rule(for: "x.ini")?.selection.contains(path("name")) == false)
  }

  @Test("the rules that docs/reference/secrets.md shows are rules, and show every member")
  func page() throws {
    let page = URL(filePath: #filePath).appending(path: "../../../docs/reference/secrets.md")
      .standardized
    let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```\n")
    let example = try #require(parts.first { $0.contains("\n[[rule]]\n") })
    let rules = try rules(example)
    #expect(rules.rules.count == 2)
    let first = try #require(rules.rule(for: "config/a/db.yaml"))
    #expect(first.selection.contains(try path("DB_PASSWORD")))
    #expect(!first.selection.contains(try path("x/comment")))
    #expect(first.signer == "alice" && first.format == nil)
    #expect(rules.rule(for: "deploy/app.properties")?.format == .dotenv)
    let members = ["files", "recipients", "only", "except", "signer", "format"]
    #expect(members.allSatisfy { example.contains("\n\($0) = ") })
  }

  @Test(
    "a sealed file is known by how it is sealed, whatever it is called",
    arguments: FileFormat.allCases)
  func sealedFormat(format: FileFormat) throws {
    let text =
      switch format {
      case .yaml: "a: 1\nb: [x, 2]\n"
      case .json: "{\"a\": 1}"
      case .toml: "a = 1\n[t]\nb = 'x'\n"
      case .dotenv: "A=1\n"
      case .ini: "[s]\na = 1\n"
      }
    let sealed = try SecretFile(text, format).sealed(for: Reader())
    #expect(FileFormat(ofSealed: sealed.bytes) == format)
    #expect(FileFormat(ofSealed: Array(text.utf8)) == nil)
  }

  @Test("a project without a rule for a file has none")
  func none() throws {
    let rules = try rules("[[rule]]\nfiles = [\"a.env\"]\nrecipients = [\"x\"]\n")
    #expect(rules.rule(for: "b.env") == nil)
    #expect(rules.rule(for: "sub/a.env") != nil)
  }

  @Test(
    "what rules do not have is refused with its line",
    arguments: [
      ("[[rule]]\nfiles = [\"a\"]\nrecipients = [\"x\"]\nfile = \"b\"\n", "line 4"),
      ("[[rule]]\nfiles = [\"a\"]\nrecipients = [\"x\"]\nother = []\n", "line 4"),
      ("[[rule]]\nfiles = \"a\"\nrecipients = [\"x\"]\n", "line 2"),
      ("[[rule]]\nfiles = [1]\nrecipients = [\"x\"]\n", "line 2"),
      ("[[rule]]\nrecipients = [\"x\"]\n", "line 1"),
      ("[[rule]]\nfiles = [\"a\"]\nrecipients = []\n", "line 1"),
      ("\n[[rule]]\nfiles = [\"a\"]\nrecipients = [\"x\"]\nformat = \"xml\"\n", "line 2"),
      ("[[rule]]\n", "line 1"), ("[rule]\nfiles = [\"a\"]\n", "line 1"),
      ("\n[settings]\n", "line 2"), ("x = 1\n", "line 1"),
      ("[[rule]]\nfiles = [\"a\"]\nrecipients = [\"x\"]\n[rule.more]\n", "line 4"),
      ("[[rule]]\nfiles = [\"a[\"]\nrecipients = [\"x\"]\n", "line 1"),
      ("[[rule]]\nfiles = [\"a\"\n", "line 3"), ("rule = [{files = [\"a\"]}]\n", "line 1"),
      ("[[rule]]\nfiles=[\"a\"]\nrecipients=[\"x\"]\n[valise]\nversion=1\n", "line 4"),
    ])
  func refused(text: String, line: String) {
    #expect {
      _ = try rules(text)
    } throws: { error in
      guard let error = error as? SecretsError else { return false }
      return error.code == .invalidRules && error.reason.hasPrefix(line)
    }
  }
}
