internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Secrets

/// Which keys open files of secrets, and how the files are read.
struct SecretsOptions: ParsableArguments {
  @Option(
    name: .customLong("identity"),
    help: ArgumentHelp(
      "A file with a private key that opens them. May be repeated.", valueName: "file"))
  var identities: [String] = []

  @OptionGroup(title: "Passphrase options") var passphrases: PassphraseOptions

  @Option(
    help: ArgumentHelp(
      "Read files as yaml, json, toml, dotenv or ini, whatever their names end with.",
      valueName: "name"), transform: Self.fileFormat)
  var format: FileFormat?

  static func fileFormat(_ name: String) throws -> FileFormat {
    guard let format = FileFormat(rawValue: name) else {
      let names = FileFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no format \(Text.shown(name)), but \(names)")
    }
    return format
  }

  /// The keys, and how to read.
  ///
  /// Without `mayAsk`, what would need a question to a person fails; a dry run pins nobody.
  func access(mayAsk: Bool = true, isDryRun: Bool = false) throws -> SecretsAccess {
    var book = try Environment.addressBook()
    book.isReadOnly = isDryRun
    return try SecretsAccess(
      own: OwnKeys(book, keyFiles: identities, passphrases: passphrases, mayAsk: mayAsk),
      format: format)
  }
}

/// Opens files of secrets with the keys that a command may use, and writes them back.
struct SecretsAccess {
  let own: OwnKeys
  let rules: ProjectRules
  /// How to read files; nil to go by their rules and names.
  var format: FileFormat?

  init(own: OwnKeys, format: FileFormat? = nil) throws {
    self.own = own
    self.format = format
    rules = try ProjectRules(own.book)
  }

  /// A file of secrets as it was found.
  struct Source {
    let path: String
    let file: SecretFile
    let input: InputFile
    /// That of the file when it was read.
    let version: FileVersion
  }

  /// How large a file of secrets may be.
  static let limit = 16 << 20

  /// Reads a file, sealed or not; `-` is standard input.
  func read(_ path: String) throws -> Source { try read(path) { try Input.open(path) } }

  /// Reads a file that is to be changed in its place: a regular one.
  func readToChange(_ path: String) throws -> Source {
    guard path != "-" else {
      throw Failure(.usage, "standard input cannot be changed in its place")
    }
    return try readRegular(path)
  }

  /// Reads a regular file.
  func readRegular(_ path: String) throws -> Source {
    try read(path) {
      do throws(FileError) { return try InputFile(regularFile: path) } catch {
        throw Failure(reading: error)
      }
    }
  }

  private func read(_ path: String, _ open: () throws -> InputFile) throws -> Source {
    let input = try open()
    let version: FileVersion
    do { version = try input.version() } catch { throw Failure(reading: error) }
    let bytes: [UInt8]
    do { bytes = try input.readAll(limit: Self.limit) } catch { throw Failure(reading: error) }
    try refuseKeys(path, bytes)
    guard let format = try format(of: path, bytes) else { throw Self.unknownFormat(path, bytes) }
    do {
      let file = try SecretFile(bytes, format: format)
      return Source(path: path, file: file, input: input, version: version)
    } catch { throw Failure(error, naming: path) }
  }

  /// Refuses a file of keys that nothing says is configuration: whoever gives -i one means --identity.
  private func refuseKeys(_ path: String, _ bytes: [UInt8]) throws {
    guard format == nil, !SealedMark.isIn(bytes), KeyFile.isPresent(in: bytes),
      try path == "-" || rules.rule(for: path)?.format == nil
    else { return }
    throw Failure(
      .usage, "\(Text.shown(path)): holds keys, and is no configuration",
      hint: "--identity \(Text.shown(path)) opens files with it; --format json, or format in its "
        + "rule, seals what it says")
  }

  /// The format of what is at `path`: what the command line says, or the rule, or the name, or how it
  /// is sealed; nil when nothing tells it.
  func format(of path: String, _ bytes: [UInt8]) throws -> FileFormat? {
    if let known = try formatByName(path) { return known }
    return FileFormat(ofSealed: bytes)
  }

  /// Likewise of a file that was not read.
  func formatByName(_ path: String) throws -> FileFormat? {
    if let format { return format }
    let rule = path == "-" ? nil : try rules.rule(for: path)
    return rule?.format ?? FileFormat(fileName: path)
  }

