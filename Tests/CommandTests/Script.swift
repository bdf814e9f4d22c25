import Foundation

/// A test in a text file: commands, then the files that they need.
///
/// ```
/// # what it guards
/// valise encrypt -r me -o plan.jwe plan.txt
/// ! exec sh -c 'test -s plan.txt.tmp'
/// stderr '^$'
/// -- plan.txt --
/// attack at dawn
/// ```
///
/// The form is txtar, the commands those of Go's testscript as far as they are needed:
///
/// - `exec PROGRAM WORD…`, `valise WORD…`: runs it; it must succeed, or fail after `!`.
/// - `exit N`: the last status.
/// - `stdout PATTERN`, `stderr PATTERN`: a regular expression, `^` and `$` at line ends; `!` for none.
/// - `save FILE`: keeps the last standard output.
/// - `cmp A B`: the same bytes; `stdout` and `stderr` are the last ones. `exists FILE…`, `! exists FILE…`. `mode 0600 FILE…`.
/// - `stdin FILE`: for the next command. `env NAME=VALUE`, `env NAME` to take it away.
/// - `tty LINE…`: the next command runs on a terminal, LINEs typed at its prompts; what the
///   terminal shows is its standard output.
struct Script {
  struct Line {
    let number: Int
    let isNegated: Bool
    let name: String
    let words: [String]
  }

  struct SyntaxError: Error { let reason: String }

  let name: String
  let lines: [Line]
  let files: [(name: String, content: String)]

  /// All scripts, by name.
  static let all: [String] = {
    let directory = Program.tests.appendingPathComponent("Scripts").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.filter { $0.hasSuffix(".txt") }.sorted()
  }()

  init(named name: String) throws {
    self.name = name
    let url = Program.tests.appendingPathComponent("Scripts/\(name)")
    var lines: [Line] = []
    var files: [(name: String, content: String)] = []
    let text = try String(contentsOf: url, encoding: .utf8)
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      if line.hasPrefix("-- "), line.hasSuffix(" --") {
        files.append((String(line.dropFirst(3).dropLast(3)), ""))
      } else if !files.isEmpty {
        files[files.count - 1].content += line + "\n"
      } else if let parsed = try Self.parse(line, number: index + 1) {
        lines.append(parsed)
      }
    }
    // The text's own last line end is not a line more.
    if let last = files.popLast() { files.append((last.name, String(last.content.dropLast()))) }
    guard text.hasPrefix("#") else {
      throw SyntaxError(reason: "a script begins with what it guards")
    }
    self.lines = lines
    self.files = files
  }

  private static func parse(_ line: String, number: Int) throws -> Line? {
    var words = try split(line, number)
    guard let first = words.first, !first.hasPrefix("#") else { return nil }
    let isNegated = first == "!"
    if isNegated { words.removeFirst() }
    guard !words.isEmpty else { throw SyntaxError(reason: "line \(number): a lonely !") }
    return Line(
      number: number, isNegated: isNegated, name: words[0], words: Array(words.dropFirst()))
  }

  /// The words of a line: apart by spaces, but within single quotes, where two mean one.
  private static func split(_ line: String, _ number: Int) throws -> [String] {
    guard !line.hasPrefix("#") else { return [] }
    var words: [String] = []
    var word: String?
    var isQuoted = false
    var rest = Substring(line)
    while let character = rest.popFirst() {
      switch character {
      case "'" where isQuoted && rest.first == "'":
        rest.removeFirst()
        word = (word ?? "") + "'"
      case "'":
        isQuoted.toggle()
        word = word ?? ""
      case " " where !isQuoted:
        if let word { words.append(word) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    guard !isQuoted else { throw SyntaxError(reason: "line \(number): a quote is open") }
    if let word { words.append(word) }
    return words
  }
}
