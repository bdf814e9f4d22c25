internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

extension Key {
  /// The command valise key device.
  struct DeviceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "device", abstract: "Use an identity on several machines.",
      discussion: """
        Each device has an encryption key of its own, and all of them are on the card: others seal \
        for every device. valise key list shows them.
        """,
      subcommands: [Add.self, Remove.self])

    func run() throws {
      throw Failure(.usage, "a command is missing", hint: "valise key device --help lists them")
    }

    /// The command valise key device add.
    struct Add: ParsableCommand {
      static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Make a key for another machine.",
        discussion: """
          Writes what that machine imports: the card, the signing key and the new key, which is kept \
          nowhere else. Others seal for the device once they have the new card. --passphrase-file \
          opens the identity, and protects what is written unless --new-passphrase-file does.
          """)

      @Argument(help: "What to call the device, for everybody who has the card to read.")
      var device: String

      @Argument(help: "The identity; your default one if there is none named.")
      var name: String?

      @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp(
          "Write what the device imports to a file, which must not exist.", valueName: "file"))
      var output: String

      @Flag(
        name: .customLong("with-old-keys"),
        help: "Let the device open what was sealed before; this one takes a fresh key as well.")
      var withOldKeys = false

      @OptionGroup(title: "Protection of exported private keys") var protection: TransferOptions

      @OptionGroup var answer: AnswerOptions

      func run() throws {
        let keyring = try Environment.keyring()
        let identity = try Environment.identity(name, in: keyring)
        let output = try Output(output, force: false)
        let unlocked = try identity.unlock(asking: protection.passphrases)
        let (changed, exported) = try unlocked.addingDevice(newDevice(of: identity))
        // Written first: a key on the card that nobody holds would be sealed for in vain.
        try output.write(exported, naming: identity.name, under: protection)
        try keyring.replace(identity, with: changed)
        guard !output.isStandard else { return }
        try answer.say(
          "\(device) is a device of \(identity.name); take the file there: valise key import; "
            + "valise key export prints the new card to give others",
          Key.members(changed, isDefault: keyring.defaultIdentity()?.name == identity.name))
      }

      /// A device with a key like this one's.
      private func newDevice(of identity: Identity) throws -> UnlockedIdentity.NewDevice {
        let now = Platform.now()
        let end = identity.deviceKey?.metadata.expiresAt
        if let end, end <= now {
          throw Failure(
            .refused, "the key of \(identity.name) expired on \(Platform.lastDay(before: end))",
            hint: "valise key rotate makes a fresh one")
        }
        return .init(
          name: device, kind: try KeyType.kind(identity.deviceKey?.kind ?? "X25519"),
          lifetime: .init(start: now, end: end), opensOldFiles: withOldKeys)
      }
    }

    /// The command valise key device remove.
    struct Remove: ParsableCommand {
      static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take a machine's key off the card.",
        discussion: """
          Nobody who has the new card seals for the device any more. Whoever can open its keyring \
          still has the signing key: if that is to be feared, valise key revoke is what helps.
          """)

      @Argument(help: "The device's name, or the thumbprint of its key.")
      var device: String

      @Argument(help: "The identity; your default one if there is none named.")
      var name: String?

      @OptionGroup(title: "Passphrase options") var passphrases: PassphraseOptions

      @OptionGroup var answer: AnswerOptions

      func run() throws {
        let keyring = try Environment.keyring()
        let identity = try Environment.identity(name, in: keyring)
        let changed: Identity
        do {
          changed = try identity.unlock(asking: passphrases)
            .removingDevice(device, at: Platform.now())
        } catch let error as ContactsError where error.code == .unknownName {
          throw Failure(error).hinting("valise key list shows the devices")
        }
        try keyring.replace(identity, with: changed)
        try answer.say(
          "\(Text.shown(device)) is no device of \(identity.name) any more; "
            + "valise key export prints the new card to give others",
          Key.members(changed, isDefault: keyring.defaultIdentity()?.name == identity.name))
      }
    }
  }

  /// The command valise key update.
  struct Update: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "update",
      abstract: "Take over the card that another device of yours made.",
      discussion: """
        After a device was added or removed, or took a fresh key: the card of one goes to the \
        others, by valise key export. When both have changed it meanwhile, a card is made of both.
        """)

    @Argument(help: "The card; - for standard input.")
    var file: String

    @OptionGroup(title: "Passphrase options") var passphrases: PassphraseOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let keyring = try Environment.keyring()
      guard let card = try KeyFile(file).card() else {
        throw Failure(
          .badData, "\(Text.shown(file)): is no card",
          hint: "valise key export, on the other device, prints it")
      }
      let identity = try keyring.requiredIdentity(card.name)
      guard !card.isRevocation || identity.card.isRevocation else {
        throw Failure(
          .refused, "\(Text.shown(file)): takes the identity \(identity.name) back for good",
          hint: "valise key revoke \(identity.name) --with FILE does so")
      }
      let (changed, note) = try outcome(identity, card)
      if let changed { try keyring.replace(identity, with: changed) }
      let current = changed ?? identity
      if current.deviceKey == nil {
        Console.warning(
          "this device has no key on the card of \(current.name) any more; valise key rotate "
            + "gives it one")
      }
      try answer.say(
        note, Key.members(current, isDefault: keyring.defaultIdentity()?.name == current.name))
    }

    /// What becomes of the identity, if anything does, and what to say of it.
    private func outcome(_ identity: Identity, _ card: Card) throws -> (Identity?, String) {
      switch try identity.update(to: card) {
      case .unchanged: return (nil, "\(identity.name) knows all that the card says")
      case .newer(let newer): return (newer, "\(identity.name) has the newer card")
      case .diverged:
        let merged = try identity.unlock(asking: passphrases).merged(with: card, at: Platform.now())
        return (
          merged,
          "both devices had changed the card of \(identity.name), which has the keys of both now; "
            + "valise key export prints it to give others and the other device"
        )
      }
    }
  }
}

extension Identity {
  /// Whether the private half of the key is here.
  func holds(_ key: PublicJWK) -> Bool { heldKeys.contains { $0.isSameKey(as: key) } }

  /// What there is to say of a key on the card, in words.
  func state(of key: PublicJWK, at now: Int) -> String {
    [key.lifetime(at: now), device(of: key)].compactMap { $0 }.joined(separator: ", ")
  }

  /// Whose of several devices a key on the card is; nil for the signing key, and where there is one
  /// device.
  private func device(of key: PublicJWK) -> String? {
    guard key.canEncrypt, !(holds(key) && card.keys.filter(\.canEncrypt).count == 1) else {
      return nil
    }
    let name = card.deviceName(of: key)
    guard holds(key) else { return name.map { "device \($0)" } ?? "another device" }
    return name.map { "this device, \($0)" } ?? "this device"
  }
}
