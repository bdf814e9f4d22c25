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
    return SecretsAccess(
      own: OwnKeys(book, keyFiles: identities, passphrases: passphrases, mayAsk: mayAsk),
      format: format)
  }
}

/// Opens files of secrets with the keys that a command may use, and writes them back.
struct SecretsAccess {
  let own: OwnKeys
  /// How to read files; nil to go by their names.
  var format: FileFormat?

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
    return try read(path) {
      do throws(FileError) { return try InputFile(regularFile: path) } catch {
        throw Failure(reading: error)
      }
    }
  }

  private func read(_ path: String, _ open: () throws -> InputFile) throws -> Source {
    let format = try format(of: path)
    let input = try open()
    let version: FileVersion
    do { version = try input.version() } catch { throw Failure(reading: error) }
    return Source(
      path: path, file: try Self.file(input, path, format: format), input: input,
      version: version)
  }

  /// Reads a regular file, in the format that its name tells unless one is given.
  static func read(_ path: String, format: FileFormat?) throws -> SecretFile {
    let format = try self.format(of: path, unless: format)
    do { return try file(InputFile(regularFile: path), path, format: format) } catch let error
      as FileError
    { throw Failure(reading: error) }
  }

  private static func file(
    _ input: InputFile, _ path: String, format: FileFormat
  ) throws -> SecretFile {
    let bytes: [UInt8]
    do { bytes = try input.readAll(limit: limit) } catch { throw Failure(reading: error) }
    do { return try SecretFile(bytes, format: format) } catch { throw Failure(error, naming: path) }
  }

  /// The format of a file.
  func format(of path: String) throws -> FileFormat { try Self.format(of: path, unless: format) }

  private static func format(of path: String, unless given: FileFormat?) throws -> FileFormat {
    if let format = given ?? FileFormat(fileName: path) { return format }
    throw Failure(
      .usage, "\(Text.shown(path)): its name does not tell its format",
      hint: "--format yaml, json, toml, dotenv or ini says it")
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
    let choice = try KeyChoice(for: recipients, name: name, keys: own)
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
