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
    guard !json else {
      var found: [JSONText] = []
      try look(access, filter) { found += try $0.map(list.json) }
      return try Console.print(.array(found))
    }
    // As they are found: a long inbox takes its time.
    try Pager.show { write in
      try look(access, filter) { found in
        if !found.isEmpty { try write(Text.table(found.map(list.row))) }
      }
    }
  }

  /// Hands over what is found, page by page.
  private func look(
    _ access: MailboxAccess, _ filter: InboxFilter, _ show: ([MailboxEntry]) throws -> Void
  ) throws {
    var last: InboxEntry?
    repeat {
      let page = try access.mailbox.inbox(filter, limit: Self.pageCount, after: last)
      try show(page.map { .received($0) }.filter { try matches($0, access) })
      last = page.last
    } while last != nil
    guard sent else { return }
    var lastSent: SentEntry?
    repeat {
      let page = try access.mailbox.sent(limit: Self.pageCount, after: lastSent)
      try show(page.map { .sent($0) }.filter { try matches($0, access) })
      lastSent = page.last
    } while lastSent != nil
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
