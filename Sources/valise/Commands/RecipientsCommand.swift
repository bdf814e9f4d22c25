internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

/// The command valise recipients.
struct RecipientsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipients", abstract: "Show and change who can open sealed files.",
    subcommands: [List.self, Add.self, Remove.self])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise recipients --help lists them")
  }

  /// The command valise recipients list.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Show who can open files.", discussion: "Needs no key.")

    @Flag(help: "Print JSON.")
    var json = false

    @Argument(help: "Sealed files, or directories of them; - for standard input.")
    var paths: [String]

    func run() throws {
      let book = try Environment.addressBook()
      let sealed = SealedPaths(paths)
      sealed.warn()
      let files = try sealed.files.map { path in (path: path, envelope: try Self.envelope(path)) }
      let owners = try book.owners(
        of: files.flatMap { $0.envelope.recipients.compactMap(\.keyID) })
      guard !json else {
        let list = files.map { file in
          JSONText.object(
            [.init("file", .string(file.path))] + Inspect.signatureMembers(file.envelope) + [
              .init(
                "recipients",
                .array(file.envelope.recipients.map { Inspect.recipient($0, owners) }))
            ])
        }
        return try Console.print(JSONText.array(list))
      }
      for file in files {
        let readers = file.envelope.recipients.map { RecipientName($0, owners).description }
        try Console.print("\(Text.shown(file.path)): \(readers.joined(separator: ", "))")
        if file.envelope.lacksSignature {
          Console.warning(
            "\(Text.shown(file.path)): says that it is signed, and its signature is missing")
        }
      }
    }

    private static func envelope(_ path: String) throws -> JWE.Envelope {
      guard path == "-" else { return try SealedFile(path: path).envelope }
      return try Decrypt.envelope(
        Input.open(path), policy: JWE.DecryptionPolicy(), for: .description, quiet: true)
    }
  }
}

extension RecipientsCommand {
  /// The command valise recipients add.
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add",
      abstract: "Let others open files as well.",
      discussion: """
        The head is written anew and the content copied as it stands. All files change, or none. \
        What is signed for its readers is encrypted anew, with --sign or --unsigned.
        """)

    @Option(
      name: [.customShort("r"), .customLong("recipient")],
      help: ArgumentHelp(
        "A contact, @group, me, or a file with keys. May be repeated.", valueName: "recipient"))
    var recipients: [String] = []

    @Option(
      name: [.customShort("R"), .customLong("recipients-file")],
      help: ArgumentHelp(
        "A file with a recipient on each line. May be repeated.", valueName: "file"))
    var recipientFiles: [String] = []

    @Flag(
      name: .customLong("hidden-recipients"),
      help: "Do not write who joins; somebody who is there already is not noticed then.")
    var hidesRecipients = false

    @OptionGroup var options: RecipientChangeOptions

    func run() throws {
      guard !recipients.isEmpty || !recipientFiles.isEmpty else {
        throw Failure(.usage, "nobody is named", hint: "-r NAME names a reader")
      }
      let book = try options.book()
      let new = try RecipientResolver.resolve(
        recipients, files: recipientFiles, in: book, quiet: options.answer.quiet)
      try options.run(.add(new, hidden: hidesRecipients), in: book)
    }
  }

  /// The command valise recipients remove.
  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove",
      abstract: "Encrypt files anew for all of their readers but some.",
      discussion: """
        Whoever is taken out may have kept what they could read; the files are listed. All files \
        change, or none.
        """)

    @Option(
      name: [.customShort("r"), .customLong("recipient")],
      help: ArgumentHelp("A contact, @group or me. May be repeated.", valueName: "name"))
    var names: [String] = []

    @Option(
      // Base64url may begin with a hyphen.
      name: .customLong("key"), parsing: .unconditionalSingleValue,
      help: ArgumentHelp(
        "The thumbprint of a key, or how it begins, whoever has it. May be repeated.",
        valueName: "thumbprint"))
    var keyIDs: [String] = []

    @OptionGroup var options: RecipientChangeOptions

    func run() throws {
      guard !names.isEmpty || !keyIDs.isEmpty else {
        throw Failure(.usage, "nobody is named", hint: "-r NAME names a reader")
      }
      let book = try options.book()
      var owners: [String: String] = [:]
      for person in try names.flatMap({ try people($0, in: book) }) {
        let keyIDs = try book.keyIDs(of: person)
        guard !keyIDs.isEmpty else {
          throw Failure(
            .unknownName, "there is no contact called \(Text.shown(person))",
            hint: "--key THUMBPRINT takes out a key whose owner is not known here")
        }
        for keyID in keyIDs { owners[keyID] = person }
      }
      try options.run(
        .remove(LeavingKeys(owners: owners, named: keyIDs.map(LeavingKeys.Named.init))), in: book)
    }

    private func people(_ name: String, in book: AddressBook) throws -> [String] {
      if name == "me" { return [try Environment.identity(nil, in: book.keyring).name] }
      guard name.hasPrefix("@") else { return [name] }
      return try book.names(inGroup: String(name.dropFirst()))
    }
  }
}
