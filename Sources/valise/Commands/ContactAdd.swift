internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

extension ContactCommand {
  /// The command valise contact add.
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add",
      abstract: "Add a contact, or take their new card.",
      discussion: """
        From a card (valise key export), a public JWK, a JWK Set, PEM, a certificate or a public key \
        of OpenSSH. The first keys under a name are pinned: others are taken only when they come on \
        a newer card that the pinned key signed.
        """)

    @Argument(help: "What to call them.")
    var name: String

    @Argument(
      help: ArgumentHelp(
        "The file with their public keys; - for standard input. With --project, nothing takes "
          + "your own contact of that name, or the card of your identity."))
    var file: String?

    @OptionGroup var place: BookOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let book = try place.book()
      let contact = try contact()
      if place.isShared { try Environment.addressBook().check(contact) }
      let outcome = try book.add(contact)
      let added = try book.requiredContact(contact.name)
      try answer.say(
        note(outcome, added),
        [.init("outcome", .string(Self.word(outcome)))]
          + ContactCommand.members(added, isShared: place.isShared))
    }

    private func contact() throws -> Contact {
      // In a project, where the keys came from is a path on somebody's machine.
      guard place.isShared else {
        guard let file else {
          throw Failure(.usage, "the file with the keys of \(Text.shown(name)) is missing")
        }
        return try Contact(
          name: name, published: KeyFile(file).published(), source: file == "-" ? nil : file,
          addedOn: Platform.day(of: Platform.now()))
      }
      let published: PublishedKeys
      if let file {
        published = try KeyFile(file).published()
      } else {
        let keyring = try Environment.keyring()
        let identity = try keyring.identity(name).map { PublishedKeys.card($0.card) }
        published = try identity ?? keyring.contacts.requiredContact(name).published
      }
      return try Contact(name: name, published: published)
    }

    private func note(_ outcome: ContactBook.Outcome, _ contact: Contact) throws -> String {
      let kinds = contact.keys.map(\.kind).joined(separator: ", ")
      switch outcome {
      case .unchanged: return "\(name) is known by these keys already"
      case .updated where contact.isRevoked: return "\(name) took all keys back"
      case .updated: return "\(name) has new keys (\(kinds)), signed by the pinned one"
      case .renewed:
        return
          "\(name) has the keys that are known, with another end: \(ContactCommand.ends(contact))"
      case .added:
        let added = "added \(name) (\(kinds))\(Self.remark(contact))"
        guard try Environment.keyring().identity(name) == nil else { return added }
        return "\(added); valise contact verify \(name) compares the fingerprint"
      }
    }

    private static func word(_ outcome: ContactBook.Outcome) -> String {
      switch outcome {
      case .added: "added"
      case .unchanged: "unchanged"
      case .updated: "updated"
      case .renewed: "renewed"
      }
    }

    /// What whoever adds somebody would not expect of their keys.
    private static func remark(_ contact: Contact) -> String {
      var remarks: [String] = []
      if let own = contact.otherCardName { remarks.append("their card calls them \(own)") }
      if contact.keys.filter(\.canEncrypt).allSatisfy({ $0.state(at: Platform.now()) != "valid" }) {
        remarks.append("the key \(ContactCommand.ends(contact))")
      }
      return remarks.isEmpty ? "" : ", " + remarks.joined(separator: ", ")
    }
  }

  /// The command valise contact verify.
  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify",
      abstract: "Compare a contact's fingerprint with them, and remember that you did.",
      discussion: """
        They see the same words and digits with valise key fingerprint. Let them read theirs to \
        you, by a way on which you know their voice or face.
        """)

    @Argument(help: "Their name.")
    var name: String

    @Option(
      help: ArgumentHelp(
        "What they gave you, words or digits: compared without a question.", valueName: "text"))
    var fingerprint: String?

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let book = try Environment.addressBook()
      // Somebody from the project gets pinned first: that is whom this is about.
      if try book.keyring.contacts.contact(name) == nil {
        _ = try book.person(name, at: Platform.now())
      }
      let contacts = book.keyring.contacts
      guard let contact = try contacts.contact(name) else {
        throw Failure(
          .unknownName, "there is no contact called \(Text.shown(name))",
          hint: "valise contact list shows all")
      }
      let shown = try contact.published.fingerprint()
      guard try isConfirmed(shown) else {
        throw Failure(
          .refused, "the fingerprint of \(name) was not confirmed", details: [],
          hint: "valise contact remove \(name) forgets keys that are not theirs")
      }
      let verification = Contact.Verification(
        fingerprint: shown.digits, day: Platform.day(of: Platform.now()), by: try verifier(book))
      try contacts.verify(name, verification)
      let verified = try contacts.requiredContact(name)
      try answer.say(
        "\(name) is verified", ContactCommand.members(verified, isShared: false))
    }

    private func isConfirmed(_ shown: Contacts.Fingerprint) throws -> Bool {
      if let fingerprint {
        let given = Self.letters(fingerprint)
        return given == Self.letters(shown.words) || given == Self.letters(shown.digits)
      }
      for line in Text.fingerprint(name, shown) { Console.detail(line) }
      return try Question.confirm(
        "does \(name) have the same?", flag: "--fingerprint TEXT takes what they gave you")
    }

    /// However it was written down: spaces, hyphens and capitals say nothing.
    private static func letters(_ text: String) -> String {
      String(text.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }

    private func verifier(_ book: AddressBook) throws -> String {
      try book.keyring.defaultIdentity()?.name ?? Platform.environment("USER") ?? "nobody"
    }
  }
}
