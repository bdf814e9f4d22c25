internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

extension Key {
  /// The command valise key export.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export",
      abstract: "Print an identity's card, to give to others.",
      discussion: """
        Its public keys under its own signature: a JWK Set that any JOSE program reads. With \
        --private the private keys, as an encrypted JWK Set under a passphrase of its own unless \
        --no-passphrase says otherwise. --passphrase-file opens the identity, and protects what is \
        exported unless --new-passphrase-file does.
        """)

    @Argument(help: "The identity; your default one if there is none named.")
    var name: String?

    @Flag(name: .customLong("private"), help: "Export the private keys.")
    var exportsPrivateKeys = false

    @OptionGroup(title: "Protection of exported private keys") var protection: TransferOptions

    @Option(
      help: ArgumentHelp(
        "How often the passphrase of exported keys is hashed: 420,000 unless a program that shall "
          + "open them takes no more than 10,000 or so.", valueName: "n"))
    var iterations: Int?

    @OptionGroup var output: OutputOptions

    @Flag(help: "Say as JSON which file was written; what is exported is JSON itself.")
    var json = false

    mutating func validate() throws {
      guard !exportsPrivateKeys else { return }
      let flag = iterations == nil ? protection.new.flag : "--iterations"
      if let flag { throw ValidationError("\(flag) goes with --private") }
    }

    func run() throws {
      let identity = try Environment.identity(name, in: Environment.keyring())
      let output = try output.open()
      if exportsPrivateKeys {
        try output.write(
          identity.unlock(asking: protection.passphrases).exported, naming: identity.name,
          under: protection, iterations: iterations)
      } else {
        try output.write(identity.card.serialized.span)
      }
      if json { try output.sayWhere() }
    }
  }

  /// The command valise key import.
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import",
      abstract: "Take a private key from a file into your keyring.",
      discussion: """
        A private JWK, a JWK Set, an encrypted JWK or PEM, from any program; or what valise key \
        export --private or valise key device add wrote, with the card in it. --passphrase-file opens \
        the file, and protects the identity unless --new-passphrase-file does.
        """)

    @Argument(help: "The file; - for standard input.")
    var file: String

    @Option(
      help: ArgumentHelp(
        "What to call it; its name on the card in the file, or the file's name, by default.",
        valueName: "name"))
    var name: String?

    @OptionGroup(title: "Protection") var protection: TransferOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let keyring = try Environment.keyring()
      if let name { try keyring.checkIdentityName(name) }
      let exported = try KeyFile(file).identity(protection.passphrases)
      guard exported.keys.contains(where: \.publicKey.canEncrypt) else {
        throw Failure(
          .badData, "\(Text.shown(file)): holds no private key that decrypts",
          hint: "valise contact add NAME FILE takes somebody's public key, and valise key update "
            + "a card that another device of yours made")
      }
      let name = name ?? exported.card?.name ?? Self.stem(file)
      try keyring.checkIdentityName(name)
      let identity = try UnlockedIdentity(
        importing: exported, name: name,
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

extension Output {
  /// Writes private keys, encrypted unless the options say otherwise; `name` is whose they are.
  func write(
    _ exported: ExportedIdentity, naming name: String, under protection: TransferOptions,
    iterations: Int? = nil
  ) throws {
    guard let passphrase = try protection.passphrase("passphrase for the exported keys") else {
      Console.warning("the exported keys are readable for whoever reads the file")
      return try exported.text(.exposingPrivateKey).withBytes { try write($0) }
    }
    let envelope: [UInt8]
    do throws(JOSEError) {
      let recipient =
        if let iterations {
          try JWE.Recipient(passphrase: passphrase, iterations: iterations)
        } else {
          try JWE.Recipient(passphrase: passphrase)
        }
      envelope = try exported.encrypted(for: [recipient])
    } catch { throw Failure(error, naming: name) }
    try write(envelope.span)
  }
}
