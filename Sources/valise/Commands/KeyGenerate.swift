internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

extension Key {
  /// The command valise key generate.
  struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "generate",
      abstract: "Make an identity.",
      discussion: """
        A key to encrypt to and one that signs, and a card with both to hand out: valise key export \
        prints it.
        """)

    @Option(
      help: ArgumentHelp("What to call it; your user name by default.", valueName: "name"))
    var name: String?

    @Option(
      help: ArgumentHelp(
        "X25519 (default), P-256, P-384, P-521, X448, RSA-2048, RSA-3072 or RSA-4096.",
        valueName: "type"))
    var type = "X25519"

    @Option(
      help: ArgumentHelp(
        "When nobody shall encrypt to it any more: 90d, 12w, 6m, 2y or a day.", valueName: "when"))
    var expires: Expiry?

    @Option(
      help: ArgumentHelp(
        "Write a revocation to a file, to be kept apart for the day when the key is lost.",
        valueName: "file"))
    var revocation: String?

    @OptionGroup(title: "Protection") var protection: ProtectionOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let kind = try KeyType.kind(type)
      let keyring = try Environment.keyring()
      let name = try name ?? Self.userName()
      do { try keyring.checkIdentityName(name) } catch {
        guard error.code == .nameTaken else { throw error }
        throw Failure(error).hinting(
          "--name NAME makes another; valise key rotate NAME gives an identity a fresh key")
      }
      let revocationOutput = try revocation.map { try Output($0, force: false) }
      let now = Platform.now()
      let unlocked = try UnlockedIdentity.generate(
        name: name, kind: kind,
        passphrase: try protection.passphrase("passphrase for the new identity \(name)"),
        lifetime: .init(start: now, end: try expires?.time(from: now)))
      if let revocationOutput {
        let card = try unlocked.revocation(reason: nil, at: now)
        try revocationOutput.write(card.serialized.span)
      }
      let identity = unlocked.identity
      try keyring.add(identity)
      let kinds = identity.card.keys.map(\.kind).joined(separator: ", ")
      try answer.say(
        "made the identity \(name) (\(kinds)) in \(Text.shown(keyring.path)); valise key export "
          + "prints the card to give others",
        Key.members(identity, isDefault: keyring.defaultIdentity()?.name == name))
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
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List your identities.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let keyring = try Environment.keyring()
      let identities = try keyring.identities()
      let standard = try keyring.defaultIdentity()?.name
      guard !json else {
        let list = try identities.map {
          JSONText.object(try Key.members($0, isDefault: $0.name == standard))
        }
        return try Console.print(JSONText.array(list))
      }
      guard !identities.isEmpty else {
        return Console.note(
          "there is no identity yet; valise key generate makes one", quiet: false)
      }
      let now = Platform.now()
      let rows = try identities.flatMap { identity in
        let keys =
          identity.card.keys.map { ($0, identity.state(of: $0, at: now)) }
          + identity.retiredKeys.map { ($0, "retired") }
        return try keys.map { key, state in
          [
            (identity.name == standard ? "* " : "  ") + identity.name, key.kind,
            identity.isEncrypted ? "passphrase" : "unprotected", try key.thumbprintText(), state,
          ]
        }
      }
      try Console.print(Text.table(rows))
    }
  }

  /// The command valise key fingerprint.
  struct Fingerprint: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fingerprint",
      abstract: "Show what others compare to be sure of your keys.")

    @Argument(help: "The identity; your default one if there is none named.")
    var name: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let identity = try Environment.identity(name, in: Environment.keyring())
      let fingerprint = try PublishedKeys.card(identity.card).fingerprint()
      guard !json else { return try Console.print(.object(Text.members(fingerprint))) }
      try Console.print(
        Text.fingerprint(identity.name, fingerprint).joined(separator: "\n"))
    }
  }

  /// The command valise key default.
  struct Default: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "default",
      abstract: "Choose the identity that me means, or show which it is.")

    @Argument(help: "The identity; nothing to show the current one.")
    var name: String?

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let keyring = try Environment.keyring()
      guard let name else {
        let name = try Environment.identity(nil, in: keyring).name
        return try answer.json
          ? Console.print(.object([.init("name", .string(name))])) : Console.print(name)
      }
      _ = try Environment.identity(name, in: keyring)
      try keyring.setDefaultIdentity(name)
      try answer.say("me means \(name) from now on", [.init("name", .string(name))])
    }
  }
}
