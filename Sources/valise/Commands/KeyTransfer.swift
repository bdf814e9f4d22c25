internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

extension Key {
  /// The command valise key export.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print an identity's public keys, to give to others.",
      discussion: """
        A JWK Set that any JOSE program reads. With --private the private keys, as an encrypted \
        JWK Set under a passphrase of its own unless --no-passphrase says otherwise.
        """)

    @Argument(help: "The identity; your default one if there is none named.")
    var name: String?

    @Flag(name: .customLong("private"), help: "Export the private keys.")
    var exportsPrivateKeys = false

    // A passphrase that is handed over opens what is there and protects what is made.
    @OptionGroup(title: "Protection of exported private keys") var protection: ProtectionOptions

    @Option(
      name: [.customShort("o"), .customLong("output")],
      help: ArgumentHelp("Write to a file, which must not exist.", valueName: "file"))
    var output: String?

    @Flag(help: "Replace the output if it exists.")
    var force = false

    func run() throws {
      let identity = try Self.identity(name, in: Environment.keyring())
      let output = try Output(output, force: force)
      guard exportsPrivateKeys else {
        let set = JWKSet(identity.publicKeys.map { .publicKey($0) })
        return try output.write(set.publicJSON.readable.span)
      }
      let keys = try identity.unlock(asking: protection.passphrases)
      let set = JWKSet(keys.map { .privateKey($0) })
      guard let passphrase = try protection.passphrase("passphrase for the exported keys") else {
        Console.warning("the exported keys are readable for whoever reads the file")
        let text = set.json(.exposingPrivateKey).secret(readable: true)
        return try text.withBytes { try output.write($0) }
      }
      let envelope: [UInt8]
      do throws(JOSEError) {
        envelope = try set.encrypted(for: [JWE.Recipient(passphrase: passphrase)])
      } catch { throw Failure(error, naming: identity.name) }
      try output.write(envelope.span)
    }

    private static func identity(_ name: String?, in keyring: Keyring) throws -> Identity {
      if let name {
        guard let identity = try keyring.identity(name) else {
          throw Failure(
            .unknownName, "there is no identity called \(Text.shown(name))",
            hint: "valise key list shows them")
        }
        return identity
      }
      guard let identity = try keyring.defaultIdentity() else {
        throw Failure(
          .unknownName, "there is no identity yet", hint: "valise key generate makes one")
      }
      return identity
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

    @Flag(name: .shortAndLong, help: "Say nothing but errors and warnings.")
    var quiet = false

    func run() throws {
      let keyring = try Environment.keyring()
      let name = name ?? Self.stem(file)
      do {
        try keyring.checkIdentityName(name)
        let keys = try KeyFile(file).keys(protection.passphrases)
          .compactMap { key in if case .privateKey(let key) = key { key } else { nil } }
        guard keys.contains(where: { $0.publicKey.canEncrypt }) else {
          throw Failure(
            .badData, "\(Text.shown(file)): holds no private key that decrypts",
            hint: "valise contact add NAME FILE takes somebody's public key")
        }
        let passphrase = try protection.passphrase("passphrase for the new identity \(name)")
        try keyring.addIdentity(name, keys: keys, passphrase: passphrase)
        Console.note("imported the identity \(name)", quiet: quiet)
      } catch let error as ContactsError { throw Failure(error) }
    }

    private static func stem(_ path: String) -> String {
      let last = path.split(separator: "/").last.map(String.init) ?? path
      return last.split(separator: ".").first.map(String.init) ?? last
    }
  }
}