  private static func unknownFormat(_ path: String, _ bytes: [UInt8]) -> Failure {
    let hint = "--format yaml, json, toml, dotenv or ini says it, or format in its rule"
    // What nobody can read must not pass for what has nothing to seal.
    guard !SealedMark.isIn(bytes) else {
      return Failure(
        .badData,
        "\(Text.shown(path)): holds sealed values, and is damaged or of an unknown format",
        hint: hint)
    }
    return Failure(.usage, "\(Text.shown(path)): its name does not tell its format", hint: hint)
  }

  /// Opens a sealed file, which messages call `name`, and checks all of it.
  func opened(_ file: SecretFile, name: String) throws -> OpenedFile {
    try withKeys(file, name: name) { (keys) throws(SecretsError) in try file.opened(with: keys) }
  }

  /// What `body` makes of a file with the keys that may open it, its errors in words.
  func withKeys<Result>(
    _ file: SecretFile, name: String,
    _ body: ([JWE.DecryptionKey]) throws(SecretsError) -> Result
  ) throws -> Result {
    let recipients: [JWE.RecipientDescription]
    do { recipients = try file.recipients() } catch {
      let foreign = error.code == .notSealed ? ForeignText(valuesOf: file.bytes) : nil
      throw foreign?.failure(name) ?? Failure(error, naming: name)
    }
    let choice = try KeyChoice(
      for: recipients, name: name, keys: own, extending: { _ in "valise secrets rekey FILE" })
    do { return try body(choice.keys) } catch {
      guard error.code == .noMatchingKey, let cause = error.underlying as? JOSEError else {
        throw Failure(error, naming: name)
      }
      throw choice.failure(cause)
    }
  }

  /// Replaces a file durably; one that says the same is not touched.
  ///
  /// - Throws: ``Failure`` `tryAgain` for one that somebody else changed since it was read.
  func write(_ bytes: [UInt8], to source: Source) throws {
    guard bytes != source.file.bytes else { return }
    try FileReplacement.write(bytes, to: source.path, of: source.input, source.version)
  }

  /// `bytes`, a sealed file, with what its rule wants sealed by now.
  ///
  /// What the rule wants in clear by now stays sealed: only rekey, which says so first, opens values.
  func following(
    _ rule: Rules.Rule?, _ bytes: [UInt8], _ format: FileFormat, name: String
  ) throws -> [UInt8] {
    guard let selection = rule?.selection else { return bytes }
    do {
      let file = try SecretFile(bytes, format: format)
      guard file.isSealed, file.selection != selection else { return bytes }
      if let path = file.sealedPaths.first(where: { !selection.contains($0) }) {
        Console.warning(
          "\(Text.shown(name)): the rule wants \(Text.shown(path.description)) in clear by now; "
            + "valise secrets rekey follows it")
        return bytes
      }
      return try opened(file, name: name).selecting(selection)
    } catch let error as SecretsError { throw Failure(error, naming: name) }
  }
}

extension Failure {
  /// An error about a file of secrets called `name`.
  init(_ error: SecretsError, naming name: String) {
    let status: ExitStatus =
      switch error.code {
      case .malformed, .unsupported, .limitExceeded, .nothingToSeal, .notSealed, .blockMismatch,
        .foreignValue, .rolledBackValue, .removedValue, .addedValue, .clearValue, .changedStructure,
        .conflict:
        .badData
      case .noSuchPath: .noInput
      case .noMatchingKey: .noKey
      case .invalidSignature: .refused
      case .invalidRules: .configuration
      case .internalFailure: .bug
      }
    self.init(status, "\(Text.shown(name)): \(Text.shown(error.reason))", hint: Self.hint(error))
  }

  private static func hint(_ error: SecretsError) -> String? {
    switch error.code {
    case .notSealed: "valise secrets encrypt -i seals it"
    case .clearValue: "valise secrets encrypt -i seals what was added"
    case .removedValue, .addedValue, .changedStructure:
      "find out who changed it; if that was meant, valise secrets encrypt -i accepts other keys"
    case .noSuchPath where error.path.map(isDotted) == true:
      "the keys of a path are parted by slashes, as in database/password"
    case .nothingToSeal: "--only and --except, or the rule, say what is secret"
    default: nil
    }
  }

  private static func isDotted(_ path: SecretPath) -> Bool {
    path.description.contains(".") && !path.description.contains("/")
  }
}
