internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// The command valise forward.
struct Forward: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forward",
    abstract: "Send a message on to others, with what was attached to it.",
    discussion: """
      It goes out under your own signature, with the text quoted: that it was written so is your \
      word. Attachments are not encrypted again; their parts are posted once more.
      """)

  @Argument(help: "The message's id, or as much of it as tells it from others.")
  var id: String

  @Argument(
    help: ArgumentHelp("What to write above it; - for standard input.", valueName: "text"))
  var message: String = ""

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("A contact, @group, or me. May be repeated.", valueName: "name"))
  var to: [String]

  @OptionGroup var letter: LetterOptions

  @OptionGroup(title: "Passphrase options")
  var passphrases: PassphraseOptions

  @OptionGroup var answer: AnswerOptions

  func run() throws {
    let access = try MailboxAccess(passphrases)
    let entry = try access.entry(id)
    let original = try OpenedLetter(entry, access)
    let people = People(access.book, isQuiet: answer.quiet)
    let visible = try LetterOptions.correspondents(to, people)
    var draft = try letter.draft(
      body(original, access), subject: Self.subject(original.message.subject), to: visible, access,
      quiet: answer.quiet)
    draft.attachments = original.message.attachments + draft.attachments
    do {
      let sent = try access.send([draft], in: access.post(of: entry))
      try answer.say(
        "queued as \(sent[0].short); valise sync sends it",
        [.init("id", .string(sent[0].description))])
    } catch let error as PostError where error.code == .notFound {
      throw Failure(
        .tryAgain, "not all that was attached to it is here",
        hint:
          "valise sync looks for what is pending; what you sent yourself is kept until all have "
          + "it")
    }
  }

  private func body(_ original: OpenedLetter, _ access: MailboxAccess) throws -> String {
    let message = try message == "-" ? letter.text("-") : message
    let sender = try access.names.signer(original.message.issuer)?.name ?? "somebody unknown"
    let head = "\(sender) wrote on \(Platform.localTime(of: original.message.issuedAt)):"
    var lines: [String] = message.isEmpty ? [] : [message, ""]
    lines.append(head)
    lines += original.quotation
    return lines.joined(separator: "\n")
  }

  private static func subject(_ subject: String) -> String {
    subject.lowercased().hasPrefix("fwd:") ? subject : "Fwd: \(subject)"
  }
}
