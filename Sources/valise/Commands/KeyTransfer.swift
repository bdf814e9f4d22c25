internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

extension Key {
  /// The command valise key export.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print an identity's card, to give to others.",
      discussion: """
        Its public keys under its own signature: a JWK Set that any JOSE program reads. With \
        --private the private keys, as an encrypted JWK Set under a passphrase of its own unless \
        --no-passphrase says otherwise.
        """)

    @Argument(help: "The identity; your default one if there is none named.")
    var name: String?

    @Flag(name: .customLong("private"), help: "Export the private keys.")
    var exportsPrivateKeys = false

    // A passphrase that is handed over opens what is there and protects what is made.
    @OptionGroup(title: "Protection of exported private keys") var protection: ProtectionOptions

    @Option(
      help: ArgumentHelp(
        "How often the passphrase of exported keys is hashed: 420,000 unless a program that shall "
          + "open them takes no more than 10,000 or so.", valueName: "n"))
    var iterations: Int?

    @Option(
      name: [.customShort("o"), .customLong("output")],
      help: ArgumentHelp("Write to a file, which must not exist.", valueName: "file"))
    var output: String?

    @Flag(help: "Replace the output if it exists.")
    var force = false

    func run() throws {
      let identity = try Environment.identity(name, in: Environment.keyring())
      guard iterations == nil || exportsPrivateKeys else {
        throw Failure(.usage, "--iterations goes with --private")
      }
      let output = try Output(output, force: force)
      guard exportsPrivateKeys else { return try output.write(identity.card.serialized.span) }
      let keys = try identity.unlock(asking: protection.passphrases).keys
      let set = JWKSet(keys.map { .privateKey($0) })
      guard let passphrase = try protection.passphrase("passphrase for the exported keys") else {
        Console.warning("the exported keys are readable for whoever reads the file")
        let text = set.json(.exposingPrivateKey).secret(readable: true)
        return try text.withBytes { try output.write($0) }
      }
      let envelope: [UInt8]
      do throws(JOSEError) {
        envelope = try set.encrypted(for: [recipient(passphrase)])
      } catch { throw Failure(error, naming: identity.name) }
      try output.write(envelope.span)
    }

    private func recipient(_ passphrase: SecretBytes) throws(JOSEError) -> JWE.Recipient {
      guard let iterations else { return try JWE.Recipient(passphrase: passphrase) }
      return try JWE.Recipient(passphrase: passphrase, iterations: iterations)
    }
  }

  /// The command valise key import.
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a private key from a file into your keyring.",
      discussion: "A private JWK, a JWK Set, an encrypted JWK or PEM, from any program.")

    @Argument(help: "The file; - for standard input.")
    var file: String

    @Option(help: ArgumentHelp("What to call it; the file's name by default.", valueName: "name"))
    var name: String?

    @OptionGroup(title: "Protection") var protection: ProtectionOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let keyring = try Environment.keyring()
      let name = name ?? Self.stem(file)
      try keyring.checkIdentityName(name)
      let keys = try KeyFile(file).keys(protection.passphrases)
        .compactMap { if case .privateKey(let key) = $0 { key } else { nil } }
      guard keys.contains(where: \.publicKey.canEncrypt) else {
        throw Failure(
          .badData, "\(Text.shown(file)): holds no private key that decrypts",
          hint: "valise contact add NAME FILE takes somebody's public key")
      }
      let identity = try UnlockedIdentity(
        importing: keys, name: name,
        passphrase: try protection.passphrase("passphrase for the new identity \(name)"),
        at: Platform.now()
      ).identity
      try keyring.add(identity)
      try answer.say(
        "imported the identity \(name)",
        Key.members(identity, isDefault: keyring.defaultIdentity()?.name == name))
    }

    private static func stem(_ path: String) -> String {
      let last = path.split(separator: "/").last.map(String.init) ?? path
      return last.split(separator: ".").first.map(String.init) ?? last
    }
  }
}
