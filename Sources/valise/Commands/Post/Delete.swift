internal import ArgumentParser
internal import JOSE
internal import Post

/// The command valise delete.
struct Delete: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete messages; they are not delivered again.",
    discussion: """
      One that you sent is taken back from those who have not collected it, with the next sync.
      """)

  @Argument(help: "The messages' ids, or as much of each as tells it from others.")
  var ids: [String]

  @OptionGroup var answer: AnswerOptions

  func run() throws {
    let access = try MailboxAccess(PassphraseOptions())
    // All are found before the first is gone.
    let entries = try ids.map { try access.entry($0) }
    for entry in entries {
      switch entry {
      case .received(let entry): try access.mailbox.delete(entry.id)
      case .sent(let entry): try access.mailbox.delete(entry)
      }
    }
    let names = entries.map(\.name.short).joined(separator: ", ")
    try answer.say(
      "deleted \(names)",
      [.init("deleted", .array(entries.map { .string($0.name.description) }))])
  }
}
