internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

/// The command valise key.
struct Key: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Make, list and move your own keys.",
    subcommands: [
      Generate.self, List.self, Export.self, Import.self, Fingerprint.self, Default.self,
      Rotate.self, Passphrase.self, Revoke.self, Remove.self, DeviceCommand.self, Update.self,
    ])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise key --help lists them")
  }

  /// An identity as data.
  static func members(_ identity: Identity, isDefault: Bool) throws -> [JSONText.Member] {
    [
      .init("name", .string(identity.name)), .init("default", .bool(isDefault)),
      .init("encrypted", .bool(identity.isEncrypted)),
      .init("serial", .integer(identity.card.serial)),
      .init("keys", .array(try identity.card.keys.map { try $0.description(in: identity) })),
      .init(
        "retired", .array(try identity.retiredKeys.map { try $0.description(in: identity) })),
    ]
  }
}

extension PublicJWK {
  /// The key as data.
  fileprivate func description(in identity: Identity) throws -> JSONText {
    let isRetired = identity.retiredKeys.contains { $0.isSameKey(as: self) }
    var members: [JSONText.Member] = [
      .init("type", .string(kind)), .init("use", .string(canEncrypt ? "enc" : "sig")),
      .init("thumbprint", .string(try thumbprintText())),
      .init("state", .string(isRetired ? "retired" : state(at: Platform.now()))),
    ]
    if canEncrypt { members.append(.init("here", .bool(identity.holds(self)))) }
    if let name = identity.card.deviceName(of: self) {
      members.append(.init("device", .string(name)))
    }
    return .object(members)
  }

  /// Whether the key may be used, in a word.
  func state(at now: Int) -> String {
    switch metadata.validity(at: now) {
    case .valid: "valid"
    case .expired: "expired"
    case .revoked: "revoked"
    }
  }

  /// Since when the key may not be used, or until when it may, in words; nil when there is nothing
  /// to say.
  func lifetime(at now: Int) -> String? {
    switch metadata.validity(at: now) {
    case .valid: metadata.expiresAt.map { "expires on \(Platform.lastDay(before: $0))" }
    case .expired(let end): "expired on \(Platform.lastDay(before: end))"
    case .revoked(let revocation): "revoked on \(Platform.day(of: revocation.revokedAt))"
    }
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
    isUnprotected
      ? nil : try passphrases.new(prompt, alternative: "--no-passphrase does without")
  }
}

/// How private keys are kept that have to be opened first.
struct TransferOptions: ParsableArguments {
  // A passphrase that is handed over protects as well, unless another one is: what moves is the same.
  @OptionGroup var passphrases: PassphraseOptions

  @OptionGroup var new: NewPassphraseOptions

  /// The passphrase to protect with; nil for none.
  func passphrase(_ prompt: String) throws -> SecretBytes? {
    try new.passphrase(prompt, orElse: passphrases)
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
