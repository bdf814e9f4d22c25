import ArgumentParser
import Foundation
import Testing

@testable import valise

/// What the program and its pages tell people to type can be typed.
@Suite("Commands that are spoken of") struct MentionedCommandTests {
  private static let root = Program.tests.deletingLastPathComponent()

  /// What follows the program's name where it is only spoken of.
  private static let prose: Set<String> = [
    "about", "and", "block", "by", "does", "exports", "is", "merges", "or", "to", "in", "has",
  ]

  /// A command as a text has it: its words, and the options behind them.
  private struct Mention {
    let words: [Substring]

    init(_ rest: Substring) {
      let phrase = rest.prefix { !";,:()`\"\n|".contains($0) }
      words = Array(phrase.split(separator: " ").drop { $0 == "help" })
    }

    /// Why it cannot be typed; nil when it can.
    func fault() -> String? {
      var command: any ParsableCommand.Type = Valise.self
      var rest = words[...]
      while let word = rest.first, word.allSatisfy({ $0.isLowercase || $0 == "-" }),
        word.first != "-", !command.configuration.subcommands.isEmpty
      {
        let next = command.configuration.subcommands.first {
          $0.configuration.commandName == String(word)
        }
        guard let next else { return "there is no \(word) in \(words.joined(separator: " "))" }
        command = next
        rest = rest.dropFirst()
      }
      let known = CommandHelp.options(in: Valise.helpMessage(for: command))
      let options = rest.prefix { $0 != "--" }.flatMap { CommandHelp.options(in: String($0)) }
      let unknown = options.filter { !known.contains($0) }
      return unknown.isEmpty ? nil : "no \(unknown) in \(words.joined(separator: " "))"
    }
  }

  private func mentions(in text: String) -> [Mention] {
    text.matches(of: /(?<before>.?)\bvalise (?=[a-z])/).compactMap { match in
      let rest = text[match.range.upperBound...]
      let word = String(rest.prefix { $0.isLetter || $0 == "-" })
      guard !"./-=*".contains(match.before), !Self.prose.contains(word) else { return nil }
      return Mention(rest)
    }
  }

  private func texts(below directory: String, _ suffixes: [String]) throws -> [(String, String)] {
    let path = Self.root.appendingPathComponent(directory).path
    let names = try FileManager.default.subpathsOfDirectory(atPath: path)
    return try names.filter { name in suffixes.contains { name.hasSuffix($0) } }.map {
      ($0, try String(contentsOfFile: "\(path)/\($0)", encoding: .utf8))
    }
  }

  @Test("every command in what the program says is one, with the options that it has")
  func program() throws {
    var count = 0
    for (name, text) in try texts(below: "Sources/valise", [".swift"]) {
      // What is said may be put together of several literals, and go on in the next line.
      let joined = text.replacing(/"\s*\+ "/, with: "").replacing(/\\\n\s*/, with: "")
        .replacing(#/\n\s*///?[ ]/#, with: " ")
      for mention in mentions(in: joined) {
        count += 1
        #expect(mention.fault() == nil, "\(name)")
      }
    }
    #expect(count > 150)
  }

  @Test("every command in the documentation is one, with the options that it has")
  func documentation() throws {
    var count = 0
    let readme = try String(
      contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    for (name, text) in try texts(below: "docs", [".md"]) + [("README.md", readme)] {
      for mention in code(in: text).flatMap(mentions) {
        count += 1
        #expect(mention.fault() == nil, "\(name)")
      }
    }
    #expect(count > 100)
  }

  /// What stands between the marks of code, in blocks and in lines.
  private func code(in text: String) -> [String] {
    let blocks = text.replacing("\\\n", with: "").components(separatedBy: "```")
    return blocks.enumerated().flatMap { index, block in
      guard index % 2 == 0 else { return [block] }
      let parts = block.components(separatedBy: "`")
      return stride(from: 1, to: parts.count, by: 2).map { parts[$0] }
    }
  }

  @Test("every command that the manual page speaks of is one") func manual() throws {
    let page = try String(contentsOfFile: Manual.path, encoding: .utf8)
      .replacing("\\-", with: "-").replacing("\\ ", with: " ")
    let mentions = page.split(separator: "\n").filter { $0.hasPrefix(".B") || $0.hasPrefix(".SY") }
      .flatMap { self.mentions(in: String($0)) }
    #expect(mentions.count > 80)
    for mention in mentions { #expect(mention.fault() == nil) }
  }
}
