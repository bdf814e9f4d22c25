import Foundation
import Testing

/// What `--help` shows stands in the manual page too, and nothing else does.
@Suite("The manual page") struct ManualTests {
  private let manual: Manual
  private let commands: [CommandHelp]

  /// Those that every command has, which no synopsis repeats.
  private static let common: Set<String> = ["-h", "--help", "--version"]

  /// Asked for once: it takes some forty processes.
  private static let help = Result { try CommandHelp.all() }

  init() throws {
    manual = try Manual()
    commands = try Self.help.get()
  }

  @Test("every command has its synopsis, and no other has one")
  func synopses() {
    let typed = Set(commands.map(\.command)).subtracting(["valise"])
    #expect(typed.count > 25)
    #expect(Set(manual.synopses.keys) == typed)
  }

  @Test("every option of a command stands in its synopsis, and no other does")
  func optionsOfCommands() {
    for help in commands where help.command != "valise" {
      let own = help.options.filter { $0.isDisjoint(with: Self.common) }
      let shown = manual.synopses[help.command] ?? []
      let missing = own.filter { $0.isDisjoint(with: shown) }
      #expect(missing.isEmpty, "\(help.command)")
      #expect(shown.isSubset(of: Set(own.joined())), "\(help.command)")
    }
  }

  @Test("every option is explained once, by all of its names, and no other is")
  func explanations() {
    let options = Set(commands.flatMap(\.options))
    #expect(options.count > 30)
    #expect(Set(manual.explained) == options)
    #expect(manual.explained.count == options.count)
  }

  @Test("every exit status is explained")
  func statuses() throws {
    let source = Program.tests.deletingLastPathComponent()
      .appendingPathComponent("Sources/valise/ExitStatus.swift")
    let numbers = try String(contentsOf: source, encoding: .utf8)
      .matches(of: /case \w+ = (\d+)/).compactMap { Int($0.1) }
    #expect(numbers.count > 10)
    #expect(manual.statuses == numbers)
  }

  @Test(
    "groff has nothing to say against it",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/groff")))
  func rendering() throws {
    let outcome = try Subprocess(
      ["groff", "-man", "-ww", "-z", "-Tutf8", Manual.path], in: Sandbox()
    ).run()
    #expect(outcome.status == 0)
    #expect(outcome.standardError.isEmpty)
  }
}
