internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// The command valise reply.
struct Reply: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reply",
    abstract: "Answer a message, in its conversation.",
    discussion: """
      Without TEXT the answer is read from standard input, or written in your editor, where the \
      message is quoted.
      """)

  @Argument(help: "The message's id, or as much of it as tells it from others.")
  var id: String

  @Argument(help: ArgumentHelp("The answer; - for standard input.", valueName: "text"))
  var message: String?

  @Flag(help: "Answer all who can be seen to have got it.")
  var all = false

  @OptionGroup var letter: LetterOptions

  @OptionGroup(title: "Passphrase options")
  var passphrases: PassphraseOptions

  @OptionGroup var answer: AnswerOptions

  func run() throws {
    let access = try MailboxAccess(passphrases)
    let entry = try access.received(id)
    let original = try OpenedLetter(.received(entry), access)
    let people = People(access.book, isQuiet: answer.quiet)
    let visible = try LetterOptions.correspondents(
      try readers(original, access), people)
    let quotation = original.quotation.joined(separator: "\n")
    let body = try letter.text(message, draft: "\n\n\(quotation)")
    // Its subject is the other's.
    try letter.requireContent(body)
    var draft = try letter.draft(
      body, subject: Self.subject(original.message.subject), to: visible, access,
      quiet: answer.quiet)
    draft.thread = original.message.thread
    draft.inReplyTo = original.message.identifier
    let sent = try access.send([draft], in: access.post(of: .received(entry)))
    try answer.say(
      "queued as \(sent[0].short); valise sync sends it",
      [.init("id", .string(sent[0].description))])
  }

  private func readers(_ original: OpenedLetter, _ access: MailboxAccess) throws -> [String] {
    guard let sender = try access.names.signer(original.message.issuer) else {
      throw Failure(
        .unknownName, "whoever sent it is no contact any more",
        hint: "valise contact add NAME FILE makes them one again")
    }
    guard all else { return [sender.name] }
    let own = try access.owner().name
    let readers = try access.names.readers(original.message.audience)
    for stranger in readers.unknown {
      Console.warning(
        "\(stranger) got it too, is no contact, and does not get the answer")
    }
    return [sender.name] + readers.known.filter { $0 != own && $0 != sender.name }
  }

  private static func subject(_ subject: String) -> String {
    subject.isEmpty || subject.lowercased().hasPrefix("re:") ? subject : "Re: \(subject)"
  }
}
