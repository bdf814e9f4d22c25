internal import ArgumentParser
internal import JOSE
internal import Post

/// The command valise read.
struct Read: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: "Show a message, and mark it as read.")

  @Argument(help: "The message's id, or as much of it as tells it from others.")
  var id: String

  @Flag(help: "Leave it marked as it is.")
  var peek = false

  @OptionGroup(title: "Passphrase options")
  var passphrases: PassphraseOptions

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let access = try MailboxAccess(passphrases)
    let entry = try access.entry(id)
    let letter = try OpenedLetter(entry, access)
    if json {
      try Console.print(letter.json())
    } else {
      try Pager.show(letter.lines())
    }
    // Only what was shown counts as read.
    if !peek, case .received(let received) = entry, !received.isRead {
      try access.mailbox.mark(received.id, isRead: true)
    }
  }
}
