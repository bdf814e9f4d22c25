internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Primitives
internal import Secrets

/// The command valise secrets edit.
struct SecretsEdit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Edit a sealed file in clear.",
    discussion: """
      $VISUAL, else $EDITOR, else vi opens the text, which is kept in memory-backed storage that only \
      you can read. Only values that changed are sealed anew. Nothing that was written is lost: when \
      the editor fails, or what it wrote cannot be sealed, the text is kept for --resume.
      """)

  /// What becomes of an earlier text.
  enum Earlier: String, EnumerableFlag {
    case resume, discard

    static func help(for value: Earlier) -> ArgumentHelp? {
      switch value {
      case .resume: "Go on with a text that was kept."
      case .discard: "Throw a text away that was kept, and begin anew."
      }
    }
  }

  @OptionGroup var options: SecretsOptions

  @OptionGroup(title: "Signing") var signing: SigningOptions

  @Flag var earlier: Earlier?

  @Flag(help: "Open the editor again without asking while what it wrote cannot be sealed.")
  var reopen = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors and warnings.")
  var quiet = false

  @Argument(help: "The sealed file.")
  var file: String

  func run() throws {
    let access = try options.access()
    let rules = access.rules
    let sealed = try Self.sealedFile(file, access)
    try SecretsSigning.check(sealed, file, rules)
    var base = try access.opened(sealed, name: file)
    let session = try EditSession(for: file)
    do {
      if session.isLeftOver, try resumes(session) {
        base = try openedBase(session, access, sealed.format)
      } else {
        try session.begin(base: sealed.bytes, text: base.decrypted)
      }
      let rule = try rules.rule(for: file)
      let signing = SecretsSigning(access, rule, signing)
      try Edit(
        command: self, session: session, base: base, access: access, rule: rule, signing: signing
      ).run()
    } catch let error as FileError { throw Failure(writing: error) }
  }

  private static func sealedFile(_ path: String, _ access: SecretsAccess) throws -> SecretFile {
    do {
      let file = try access.readRegular(path).file
      guard !file.isSealed else { return file }
      throw Failure(
        .badData, "\(Text.shown(path)): is in clear",
        hint: "any editor opens it; valise secrets encrypt -i seals it")
    } catch let error as Failure where FileIdentity(path: path) == nil {
      throw error.hinting("write it in clear, then valise secrets encrypt -i seals it")
    }
  }

  private func resumes(_ session: EditSession) throws -> Bool {
    if let earlier { return earlier == .resume }
    let path = Text.shown(session.textPath)
    return try Question.confirm(
      "an earlier edit of \(Text.shown(file)) was cut short, its text is \(path); go on with it",
      flag: "--resume goes on with \(path), --discard throws it away")
  }

  private func openedBase(
    _ session: EditSession, _ access: SecretsAccess, _ format: FileFormat
  ) throws -> OpenedFile {
    do {
      return try access.opened(SecretFile(session.base, format: format), name: file)
    } catch let error as SecretsError { throw Failure(error, naming: file) }
  }
}

/// The way from the editor back into the file.
private struct Edit {
  let command: SecretsEdit
  let session: EditSession
  /// The file as it was when its text was taken.
  let base: OpenedFile
  let access: SecretsAccess
  let rule: Rules.Rule?
  let signing: SecretsSigning

  private var name: String { Text.shown(command.file) }

  func run() throws {
    var refused: [UInt8]?
    while true {
      if let reason = try Editor.open(session.textPath) { throw try stopped(reason) }
      let text = try session.text
      do {
        return try save(text)
      } catch let error as SecretsError {
        let failure = Failure(error, naming: command.file)
        guard try opensAgain(text != refused, after: failure) else { throw kept(failure) }
        refused = text
      } catch let error as Failure {
        throw kept(error)
      } catch let error as FileError { throw kept(Failure(writing: error)) }
    }
  }

  /// Puts the sealed text into the file, with what changed there meanwhile.
  private func save(_ text: [UInt8]) throws {
    var sealed = try base.edited(to: text)
    var access = access
    access.format = base.file.format
    let source = try access.readToChange(command.file)
    let current = source.file
    if current.bytes != base.file.bytes { sealed = try merged(sealed, with: current) }
    if sealed != current.bytes {
      sealed = try access.following(rule, sealed, current.format, name: command.file)
    }
    sealed = try signing.signed(sealed, source)
    try access.write(sealed, to: source)
    let isSame = sealed == current.bytes
    Console.note(
      "\(name): \(isSame ? "nothing changed" : "sealed what changed")", quiet: command.quiet)
    try session.end()
  }

  private func merged(_ sealed: [UInt8], with current: SecretFile) throws -> [UInt8] {
    let edited = try access.opened(
      SecretFile(sealed, format: base.file.format), name: command.file)
    let merge = try Merge.merging(
      base: base, ours: access.opened(current, name: command.file), theirs: edited)
    guard case .clean(let bytes) = merge else {
      throw Failure(.tryAgain, "\(name): was changed meanwhile, the same values among it")
    }
    return bytes
  }

  /// Whether the person wants to mend what could not be sealed, which is told if so.
  private func opensAgain(_ isNewText: Bool, after failure: Failure) throws -> Bool {
    // A script that leaves the same text again would go on for ever.
    guard command.reopen ? isNewText : SecretInput.canAsk else { return false }
    Console.error(failure.message)
    guard !command.reopen else { return true }
    return try Question.confirm("open the editor again", flag: "--reopen")
  }

  /// The editor failed: what it wrote until then is kept, and a text as it was is not.
  private func stopped(_ reason: String) throws -> Failure {
    let failure = Failure(.inputOutput, "\(name): \(reason); the file is as it was")
    let isUntouched = try base.decrypted.withBytes { Array(copying: $0) } == session.text
    guard isUntouched else { return kept(failure) }
    try session.end()
    return failure
  }

  private func kept(_ failure: Failure) -> Failure {
    Failure(
      failure.status, failure.message,
      details: ["the text is kept: \(Text.shown(session.textPath))"],
      hint: "valise secrets edit --resume goes on with it, --discard throws it away")
  }
}
