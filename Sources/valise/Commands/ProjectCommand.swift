internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

/// The command valise project.
struct ProjectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "project", abstract: "Share contacts and groups with a team, in git.",
    subcommands: [Init.self])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise project --help lists them")
  }

  /// The command valise project init.
  struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "init",
      abstract: "Make .valise in a directory, to be committed.",
      discussion: """
        Contacts and groups that are added with --project go there. What is in it counts for \
        everybody below that directory; the keys that you have pinned yourself decide whether it is \
        to be trusted.
        """)

    @Argument(help: "The directory; the working directory if there is none named.")
    var directory: String?

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let book = try ContactBook.makeProject(
        in: directory ?? ".", for: Environment.keyring())
      try answer.say(
        "made \(Text.shown(book.path)); valise contact add --project NAME FILE puts people in",
        [.init("path", .string(book.path))])
      guard !answer.json else { return }
      Console.note(
        "valise secrets rules shows how to say in \(Text.shown(book.path))/\(ProjectRules.fileName) "
          + "who reads which secrets", quiet: answer.quiet)
    }
  }
}
