internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Secrets

/// Opens files of secrets with the keys that a command may use.
struct SecretsAccess {
  let own: OwnKeys

  /// How large a file of secrets may be.
  static let limit = 16 << 20

  /// Reads the structure of the file at `path`, in the format that its name tells unless one is given.
  static func read(_ path: String, format: FileFormat?) throws -> SecretFile {
    guard let format = format ?? FileFormat(fileName: path) else {
      throw Failure(
        .usage, "\(Text.shown(path)): its name does not tell its format",
        hint: "--format yaml, json, toml, dotenv or ini says it")
    }
    do {
      return try SecretFile(InputFile(regularFile: path).readAll(limit: limit), format: format)
    } catch let error as FileError {
      throw Failure(reading: error)
    } catch let error as SecretsError { throw Failure(error, naming: path) }
  }

  /// Opens `file`, which messages call `name`.
  func opened(_ file: SecretFile, name: String) throws -> OpenedFile {
    do {
      return try file.opened(with: try keys(for: file.recipients(), name))
    } catch let error as SecretsError { throw Failure(error, naming: name) }
  }

  private func keys(
    for recipients: [JWE.RecipientDescription], _ name: String
  ) throws -> [JWE.DecryptionKey] {
    if !own.keyFiles.isEmpty { return try own.inFiles().compactMap(Self.decryptionKey) }
    if recipients.contains(where: \.takesPassphrase) {
      return [.passphrase(try own.passphrase(for: name))]
    }
    let named = Set(recipients.compactMap(\.keyID).map { Array($0.utf8) })
    let isHidden = recipients.contains { $0.keyID == nil }
    return try own.book.keyring.identities().filter { identity in
      isHidden
        || identity.publicKeys.contains { key in
          (try? key.thumbprintText()).map { named.contains(Array($0.utf8)) } ?? false
        }
    }.flatMap { try own.unlock($0).decryptionKeys.map { .privateKey($0) } }
  }

  private static func decryptionKey(_ key: JWK) -> JWE.DecryptionKey? {
    switch key {
    case .publicKey: nil
    case .privateKey(let key): .privateKey(key)
    case .symmetric(let key): .symmetric(key)
    }
  }
}

/// The options that all commands on files of secrets have.
struct SecretsOptions: ParsableArguments {
  @Option(
    name: [.customShort("i"), .customLong("identity")],
    help: ArgumentHelp(
      "A file with a private key that opens them. May be repeated.", valueName: "file"))
  var identities: [String] = []

  @OptionGroup(title: "Passphrase options") var passphrases: PassphraseOptions

  @Option(
    help: "yaml, json, toml, dotenv or ini, where the name does not tell.",
    transform: Self.fileFormat)
  var format: FileFormat?

  private static func fileFormat(_ name: String) throws -> FileFormat {
    guard let format = FileFormat(rawValue: name) else {
      throw ValidationError("'\(name)' is not a format")
    }
    return format
  }

  /// The keys that a command may use.
  func access() throws -> SecretsAccess {
    SecretsAccess(
      own: OwnKeys(
        try Environment.addressBook(), keyFiles: identities, passphrases: passphrases))
  }
}

extension Failure {
  /// An error with the file of secrets called `naming`.
  init(_ error: SecretsError, naming: String) {
    let status: ExitStatus =
      switch error.code {
      case .noMatchingKey: .noKey
      case .invalidRules: .configuration
      case .internalFailure: .bug
      default: .badData
      }
    self.init(status, "\(Text.shown(naming)): \(Text.shown(error.reason))")
  }
}
