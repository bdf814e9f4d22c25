internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

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

  @Option(
    help: ArgumentHelp("Change files only if this contact sealed them, or me.", valueName: "name"))
  var from: String?

  @Flag(
    name: .customLong("dry-run"),
    help: "Say what would be done, and do nothing. What is under a passphrase is not tried.")
  var isDryRun = false

  @OptionGroup var answer: AnswerOptions

  @Argument(help: "Sealed files, or directories of them.")
  var paths: [String]

  mutating func validate() throws {
    guard !unsigned || !signing.areGiven else {
      throw ValidationError("--unsigned and --sign exclude each other")
    }
  }

  /// Everybody whom a name may mean; a dry run pins nobody.
  func book() throws -> AddressBook {
    var book = try Environment.addressBook()
    book.isReadOnly = isDryRun
    return book
  }

  /// Plans for all files, and carries them out unless it is only to be said.
  func run(_ change: RecipientPlanner.Change, in book: AddressBook) throws {
    let plans = try plans(change, book)
    let own = OwnKeys(
      book, keyFiles: identities, passphrases: passphrases, mayAsk: !isDryRun)
    _ = try signing.signingIdentity(book)
    let job = RecipientChange(
      plans: plans, own: own, from: from, signer: isDryRun ? nil : try signing.signer(own),
      quiet: answer.quiet || answer.json)
    guard !isDryRun else {
      try job.rehearse()
      return try report(plans, book, nil)
    }
    // Said before the first file is replaced, so that no failure and no kill swallows it.
    let outcome = try job.run {
      for line in RecipientReport.known(plans) { Console.note(line, quiet: answer.quiet) }
    }
    try report(plans, book, outcome)
    if let failure = outcome.failure { throw failure }
  }

  private func plans(
    _ change: RecipientPlanner.Change, _ book: AddressBook
  ) throws -> [RecipientPlan] {
    guard !paths.contains("-") else {
      throw Failure(
        .usage, "standard input has no place in which it could be changed",
        hint: "name the files; or decrypt it, and encrypt it again")
    }
    let sealed = SealedPaths(paths)
    try sealed.requireReadable()
    sealed.warn()
    if case .remove(let keys) = change { try warn(of: sealed.secrets, keys) }
    let planner = RecipientPlanner(
      change: change, book: book, signing: signing, allowsUnsigned: unsigned,
      isQuiet: answer.quiet || answer.json)
    // Those who are taken out have all of the file decrypted. Where somebody joins, the ciphertext is
    // copied as it stands, for whoever opens it to judge: to look at it here took as long again.
    let plans = try sealed.files.map { path in
      try planner.plan(SealedFile(path: path, for: .decryption))
    }
    if case .remove(let keys) = change { try keys.requireUse(in: plans) }
    return plans
  }

  /// Values in configuration files stay readable for those who leave.
  private func warn(of secrets: [SealedTree.File], _ keys: LeavingKeys) throws {
    for file in secrets {
      let leaving = try keys.leaving(among: Set(file.keyIDs), of: file.path)
      let names = Set(leaving.values).sorted()
      guard !names.isEmpty else { continue }
      Console.warning(
        "\(Text.shown(file.path)): values in it stay sealed for \(names.joined(separator: ", ")); "
          + "valise secrets rekey changes that")
    }
  }

  private func report(
    _ plans: [RecipientPlan], _ book: AddressBook, _ outcome: RecipientChange.Outcome?
  ) throws {
    let report = RecipientReport(
      plans: plans.filter { plan in
        // Of what was changed back there is nothing to tell.
        outcome?.failure == nil || outcome?.done.contains(plan.path) == true
      }, book: book, signs: signing.areGiven, outcome: outcome)
    guard !answer.json else { return try Console.print(report.json()) }
    guard !answer.quiet || isDryRun else { return }
    for line in try report.lines() { try Console.print(line) }
  }
}
