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
      valueName: "name"))
  var format: String?

  /// The keys, and how to read.
  func access() throws -> SecretsAccess {
    let book = try Environment.addressBook()
    var chosen: FileFormat?
    if let format {
      chosen = FileFormat.allCases.first { $0.rawValue == format }
      guard chosen != nil else {
        throw Failure(
          .usage, "there is no format \(Text.shown(format))",
          hint: "there are \(FileFormat.allCases.map(\.rawValue).joined(separator: ", "))")
      }
    }
    return SecretsAccess(
      own: OwnKeys(book, keyFiles: identities, passphrases: passphrases), format: chosen)
  }
}

/// Opens files of secrets with the keys that a command may use, and writes them back.
struct SecretsAccess {
  let own: OwnKeys
  /// How to read files; nil to go by their names.
  let format: FileFormat?

  /// A file of secrets as it was found.
  struct Source {
    let path: String
    let file: SecretFile
    let input: InputFile
  }

  static let limit = 16 << 20

  /// Reads a file, sealed or not; `-` is standard input.
  func read(_ path: String) throws -> Source {
    let input = try Input.open(path)
    let bytes: [UInt8]
    do { bytes = try input.readAll(limit: Self.limit) } catch { throw Failure(reading: error) }
    let format = try format(of: path)
    do {
      return Source(path: path, file: try SecretFile(bytes, format: format), input: input)
    } catch { throw Failure(error, naming: path) }
  }

  /// The format of a file.
  func format(of path: String) throws -> FileFormat {
    if let format { return format }
    if let format = FileFormat(fileName: path) { return format }
    throw Failure(
      .usage, "\(Text.shown(path)): its name does not tell its format",
      hint: "--format yaml, json, toml, dotenv or ini says it")
  }

  /// Opens a sealed file and checks all of it.
  func open(_ source: Source) throws -> OpenedFile {
    try withKeys(source) { (keys) throws(SecretsError) in try source.file.opened(with: keys) }
  }

  /// What `body` makes of a file with the keys that may open it, its errors in words.
  func withKeys<Result>(
    _ source: Source, _ body: ([JWE.DecryptionKey]) throws(SecretsError) -> Result
  ) throws -> Result {
    let recipients: [JWE.RecipientDescription]
    do { recipients = try source.file.recipients() } catch {
      throw Failure(error, naming: source.path)
    }
    let choice = try KeyChoice(for: recipients, name: source.path, keys: own)
    do { return try body(choice.keys) } catch {
      guard error.code == .noMatchingKey, let cause = error.underlying as? JOSEError else {
        throw Failure(error, naming: source.path)
      }
      throw choice.failure(cause)
    }
  }

  /// Replaces a file durably; one that says the same is not touched.
  func write(_ bytes: [UInt8], to source: Source) throws {
    guard bytes != source.file.bytes else { return }
    do {
      let staged = try StagedFile(path: source.path, existing: .replace)
      try staged.write(bytes.span)
      try staged.takePermissions(of: source.input)
      try staged.commit()
    } catch { throw Failure(writing: error) }
  }
}

extension Failure {
  /// An error about a file of secrets called `name`.
  init(_ error: SecretsError, naming name: String) {
    let status: ExitStatus =
      switch error.code {
      case .malformed, .unsupported, .limitExceeded, .nothingToSeal, .notSealed, .blockMismatch,
        .foreignValue, .rolledBackValue, .removedValue, .addedValue, .clearValue, .conflict:
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
    case .notSealed: "valise secrets encrypt seals it"
    case .clearValue: "valise secrets encrypt seals what was added"
    case .nothingToSeal: "--only and --except, or the rule, say what is secret"
    default: nil
    }
  }
}
