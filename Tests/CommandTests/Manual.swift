import Foundation

/// The manual page, read for what it says of commands, options and exit statuses.
struct Manual {
  static let path = Program.tests.deletingLastPathComponent()
    .appendingPathComponent("docs/reference/valise.1").path

  /// The options in each command's synopsis, by the command as it is typed.
  private(set) var synopses: [String: Set<String>] = [:]
  /// The names of each option that is explained.
  private(set) var explained: [Set<String>] = []
  /// The numbers under EXIT STATUS, in order.
  private(set) var statuses: [Int] = []

  private var section = ""
  private var command: String?
  private var isTag = false

  init() throws {
    let text = try String(contentsOfFile: Self.path, encoding: .utf8)
    for line in text.split(separator: "\n") { read(Self.plain(line)) }
  }

  private mutating func read(_ line: String) {
    let macro = line.prefix { $0 != " " }
    let rest = String(line.dropFirst(macro.count + 1))
    switch macro {
    case ".SH": section = rest
    case ".SY":
      command = rest
      synopses[rest] = []
    case ".YS": command = nil
    case ".OP": if let command { synopses[command]?.formUnion(CommandHelp.options(in: rest)) }
    case ".TP":
      isTag = true
      return
    case _ where isTag && section == "OPTIONS": explained.append(CommandHelp.options(in: rest))
    case _ where isTag && section == "EXIT STATUS": statuses += [rest].compactMap { Int($0) }
    default: break
    }
    isTag = false
  }

  /// A line of roff without quotes, escapes and changes of fonts.
  private static func plain(_ line: Substring) -> String {
    ["\\fI", "\\fR", "\\fB", "\\fP", "\""].reduce(line.replacingOccurrences(of: "\\-", with: "-")) {
      $0.replacingOccurrences(of: $1, with: "")
    }
  }
}

/// What `--help` shows of one command.
struct CommandHelp {
  /// The command as it is typed.
  let command: String
  /// The names of each option: one, or a short and a long one.
  private(set) var options: [Set<String>] = []
  private var subcommands: [String] = []

  /// All commands that do something, the program itself first.
  static func all() throws -> [CommandHelp] {
    var found: [CommandHelp] = []
    var waiting = ["valise"]
    while let command = waiting.popLast() {
      let help = try CommandHelp(command)
      waiting += help.subcommands.map { "\(command) \($0)" }
      if help.subcommands.isEmpty || command == "valise" { found.append(help) }
    }
    return found
  }

  private init(_ command: String) throws {
    self.command = command
    let sandbox = try Sandbox()
    let words = command.split(separator: " ").map(String.init) + ["--help"]
    let outcome = try Subprocess(words, in: sandbox).run()
    var heading = ""
    for line in String(decoding: outcome.standardOutput, as: UTF8.self).components(
      separatedBy: "\n")
    {
      if !line.hasPrefix(" ") { heading = line }
      guard line.hasPrefix("  "), !line.hasPrefix("   ") else { continue }
      if line.hasPrefix("  -") {
        // What stands apart from the names by two spaces explains them.
        let names = line.dropFirst(2).components(separatedBy: "  ")[0]
        options.append(Self.options(in: names))
      } else if heading.hasSuffix("SUBCOMMANDS:") {
        subcommands.append(String(line.dropFirst(2).prefix { $0 != " " }))
      }
    }
  }

  /// The words of `text` that begin with a hyphen.
  static func options(in text: String) -> Set<String> {
    let words = text.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-")) }
    return Set(words.filter { $0.hasPrefix("-") && $0.count > 1 }.map(String.init))
  }
}
