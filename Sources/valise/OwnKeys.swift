internal import Contacts
internal import JOSE

/// The keys that a command may use; what is under a passphrase is asked for once, however many files
/// there are.
final class OwnKeys {
  let book: AddressBook
  /// The files after `-i`, which take the place of the keyring's identities.
  let keyFiles: [String]
  private let passphrases: PassphraseOptions
  private var unlocked: [String: UnlockedIdentity] = [:]
  private var jwks: [JWK]?

  init(_ book: AddressBook, keyFiles: [String] = [], passphrases: PassphraseOptions) {
    self.book = book
    self.keyFiles = keyFiles
    self.passphrases = passphrases
  }

  /// The identity with its private keys.
  func unlock(_ identity: Identity) throws -> UnlockedIdentity {
    if let known = unlocked[identity.name] { return known }
    let new = try identity.unlock(asking: passphrases)
    unlocked[identity.name] = new
    return new
  }

  /// The keys of the files after `-i`.
  func inFiles() throws -> [JWK] {
    if let jwks { return jwks }
    let new = try keyFiles.flatMap { try KeyFile($0).keys(passphrases) }
    jwks = new
    return new
  }

  /// The passphrase that a file called `name` is under.
  func passphrase(for name: String) throws -> SecretBytes {
    try passphrases.existing("passphrase for \(Text.shown(name))")
  }
}

extension Identity {
  /// The identity with its private keys, a passphrase asked for where one is needed.
  func unlock(asking passphrases: PassphraseOptions) throws -> UnlockedIdentity {
    guard isEncrypted else { return try unlock() }
    return try unlock(passphrase: passphrases.existing("passphrase for the identity \(name)"))
  }
}
