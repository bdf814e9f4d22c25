internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Primitives

/// A file of keys in any of the forms that people have: JWK, JWK Set, encrypted JWK, PEM, or
/// public keys of OpenSSH.
struct KeyFile {
  let path: String
  private let text: SecretBytes

  private static let limit = 1 << 20

  /// Reads the file; `-` is standard input.
  init(_ path: String) throws {
    self.path = path
    do {
      let file = path == "-" ? try InputFile.standardInput() : try InputFile(path: path)
      text = try SecretInput.readAll(descriptor: file.descriptorNumber, limit: Self.limit)
    } catch let error as FileError {
      throw Failure(reading: error)
    } catch let error as PrimitiveError {
      throw Failure(.badData, "\(Text.shown(path)): \(error.reason)")
    }
  }

  /// A JWK that was written on a line of its own.
  init(line: String, in path: String) {
    self.path = path
    text = SecretBytes(copying: Array(line.utf8).span)
  }

  /// Its keys.
  ///
  /// A passphrase is asked for when they are encrypted.
  func keys(_ passphrases: PassphraseOptions) throws -> [JWK] {
    do throws(JOSEError) {
      guard isJSON else {
        return try isOpenSSH ? JWKSet(openSSH: text).keys : JWKSet(pem: text).keys
      }
    } catch {
      throw text.withBytes { ForeignText(fileOf: $0) }?.failure(path)
        ?? Failure(error, naming: path)
    }
    let text = try json(passphrases)
    do throws(JOSEError) { return try nonEmpty(JWKSet(parsing: text)) } catch {
      throw Failure(error, naming: path)
    }
  }

  /// Its private keys, with the card that valise exports beside them.
  func identity(_ passphrases: PassphraseOptions) throws -> ExportedIdentity {
    guard isJSON else {
      return ExportedIdentity(
        try keys(passphrases).compactMap { if case .privateKey(let key) = $0 { key } else { nil } })
    }
    let text = try json(passphrases)
    do { return try ExportedIdentity(parsing: text) } catch { throw failure(error) }
  }

  /// What is JSON in it, decrypted.
  private func json(_ passphrases: PassphraseOptions) throws -> SecretBytes {
    guard isEnvelope else { return text }
    let passphrase = try passphrases.existing("passphrase for \(Text.shown(path))")
    do throws(JOSEError) {
      return try JWKSet.text(
        decrypting: text.withBytes { Array(copying: $0) }, with: [.passphrase(passphrase)])
    } catch {
      guard error.code == .decryptionFailed else { throw Failure(error, naming: path) }
      throw Failure(.noKey, "\(Text.shown(path)): the passphrase does not open it")
    }
  }

  /// Its public keys; an encrypted file is not opened for them.
  func publicKeys() throws -> [JWK] {
    if isJSON, isEnvelope {
      throw Failure(
        .badData, "\(Text.shown(path)): holds encrypted private keys",
        hint: "valise key export writes the public ones")
    }
    if let card = try card() { return card.keys.map { .publicKey($0) } }
    return try keys(PassphraseOptions())
  }

  /// What somebody published, to be taken as a contact's.
  ///
  /// Whoever hands out a private key has lost it: it must not look like a contact's.
  func published() throws -> PublishedKeys {
    if let card = try card() { return .card(card) }
    // Private keys of RSA are worth seconds of arithmetic each before they are known to be whole.
    guard !namesPrivateMembers else { throw holdsPrivateKeys }
    let keys = try publicKeys()
    let publicKeys = keys.compactMap { if case .publicKey(let key) = $0 { key } else { nil } }
    guard publicKeys.count == keys.count else { throw holdsPrivateKeys }
    guard !publicKeys.allSatisfy(\.onlySigns) else {
      throw Failure(.badData, "\(Text.shown(path)): \(Self.onlySigns)")
    }
    return .bare(publicKeys)
  }

  static let onlySigns = "has no key that can be encrypted to: keys of Ed25519 and Ed448 only sign"

  private var holdsPrivateKeys: Failure {
    Failure(
      .badData, "\(Text.shown(path)): holds a private or shared key, not a contact's",
      hint: "ask for their public keys: valise key export prints them")
  }

  private var namesPrivateMembers: Bool {
    guard isJSON, let root = (try? JSONDocument(parsing: text))?.root else { return false }
    return (root["keys"]?.elements ?? [root]).contains { $0["d"] != nil || $0["k"] != nil }
  }

  /// The card that it holds, verified against its own key; nil when it is something else.
  func card() throws -> Card? {
    guard isJSON, (try? JSONDocument(parsing: text))?.root["signature"] != nil else { return nil }
    do { return try Card(parsing: text.withBytes { Array(copying: $0) }) } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: ContactsError) -> Failure {
    let isForged = (error.underlying as? JOSEError)?.code == .verificationFailed
    return Failure(
      isForged ? .refused : .badData, "\(Text.shown(path)): \(Text.shown(error.reason))")
  }

  private func nonEmpty(_ set: JWKSet) throws(JOSEError) -> [JWK] {
    guard !set.keys.isEmpty else {
      throw JOSEError(.invalidKey, "it holds no key that is known here")
    }
    return set.keys
  }

  /// Whether `bytes` are a JWK, a JWK Set or PEM, whatever their file is called.
  static func isPresent(in bytes: [UInt8]) -> Bool {
    if bytes.starts(with: "-----BEGIN ".utf8) { return true }
    guard bytes.count <= limit,
      bytes.first(where: { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }) == 0x7B,
      let root = try? JSONDocument(parsing: bytes).root
    else { return false }
    return root["kty"] != nil || root["keys"]?.elements.contains { $0["kty"] != nil } == true
  }

  private var isJSON: Bool {
    text.withBytes { bytes in
      bytes.indices.first { ![0x20, 0x0A, 0x0D, 0x09].contains(bytes[$0]) }
        .map { bytes[$0] == UInt8(ascii: "{") } ?? false
    }
  }

  /// A certificate's text may hold the words of either.
  private var isOpenSSH: Bool {
    text.withBytes { !PEM.isPresent(in: $0) && OpenSSH.isPresent(in: $0) }
  }

  /// Whether its keys are encrypted.
  var isEnvelope: Bool {
    (try? JSONDocument(parsing: text))?.root["ciphertext"] != nil
  }
}

extension PublicJWK {
  /// Whether it is of a kind that is for signatures alone.
  var onlySigns: Bool { ["Ed25519", "Ed448"].contains(kind) }
}
