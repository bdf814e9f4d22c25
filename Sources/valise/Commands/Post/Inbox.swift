internal import ArgumentParser
internal import JOSE
internal import Post

/// The command valise inbox.
struct Inbox: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inbox",
    abstract: "List the messages that came, the newest first.",
    discussion: """
      The first column is what a message is called: read, reply, forward, save and delete take as \
      much of it as is needed to tell it from the others. A star marks what you have not read.
      """)

  @Flag(help: "List all of them, not only the newest 50.")
  var all = false

  @Flag(help: "List only those that you have not read.")
  var unread = false

  @Option(help: ArgumentHelp("List only those of a contact.", valueName: "name"))
  var from: String?

  @Option(
    help: ArgumentHelp("List only the conversation that a message belongs to.", valueName: "id"))
  var thread: String?

  @OptionGroup(title: "Passphrase options")
  var passphrases: PassphraseOptions

  @Flag(help: "Print JSON.")
  var json = false

  private static let pageCount = 50

  func run() throws {
    let access = try MailboxAccess(passphrases)
    let filter = try filter(access)
    var entries = try access.mailbox.inbox(filter, limit: Self.pageCount)
    while all, let last = entries.last, entries.count % Self.pageCount == 0 {
      let page = try access.mailbox.inbox(filter, limit: Self.pageCount, after: last)
      guard !page.isEmpty else { break }
      entries += page
    }
    let list = LetterList(access)
    if json {
      return try Console.print(.array(entries.map { try list.json(.received($0)) }))
    }
    guard !entries.isEmpty else {
      return Console.note(
        "there are no such messages; valise sync looks for new ones", quiet: false)
    }
    try Pager.show([Text.table(entries.map { try list.row(.received($0)) })])
    if !all, entries.count == Self.pageCount {
      Console.note(
        "these are the newest \(Self.pageCount); --all lists the others too", quiet: false)
    }
  }

  private func filter(_ access: MailboxAccess) throws -> InboxFilter {
    var filter = InboxFilter()
    filter.isUnreadOnly = unread
    filter.issuers = try from.map { try access.names.issuers(of: $0) }
    filter.thread = try thread.map { try access.entry($0).thread }
    return filter
  }
}

extension MailboxEntry {
  /// The conversation that it belongs to.
  var thread: String {
    switch self {
    case .received(let entry): entry.thread
    case .sent(let entry): entry.thread
    }
  }
}
