internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Post

/// The command valise send.
struct Send: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send",
    abstract: "Write a message to people, to go out with the next sync.",
    discussion: """
      Without MESSAGE the text is read from standard input, or written in your editor where that is \
      a terminal. Nothing needs to be at hand but your own keyring: the message waits in the mailbox.
      """)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("A contact, @group, or me. May be repeated.", valueName: "name"))
  var to: [String] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("What it is about.", valueName: "text"))
  var subject = ""

  @OptionGroup var letter: LetterOptions

  @Option(
    help: ArgumentHelp(
      "Send many messages: a line of JSON each, with to, subject and body; all or none of them.",
      valueName: "file"))
  var batch: String?

  @Option(
    // Its id may begin with a hyphen.
    parsing: .unconditional,
    help: ArgumentHelp("The post, if you take part in several.", valueName: "name"))
  var post: String?

  @OptionGroup(title: "Passphrase options")
  var passphrases: PassphraseOptions

  @OptionGroup var answer: AnswerOptions

  @Argument(help: "What it says; - for standard input.")
  var message: String?

  func run() throws {
    let access = try MailboxAccess(passphrases)
    let post = try access.post(post)
    let drafts = try batch.map { try self.drafts(of: $0, access) } ?? [try draft(access)]
    if let doubt = SyncSummary.doubt(try access.mailbox.clock(Platform.now())) {
      Console.warning("\(doubt), and those who read the message go by its time")
    }
    let sent = try access.send(drafts, in: post.descriptor)
    let note =
      sent.count == 1
      ? "queued as \(sent[0].short); valise sync sends it" : "\(sent.count) messages are queued"
    guard answer.json, batch != nil else {
      return try answer.say(note, sent.first.map { [.init("id", .string($0.description))] } ?? [])
    }
    try Console.print(.array(sent.map { .string($0.description) }))
  }

  private func draft(_ access: MailboxAccess) throws -> Draft {
    guard !to.isEmpty || !letter.bcc.isEmpty else {
      throw Failure(.usage, "nobody is named to write to", hint: "-t NAME names somebody")
    }
    let people = People(access.book, isQuiet: answer.quiet)
    let visible = try LetterOptions.correspondents(to, people)
    return try letter.draft(
      letter.text(message), subject: subject, to: visible, access, quiet: answer.quiet)
  }

  private func drafts(of path: String, _ access: MailboxAccess) throws -> [Draft] {
    guard to.isEmpty, subject.isEmpty, message == nil, letter.attachments.isEmpty else {
      throw Failure(.usage, "--batch has all of each message in the file")
    }
    var batch = MessageBatch(access, quiet: answer.quiet)
    return try batch.drafts(of: path, letter)
  }
}
