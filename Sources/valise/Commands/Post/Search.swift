internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// The command valise search.
struct Search: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Find messages by what they say, the newest first.",
    discussion: """
      Every message is decrypted as it is looked at; no index of what they say is kept. A message \
      is found when all words stand in its subject, its text, the names of its sender and of what \
      is attached, in upper or lower case.
      """)

  @Argument(help: "What to look for.")
  var words: [String]

  @Flag(help: "Look among the messages that you sent, too.")
  var sent = false

  @Option(help: ArgumentHelp("Look only among those of a contact.", valueName: "name"))
  var from: String?

  @OptionGroup(title: "Passphrase options")
  var passphrases: PassphraseOptions

  @Flag(help: "Print JSON.")
  var json = false

  private static let pageCount = 200

  func run() throws {
    let access = try MailboxAccess(passphrases)
    var filter = InboxFilter()
    filter.issuers = try from.map { try access.names.issuers(of: $0) }
    let list = LetterList(access)
    var found: [JSONText] = []
    let show = { (entry: MailboxEntry) in
      guard try matches(entry, access) else { return }
      // As they are found: a long inbox takes its time.
      if json {
        found.append(try list.json(entry))
      } else {
        try Console.print(Text.table([try list.row(entry)]))
      }
    }
    var last: InboxEntry?
    repeat {
      let page = try access.mailbox.inbox(filter, limit: Self.pageCount, after: last)
      for entry in page { try show(.received(entry)) }
      last = page.last
    } while last != nil
    if sent {
      var last: SentEntry?
      repeat {
        let page = try access.mailbox.sent(limit: Self.pageCount, after: last)
        for entry in page { try show(.sent(entry)) }
        last = page.last
      } while last != nil
    }
    if json { try Console.print(.array(found)) }
  }

  private func matches(_ entry: MailboxEntry, _ access: MailboxAccess) throws -> Bool {
    let message: Message
    do { message = try OpenedLetter(entry, access).message } catch let error as PostError
      where [.unusableKey, .damaged].contains(error.code)
    { return false }
    let sender = try access.names.signer(message.issuer)?.name ?? ""
    var texts = [message.subject, message.body, sender]
    texts += message.attachments.map(\.name)
    let folded = texts.joined(separator: "\n").lowercased()
    return words.allSatisfy { folded.contains($0.lowercased()) }
  }
}
