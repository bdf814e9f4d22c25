import DurableFiles
import Foundation
import Testing
import Seeded

@testable import Contacts

/// Searches in sorted lines, in memory and where they lie in a file.
@Suite struct SortedLinesTests {
  private static func line(_ generator: inout SeededGenerator) -> [UInt8] {
    // Few letters, so that lines begin alike; some are longer than what is read at once.
    let isLong = Int.random(in: 0..<10, using: &generator) == 0
    let count = Int.random(in: isLong ? 200...900 : 0...6, using: &generator)
    return (0..<count).map { _ in UInt8(ascii: Bool.random(using: &generator) ? "a" : "b") } + [
      0x0A
    ]
  }

  @Test("in memory and in a file it finds what a search through all finds", arguments: 1...20)
  func model(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let scratch = try Scratch()
    var model = (0..<Int.random(in: 0...80, using: &generator)).map { _ in Self.line(&generator) }
    var lines = SortedLines(sorting: model)
    for _ in 0..<10 {
      let old =
        model.isEmpty ? [] : [model.remove(at: .random(in: 0..<model.count, using: &generator))]
      let new = [Self.line(&generator)]
      model += new
      lines = try lines.replacing(old + [Array("never there\n".utf8)], with: new)
      model.sort { $0.lexicographicallyPrecedes($1) }
      #expect(try lines.text() == Array(model.joined()))
    }
    try scratch.put(Array("a title\n".utf8) + lines.text(), "lines")
    let file = try InputFile(path: scratch.file("lines"))
    let inFile = try #require(try SortedLines(file, after: 8))
    for _ in 0..<50 {
      let prefix = Array(Self.line(&generator).dropLast().prefix(5))
      let expected = model.filter { $0.starts(with: prefix) }
        .map { Array($0.dropLast().dropFirst(prefix.count)) }
      #expect(try lines.rests(after: prefix) == expected)
      #expect(try inFile.rests(after: prefix) == expected)
    }
  }

  @Test("a file whose last line is not whole, or that is shorter than its title, is refused")
  func notWhole() throws {
    let scratch = try Scratch()
    for (text, isWhole) in [("t\na\n", true), ("t\n", true), ("t\na", false), ("t", false)] {
      try scratch.put(text, "lines")
      let file = try InputFile(path: scratch.file("lines"))
      #expect(try (SortedLines(file, after: 2) != nil) == isWhole, "\(text)")
    }
  }
}
