internal import ArgumentParser

/// The command that a command line names.
///
/// argument-parser takes a name that it does not know for an argument of what stands before it, and
/// shows help of that, as if all were well.
enum NamedCommand {
  /// Sees to it that the words before the first option are commands, as far as commands are to come.
  ///
  /// - Throws: ``Failure`` `usage`.
  static func check(_ arguments: some Sequence<String>) throws {
    let words = arguments.prefix { !$0.hasPrefix("-") }
    let isHelp = words.first == "help"
    var commands = Valise.configuration.subcommands
    var path = "valise"
    for word in words.dropFirst(isHelp ? 1 : 0) where !commands.isEmpty || isHelp {
      guard let next = subcommands(of: word, among: commands) else {
        throw unknown(word, after: path, commands.compactMap { $0.configuration.commandName })
      }
      commands = next
      path += " \(word)"
    }
  }

  private static func unknown(_ word: String, after path: String, _ names: [String]) -> Failure {
    let near = names.filter { isNear(word, $0) }.map { "\(path) \($0)" }
    return Failure(
      .usage, "there is no command \(path) \(Text.shown(word))",
      hint: (near.isEmpty ? "" : "there is \(near.joined(separator: " and ")); ") + hint(for: path))
  }

  /// Where to look for how to use the command at `path`.
  static func hint(for path: String) -> String {
    var commands = Valise.configuration.subcommands
    for word in path.split(separator: " ").dropFirst() {
      commands = subcommands(of: String(word), among: commands) ?? []
    }
    return commands.isEmpty
      ? "\(path) --help shows how it is used" : "\(path) --help lists the commands"
  }

  private static func subcommands(
    of name: String, among commands: [any ParsableCommand.Type]
  ) -> [any ParsableCommand.Type]? {
    for command in commands where command.configuration.commandName == name {
      return command.configuration.subcommands
    }
    return nil
  }

  /// Whether one is the other but for a slip or two: a letter too many, too few, another one, or two
  /// in the other's place.
  static func isNear(_ one: String, _ other: String) -> Bool {
    let (one, other) = (Array(one.utf8.prefix(64)), Array(other.utf8.prefix(64)))
    var rows = [Array(0...other.count)]
    for i in one.indices {
      var row = [i + 1]
      for j in other.indices {
        let isSame = one[i] == other[j]
        var cost = min(rows[i][j] + (isSame ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
          cost = min(cost, rows[i - 1][j - 1] + 1)
        }
        row.append(cost)
      }
      rows.append(row)
    }
    // Short words are near to all others.
    let slips = min(one.count, other.count) < 5 ? 1 : 2
    return rows[one.count][other.count] <= slips
  }
}
