internal import Contacts
internal import JOSE

/// The keys that a command may use; what is under a passphrase is asked for once, however many files
/// there are.
final class OwnKeys {
  let book: AddressBook
  /// The files after `-i`, which take the place of the keyring's identities.
  let keyFiles: [String]
  private let passphrases: PassphraseOptions
  private let mayAsk: Bool
  private var unlocked: [String: UnlockedIdentity] = [:]
  private var jwks: [JWK]?
  /// How often something failed for want of a question that may not be asked.
  private(set) var refusalCount = 0

  /// Without `mayAsk`, what would need a question to a person fails.
  init(
    _ book: AddressBook, keyFiles: [String] = [], passphrases: PassphraseOptions,
    mayAsk: Bool = true
  ) {
    self.book = book
    self.mayAsk = mayAsk
    self.keyFiles = keyFiles
    self.passphrases = passphrases
  }

  /// The identity with its private keys.
  func unlock(_ identity: Identity) throws -> UnlockedIdentity {
    if let known = unlocked[identity.name] { return known }
    if identity.isEncrypted { try refuseToAsk("the identity \(identity.name)") }
    if let exposure = book.keyring.exposure(of: identity) { warn(of: exposure) }
    let new = try identity.unlock(asking: passphrases)
    unlocked[identity.name] = new
    return new
  }

  /// The keys of the files after `-i`.
  func inFiles() throws -> [JWK] {
    if let jwks { return jwks }
    let files = try keyFiles.map { try KeyFile($0) }
    for file in files where file.isEnvelope { try refuseToAsk(Text.shown(file.path)) }
    let new = try files.flatMap { try $0.keys(passphrases) }
    jwks = new
    return new
  }

  /// The passphrase that a file called `name` is under.
  func passphrase(for name: String) throws -> SecretBytes {
    try refuseToAsk(Text.shown(name))
    return try passphrases.existing("passphrase for \(Text.shown(name))")
  }

  private func warn(of exposure: Keyring.Exposure) {
    switch exposure {
    case .readable(let path):
      Console.warning(
        "\(Text.shown(path)): others can read the private keys in it; chmod go= keeps them out")
    case .writable(let path):
      Console.warning(
        "\(Text.shown(path)): others can put their keys there; chmod go= keeps them out")
    }
  }

  private func refuseToAsk(_ what: String) throws {
    guard mayAsk || passphrases.areGiven else {
      refusalCount += 1
      throw Failure(.noKey, "\(what) is under a passphrase")
    }
  }
}

extension Identity {
  /// The identity with its private keys, a passphrase asked for where one is needed.
  func unlock(asking passphrases: PassphraseOptions) throws -> UnlockedIdentity {
    guard isEncrypted else { return try unlock() }
    return try unlock(passphrase: passphrases.existing("passphrase for the identity \(name)"))
  }
}
