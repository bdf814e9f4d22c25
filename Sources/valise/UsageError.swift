internal import ArgumentParser

/// A command line that argument-parser does not take, in words.
struct UsageError {
  private let text: String
  /// The command that it is about, as it is typed.
  private let command: String

  init(_ error: any Error) {
    text = Valise.message(for: error)
    let usage = Valise.fullMessage(for: error)
    command = (usage.firstMatch(of: /See '(valise[a-z ]*) -/)?.1).map(String.init) ?? "valise"
  }

  var failure: Failure {
    guard let line = text.split(separator: "\n").first else {
      return Failure(.bug, "an error without words")
    }
    // argument-parser writes sentences; messages here begin small and end without a stop.
    var message = String(line.hasPrefix("Error: ") ? line.dropFirst(7) : line)
    message = message.prefix(1).lowercased() + message.dropFirst()
    if message.hasSuffix(".") { message.removeLast() }
    if let match = message.wholeMatch(of: /(unknown option '--(.*)')\. Did you mean '--(.*)'\?/),
      !NamedCommand.isNear(String(match.2), String(match.3))
    {
      message = String(match.1)
    }
    // It quotes the arguments, and a name that the shell put there may be anybody's.
    return Failure(.usage, Text.shown(message), hint: hint(message))
  }

  private func hint(_ message: String) -> String {
    let isOneTooMany = message.contains(/^(\d+ )?unexpected argument/)
    // A number below zero, most likely.
    if message.contains(/^unknown option '-[0-9]/) {
      return "-- stands before what begins with a hyphen and is no option"
    }
    return switch command {
    case "valise encrypt" where isOneTooMany: "one file at a time; tar makes one of several"
    case "valise decrypt" where isOneTooMany, "valise inspect" where isOneTooMany:
      "one file at a time"
    default: NamedCommand.hint(for: command)
    }
  }
}
