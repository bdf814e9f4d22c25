internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// The command valise quarantine.
struct Quarantine: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Look through what strangers sent.",
    discussion: """
      What is signed by nobody whom you know is kept apart, a thousand envelopes at most, until you \
      take it in or throw it away.
      """,
    subcommands: [List.self, Accept.self, Drop.self])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise quarantine --help lists them")
  }
}

extension Quarantine {
  /// The command valise quarantine list.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List what strangers sent, with who they say they are.",
      discussion: """
        A message has its sender's card with it. What the card says nobody has vouched for: compare \
        its fingerprint with whom you think it is before you accept it.
        """)

    @OptionGroup(title: "Passphrase options")
    var passphrases: PassphraseOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let access = try MailboxAccess(passphrases)
      let strangers = try access.mailbox.quarantine().map { try Stranger($0, access) }
      if json { return try Console.print(.array(strangers.map { try $0.json() })) }
      guard !strangers.isEmpty else {
        return Console.note("nothing is in quarantine", quiet: false)
      }
      try Pager.show { write in for stranger in strangers { try write(stranger.words()) } }
    }
  }

  /// The command valise quarantine accept.
  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "accept",
      abstract: "Take in what somebody sent who is a contact by now.",
      discussion: """
        With --as their card becomes a contact of that name first, pinned as by valise contact add. \
        All that they sent goes to the inbox.
        """)

    @Argument(help: "The envelope's number; without one, all whose senders are known by now.")
    var number: Int64?

    @Option(
      name: .customLong("as"),
      help: ArgumentHelp("Make its sender a contact of this name.", valueName: "name"))
    var name: String?

    @OptionGroup(title: "Passphrase options")
    var passphrases: PassphraseOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let access = try MailboxAccess(passphrases)
      if let number {
        let entry = try Quarantine.entry(number, access)
        if let name {
          try introduce(Stranger(entry, access), as: name, access)
        } else if try access.names.signer(entry.claimedIssuer) == nil {
          throw Failure(
            .unknownName, "\(number): its sender is no contact",
            hint: "--as NAME makes them one, after you compared the fingerprint that valise "
              + "quarantine list shows")
        }
      } else if name != nil {
        throw Failure(.usage, "--as NAME goes with the number of one envelope")
      }
      let notifier = Notifier(access)
      var count = 0
      for post in try access.posts([]) {
        count += try access.mailbox.reconsiderQuarantine(
          of: post.descriptor, with: access.keys(), knowing: CorrespondentNames(access.book),
          now: Platform.now(), announcing: notifier.isNeeded)
      }
      try answer.say(
        count == 1 ? "one message is in the inbox" : "\(count) messages are in the inbox",
        [.init("accepted", .integer(count))])
      try notifier.run()
    }

    private func introduce(_ stranger: Stranger, as name: String, _ access: MailboxAccess) throws {
      guard let card = stranger.card else {
        throw Failure(
          .refused, "\(stranger.entry.id): \(stranger.reason ?? "has no card with it")",
          hint: "valise contact add NAME FILE takes a card that you got another way")
      }
      let contact = try Contact(
        name: name, published: .card(card), source: "a message in quarantine",
        addedOn: Platform.day(of: Platform.now()))
      _ = try access.book.keyring.contacts.add(contact)
      Console.note(
        "added \(name); valise contact verify \(name) compares the fingerprint",
        quiet: answer.quiet)
    }
  }

  /// The command valise quarantine drop.
  struct Drop: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "drop",
      abstract: "Throw away what strangers sent.")

    @Argument(help: "The envelopes' numbers.")
    var numbers: [Int64] = []

    @Flag(help: "Throw all of them away.")
    var all = false

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let access = try MailboxAccess(PassphraseOptions())
      guard all != !numbers.isEmpty else {
        throw Failure(.usage, "either numbers or --all says what to throw away")
      }
      let dropped =
        all
        ? try access.mailbox.quarantine().map(\.id)
        : try numbers.map { try Quarantine.entry($0, access).id }
      for number in dropped { try access.mailbox.drop(quarantined: number) }
      try answer.say(
        dropped.count == 1 ? "dropped one envelope" : "dropped \(dropped.count) envelopes",
        [.init("dropped", .array(dropped.map { .integer(Int($0)) }))])
    }
  }

  fileprivate static func entry(_ number: Int64, _ access: MailboxAccess) throws -> QuarantineEntry
  {
    guard let entry = try access.mailbox.quarantine().first(where: { $0.id == number }) else {
      throw Failure(
        .noInput, "there is no envelope \(number) in quarantine",
        hint: "valise quarantine list shows them")
    }
    return entry
  }
}
