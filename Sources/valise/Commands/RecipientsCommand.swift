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
      let files = try sealed.files.map(ListedFile.init) + sealed.secrets.map(ListedFile.init)
      let owners = try book.owners(of: files.flatMap { $0.recipients.compactMap(\.keyID) })
      guard !json else {
        return try Console.print(JSONText.array(files.map { $0.json(owners) }))
      }
      for file in files {
        let readers = file.recipients.map { RecipientName($0, owners).description }
        try Console.print("\(Text.shown(file.path)): \(readers.joined(separator: ", "))")
        if file.envelope?.lacksSignature == true {
          Console.warning(
            "\(Text.shown(file.path)): says that it is signed, and its signature is missing")
        }
      }
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
      let owners = try Leavers.owners(
        names, in: book, orElse: "--key THUMBPRINT takes out a key whose owner is not known here")
      try options.run(
        .remove(LeavingKeys(owners: owners, named: keyIDs.map(LeavingKeys.Named.init))), in: book)
    }
  }
}
