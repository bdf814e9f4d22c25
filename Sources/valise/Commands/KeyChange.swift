internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

extension Key {
  /// The command valise key rotate.
  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate",
      abstract: "Give an identity a fresh encryption key.",
      discussion: """
        What was sealed for the old one still opens. Others use the new one once they have the new \
        card: valise key export prints it, and valise contact add takes it without a question, for \
        it is signed by the key they know.
        """)

    @Argument(help: "The identity; your default one if there is none named.")
    var name: String?

    @Option(
      help: ArgumentHelp("The type of the new key; that of the old one if not.", valueName: "type"))
    var type: String?

    @Option(
      help: ArgumentHelp(
        "When nobody shall encrypt to it any more: 90d, 12w, 6m, 2y or a day.", valueName: "when"))
    var expires: Expiry?

    @OptionGroup(title: "Passphrase options") var passphrases: PassphraseOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let keyring = try Environment.keyring()
      let identity = try Environment.identity(name, in: keyring)
      let former = identity.deviceKey ?? identity.card.keys.first(where: \.canEncrypt)
      let current = former?.kind ?? "X25519"
      let kind = try KeyType.kind(type ?? current)
      let now = Platform.now()
      let rotated = try identity.unlock(asking: passphrases)
        .rotated(to: kind, lifetime: .init(start: now, end: try expires?.time(from: now)))
      try keyring.replace(identity, with: rotated)
      try answer.say(
        "\(identity.name) has a new key; valise key export prints the new card to give others",
        Key.members(rotated, isDefault: keyring.defaultIdentity()?.name == identity.name))
    }
  }

  /// The command valise key passphrase.
  struct Passphrase: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "passphrase",
      abstract: "Change the passphrase of an identity.")

    @Argument(help: "The identity; your default one if there is none named.")
    var name: String?

    @OptionGroup(title: "The passphrase as it is") var passphrases: PassphraseOptions

    @OptionGroup(title: "The passphrase as it shall be") var new: NewPassphraseOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let keyring = try Environment.keyring()
      let identity = try Environment.identity(name, in: keyring)
      let unlocked = try identity.unlock(asking: passphrases)
      let changed = try unlocked.protected(
        by: new.passphrase("new passphrase for \(identity.name)"))
      try keyring.replace(identity, with: changed)
      try answer.say(
        new.isUnprotected
          ? "\(identity.name) is under no passphrase any more"
          : "\(identity.name) is under the new passphrase",
        Key.members(changed, isDefault: keyring.defaultIdentity()?.name == identity.name))
    }
  }

  /// The command valise key revoke.
  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke",
      abstract: "Take an identity's keys back for good.",
      discussion: """
        Writes a revocation, a card that everybody who has the old one takes: valise contact add. \
        From then on nobody seals for the identity; what was sealed for it still opens. With \
        --prepare the revocation is only written, to be kept apart; --with uses such a one, which \
        needs no passphrase.
        """)

    @Argument(help: "The identity.")
    var name: String

    @Option(
      name: [.customShort("o"), .customLong("output")],
      help: ArgumentHelp("Write the revocation to a file, which must not exist.", valueName: "file")
    )
    var output: String?

    @Option(help: ArgumentHelp("Why, for others to read.", valueName: "text"))
    var reason: String?

    @Flag(help: "Write the revocation, and leave the identity as it is.")
    var prepare = false

    @Option(
      name: .customLong("with"),
      help: ArgumentHelp("Use a revocation that was made before.", valueName: "file"))
    var prepared: String?

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup(title: "Passphrase options") var passphrases: PassphraseOptions

    @OptionGroup var answer: AnswerOptions

    mutating func validate() throws {
      guard prepared == nil || (!prepare && reason == nil && output == nil) else {
        throw ValidationError("--with goes with neither --prepare, --reason nor --output")
      }
    }

    func run() throws {
      let keyring = try Environment.keyring()
      let identity = try Environment.identity(name, in: keyring)
      let output = try Output(output, force: false)
      let card: Card
      if let prepared {
        guard let known = try KeyFile(prepared).card() else {
          throw Failure(.badData, "\(Text.shown(prepared)): is no revocation")
        }
        card = known
      } else {
        card = try identity.unlock(asking: passphrases)
          .revocation(reason: reason, at: Platform.now())
      }
      guard !prepare else { return try output.write(card.serialized.span) }
      let revoked = try identity.revoked(by: card)
      try confirmation.require("revoke \(name) for good?", orElse: "\(name) was not revoked")
      // Written first: a revocation that is in force here and nowhere else is no use.
      if prepared == nil { try output.write(card.serialized.span) }
      try keyring.replace(identity, with: revoked)
      let note = "\(name) is revoked; give the revocation to everybody who has its card"
      // With --json, standard output has the revocation, which is JSON itself.
      guard prepared != nil else { return Console.note(note, quiet: answer.quiet || answer.json) }
      try answer.say(
        note, Key.members(revoked, isDefault: keyring.defaultIdentity()?.name == name))
    }
  }
}
