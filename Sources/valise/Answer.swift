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

extension JSONText {
  /// The name of a case, in the form that all names of the program's JSON have: `not_a_file`.
  static func word(_ name: String) -> JSONText {
    .string(snake(name))
  }

  /// Likewise, as a member's name.
  static func snake(_ name: String) -> String {
    name.reduce(into: "") { result, character in
      result += character.isUppercase ? "_\(character.lowercased())" : String(character)
    }
  }
}
