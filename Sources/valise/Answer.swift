internal import ArgumentParser
internal import JOSE

/// How a command tells what it did.
struct AnswerOptions: ParsableArguments {
  @Flag(help: "Print what was done as JSON.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors and warnings.")
  var quiet = false

  /// Says `note` to a person, or `members` to a program.
  func say(_ note: String, _ members: [JSONText.Member]) throws {
    if json { try Console.print(.object(members)) } else { Console.note(note, quiet: quiet) }
  }
}

extension Console {
  /// Prints JSON to standard output.
  static func print(_ json: JSONText) throws { try print(json.shownText) }
}
