internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

/// The command valise keyring.
struct KeyringCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keyring", abstract: "Back up and restore all keys and contacts.",
    subcommands: [Backup.self, Restore.self])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise keyring --help lists them")
  }

  /// The command valise keyring backup.
  struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "backup",
      abstract: "Write everything into one encrypted file.",
      discussion: """
        Identities, contacts and groups, under a passphrase of the backup's own. Private keys stay \
        under theirs within it.
        """)

    @OptionGroup var output: OutputOptions

    @OptionGroup(title: "Passphrase options") var passphrases: PassphraseOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let keyring = try Environment.keyring()
      let output = try output.open()
      let passphrase = try passphrases.new("passphrase for the backup")
      do {
        var options = JWE.EncryptionOptions()
        options.contentType = Keyring.backupContentType
        let envelope = try JWE.encrypt(
          keyring.backup(), for: [JWE.Recipient(passphrase: passphrase)], options: options)
        try output.write(envelope.span)
      } catch let error as JOSEError { throw Failure(error, naming: keyring.path) }
      guard !output.isStandard else { return }
      try answer.say(
        "the keyring is backed up", [.init("identities", .integer(keyring.identities().count))])
    }
  }

  /// The command valise keyring restore.
  struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "restore",
      abstract: "Put back what a backup holds: all of it, or nothing.")

    @Argument(help: "The backup; - for standard input.")
    var file: String

    @Flag(help: "Replace what is there and different.")
    var force = false

    @OptionGroup(title: "Passphrase options") var passphrases: PassphraseOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let keyring = try Environment.keyring()
      let text = try content()
      let restoration: Keyring.Restoration
      do { restoration = try keyring.restore(text, replacesOthers: force) } catch {
        switch error.code {
        case .nameTaken: throw Failure(error).hinting("--force replaces it")
        // It is the backup that is, and not the keyring.
        case .damaged:
          throw Failure(.badData, "\(Text.shown(file)): \(Text.shown(error.reason))")
        default: throw Failure(error)
        }
      }
      try answer.say(
        "restored \(restoration.restoredCount) files; \(restoration.unchangedCount) were there",
        [
          .init("restored", .integer(restoration.restoredCount)),
          .init("unchanged", .integer(restoration.unchangedCount)),
        ])
    }

    private func content() throws -> [UInt8] {
      let input = try Input.open(file)
      let envelope = try Decrypt.envelope(input, policy: .init(), for: .decryption, quiet: true)
      guard envelope.contentType == Keyring.backupContentType else {
        throw Failure(.badData, "\(Text.shown(file)): is not a backup of a keyring")
      }
      let passphrase = try passphrases.existing("passphrase for \(Text.shown(file))")
      do throws(JOSEError) {
        let gathered = BytesGathered()
        _ = try envelope.unlock(with: [.passphrase(passphrase)]).decrypt(into: gathered)
        return gathered.committed ?? []
      } catch {
        guard error.code == .decryptionFailed else { throw Failure(error, naming: file) }
        throw Failure(
          .noKey, "\(Text.shown(file)): the passphrase does not open it, or it is damaged")
      }
    }
  }
}
