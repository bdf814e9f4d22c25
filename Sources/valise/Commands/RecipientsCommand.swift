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

  /// The sealed files that `paths` mean: files that are named, and all below directories.
  static func files(_ paths: [String]) throws -> [String] {
    var files: [String] = []
    for path in paths {
      if Directory(path: path).exists {
        // Files of secrets have rules of their own, and `secrets rekey`.
        files += SealedTree(path: path).files().filter { !$0.holdsSecrets }.map(\.path)
      } else {
        files.append(path)
      }
    }
    var seen: Set<String> = []
    return files.filter { seen.insert($0).inserted }
  }

  static func envelope(_ path: String) throws -> JWE.Envelope {
    guard let access = FileAccess(try SealedTree.open(path)) else {
      throw Failure(.badData, "\(Text.shown(path)): is not a regular file")
    }
    do { return try JWE.Envelope(access) } catch { throw Failure(error, naming: path) }
  }

  /// The command valise recipients list.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Show who can open files.", discussion: "Needs no key.")

    @Flag(help: "Print JSON.")
    var json = false

    @Argument(help: "Sealed files, or directories of them.")
    var paths: [String]

    func run() throws {
      let book = try Environment.addressBook()
      let files = try RecipientsCommand.files(paths).map { path in
        (path: path, envelope: try RecipientsCommand.envelope(path))
      }
      let owners = try book.owners(
        of: files.flatMap { $0.envelope.recipients.compactMap(\.keyID) })
      guard !json else {
        let list = files.map { file in
          JSONText.object([
            .init("file", .string(file.path)), .init("signed", .bool(file.envelope.isSigned)),
            .init(
              "recipients",
              .array(file.envelope.recipients.map { Inspect.recipient($0, owners) })),
          ])
        }
        return try Console.print(JSONText.array(list))
      }
      for file in files {
        let readers = file.envelope.recipients.map { RecipientName($0, owners).description }
        try Console.print("\(Text.shown(file.path)): \(readers.joined(separator: ", "))")
      }
    }
  }
}

/// What both ways of changing readers have in common.
struct RecipientChangeOptions: ParsableArguments {
  @Option(
    name: [.customShort("i"), .customLong("identity")],
    help: ArgumentHelp(
      "A file with a private key that opens them. May be repeated.", valueName: "file"))
  var identities: [String] = []

  @OptionGroup(title: "Passphrase options") var passphrases: PassphraseOptions

  @OptionGroup(title: "Signing") var signing: SigningOptions

  @Flag(help: "Leave files that are signed for others without a signature.")
  var unsigned = false

  @Flag(name: .customLong("dry-run"), help: "Say what would be done, and do nothing.")
  var isDryRun = false

  @OptionGroup var answer: AnswerOptions

  @Argument(help: "Sealed files, or directories of them.")
  var paths: [String]

  mutating func validate() throws {
    guard !unsigned || !signing.areGiven else {
      throw ValidationError("--unsigned and --sign exclude each other")
    }
  }

  /// Plans for all files, and carries them out unless it is only to be said.
  func run(_ change: RecipientPlanner.Change, in book: AddressBook) throws {
    let planner = RecipientPlanner(
      change: change, book: book, signs: signing.areGiven, allowsUnsigned: unsigned,
      isQuiet: answer.quiet || answer.json)
    let plans = try RecipientsCommand.files(paths).map { path in
      try planner.plan(path, RecipientsCommand.envelope(path))
    }
    if !isDryRun {
      let own = OwnKeys(book, keyFiles: identities, passphrases: passphrases)
      try RecipientChange(
        plans: plans, own: own, signer: signing.signer(own), quiet: answer.quiet || answer.json
      ).run()
    }
    try report(plans)
  }

  private func report(_ plans: [RecipientPlan]) throws {
    guard !answer.json else {
      return try Console.print(
        JSONText.array(
          plans.map { plan in
            .object([
              .init("file", .string(plan.path)), .init("action", .string(plan.action.rawValue)),
              .init("done", .bool(!isDryRun && plan.action != .unchanged)),
              .init("knew", .array(plan.leaving.map { .string($0) })),
            ])
          }))
    }
    for plan in plans where !answer.quiet || isDryRun {
      try Console.print("\(Text.shown(plan.path)): \(words(plan.action))")
    }
    guard !isDryRun else { return }
    let names = Set(plans.flatMap(\.leaving)).sorted()
    for name in names {
      let known = plans.filter { $0.leaving.contains(name) }.map { Text.shown($0.path) }
      Console.note(
        "\(name) could read until now, and may have kept: \(known.joined(separator: ", "))",
        quiet: answer.quiet)
    }
  }

  private func words(_ action: RecipientPlan.Action) -> String {
    switch (action, isDryRun) {
    case (.unchanged, _): "stays as it is"
    case (.extend, true): "would get readers, its content as it stands"
    case (.extend, false): "has got readers, its content as it stands"
    case (.reencrypt, true): "would be encrypted anew"
    case (.reencrypt, false): "was encrypted anew"
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

    @OptionGroup var options: RecipientChangeOptions

    func run() throws {
      guard !recipients.isEmpty || !recipientFiles.isEmpty else {
        throw Failure(.usage, "nobody is named", hint: "-r NAME names a reader")
      }
      let book = try Environment.addressBook()
      let new = try RecipientResolver.resolve(
        recipients, files: recipientFiles, in: book, quiet: options.answer.quiet)
      try options.run(.add(new), in: book)
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
      name: .customLong("key"),
      help: ArgumentHelp(
        "The thumbprint of a key, whoever has it. May be repeated.", valueName: "thumbprint"))
    var keyIDs: [String] = []

    @OptionGroup var options: RecipientChangeOptions

    func run() throws {
      guard !names.isEmpty || !keyIDs.isEmpty else {
        throw Failure(.usage, "nobody is named", hint: "-r NAME names a reader")
      }
      let book = try Environment.addressBook()
      var owners = Dictionary(keyIDs.map { ($0, Text.short($0)) }) { one, _ in one }
      for person in try names.flatMap({ try people($0, in: book) }) {
        let keyIDs = try book.keyIDs(of: person)
        guard !keyIDs.isEmpty else {
          throw Failure(
            .unknownName, "there is no contact called \(Text.shown(person))",
            hint: "--key THUMBPRINT takes out a key whose owner is not known here")
        }
        for keyID in keyIDs { owners[keyID] = person }
      }
      try options.run(.remove(owners), in: book)
    }

    private func people(_ name: String, in book: AddressBook) throws -> [String] {
      if name == "me" { return [try Environment.identity(nil, in: book.keyring).name] }
      guard name.hasPrefix("@") else { return [name] }
      return try book.names(inGroup: String(name.dropFirst()))
    }
  }
}
