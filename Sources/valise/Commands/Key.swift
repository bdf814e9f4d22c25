internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

/// The command valise key.
struct Key: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make, list and move your own keys.",
    subcommands: [Generate.self, List.self, Export.self, Import.self])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise key --help lists them")
  }
}

/// How private keys are kept.
struct ProtectionOptions: ParsableArguments {
  @Flag(
    name: .customLong("no-passphrase"),
    help: "Leave the private key readable for whoever can read the file.")
  var isUnprotected = false

  @OptionGroup var passphrases: PassphraseOptions

  /// The passphrase to protect with; nil for none.
  func passphrase(_ prompt: String) throws -> SecretBytes? {
    isUnprotected ? nil : try passphrases.new(prompt)
  }
}

extension Key {
  /// The command valise key generate.
  struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make an identity.")

    @Option(
      help: ArgumentHelp("What to call it; your user name by default.", valueName: "name"))
    var name: String?

    @Option(
      help: ArgumentHelp(
        "X25519 (default), P-256, P-384, P-521, X448, RSA-2048, RSA-3072 or RSA-4096.",
        valueName: "type"))
    var type = "X25519"

    @OptionGroup(title: "Protection") var protection: ProtectionOptions

    @Flag(name: .shortAndLong, help: "Say nothing but errors and warnings.")
    var quiet = false

    func run() throws {
      let kind = try KeyType.kind(type)
      let keyring = try Environment.keyring()
      let name = try name ?? Self.userName()
      do {
        try keyring.checkIdentityName(name)
        let passphrase = try protection.passphrase("passphrase for the new identity \(name)")
        let key = try PrivateJWK.generate(kind, use: .encryption)
        try keyring.addIdentity(name, keys: [key], passphrase: passphrase)
        Console.note(
          "made the identity \(name) (\(key.publicKey.kind)) in \(Text.shown(keyring.path)); "
            + "valise key export prints what to give others", quiet: quiet)
      } catch let error as ContactsError { throw Failure(error) }
    }

    private static func userName() throws -> String {
      guard let name = Platform.environment("USER"), !name.isEmpty else {
        throw Failure(
          .usage, "the identity needs a name", hint: "valise key generate --name NAME")
      }
      return name
    }
  }

  /// The command valise key list.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List your identities.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let keyring = try Environment.keyring()
      let identities = try keyring.identities()
      let standard = try keyring.defaultIdentity()?.name
      guard !json else {
        let list = JSONText.array(
          try identities.map { try Self.json($0, isDefault: $0.name == standard) })
        return try Console.print(String(decoding: list.readable.dropLast(), as: UTF8.self))
      }
      guard !identities.isEmpty else {
        return Console.note(
          "there is no identity yet; valise key generate makes one", quiet: false)
      }
      let rows = try identities.flatMap { identity in
        try identity.publicKeys.map { key in
          [
            (identity.name == standard ? "* " : "  ") + identity.name, key.kind,
            identity.isEncrypted ? "passphrase" : "unprotected", try key.thumbprintText(),
          ]
        }
      }
      try Console.print(Text.table(rows))
    }

    private static func json(_ identity: Identity, isDefault: Bool) throws -> JSONText {
      .object([
        .init("name", .string(identity.name)), .init("default", .bool(isDefault)),
        .init("encrypted", .bool(identity.isEncrypted)),
        .init(
          "keys",
          .array(
            try identity.publicKeys.map { key in
              .object([
                .init("type", .string(key.kind)),
                .init("thumbprint", .string(try key.thumbprintText())),
              ])
            })),
      ])
    }
  }
}

/// The names of key types on the command line.
enum KeyType {
  private static let kinds: KeyValuePairs<String, PrivateJWK.Kind> = [
    "X25519": .x25519, "P-256": .p256, "P-384": .p384, "P-521": .p521, "X448": .x448,
    "RSA-2048": .rsa(bitCount: 2048), "RSA-3072": .rsa(bitCount: 3072),
    "RSA-4096": .rsa(bitCount: 4096),
  ]

  /// The type called `name`, in any case.
  static func kind(_ name: String) throws -> PrivateJWK.Kind {
    if let kind = kinds.first(where: { $0.key.lowercased() == name.lowercased() })?.value {
      return kind
    }
    throw Failure(
      .usage, "there is no key type \(Text.shown(name))",
      hint: "there are \(kinds.map(\.key).joined(separator: ", "))")
  }
}
