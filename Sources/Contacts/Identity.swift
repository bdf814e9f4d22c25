internal import DurableFiles
public import JOSE

/// A person's own keys: the public ones readable, the private ones usually under a passphrase.
public struct Identity: Sendable {
  enum PrivateKeys: Sendable {
    /// A JWE of the JWK Set (RFC 7517 §7).
    case encrypted([UInt8])
    /// The JWK Set itself.
    case plain(SecretBytes)
  }

  /// The identity's name.
  public let name: String
  /// The public keys.
  public let publicKeys: [PublicJWK]
  let privateKeys: PrivateKeys

  /// Whether a passphrase is needed to use the private keys.
  public var isEncrypted: Bool {
    if case .encrypted = privateKeys { return true }
    return false
  }

  /// The keys to encrypt to.
  public var encryptionKeys: [PublicJWK] { publicKeys.filter(\.canEncrypt) }

  /// The private keys of an identity that needs no passphrase.
  ///
  /// - Throws: ``ContactsError`` `wrongPassphrase` when it does need one, `damaged`.
  public func unlock() throws(ContactsError) -> [PrivateJWK] {
    guard case .plain(let text) = privateKeys else {
      throw ContactsError(.wrongPassphrase, "the identity \(name) is under a passphrase")
    }
    do throws(JOSEError) { return try checked(JWKSet(parsing: text)) } catch {
      throw damaged(error)
    }
  }

  /// The private keys under `passphrase`.
  ///
  /// - Throws: ``ContactsError`` `wrongPassphrase`, or `damaged` when what opens is not the private
  ///   half of the public keys.
  public func unlock(passphrase: SecretBytes) throws(ContactsError) -> [PrivateJWK] {
    guard case .encrypted(let envelope) = privateKeys else { return try unlock() }
    let set: JWKSet
    do { set = try JWKSet(decrypting: envelope, with: [.passphrase(passphrase)]) } catch {
      guard error.code == .decryptionFailed else { throw damaged(error) }
      throw ContactsError(
        .wrongPassphrase, "the passphrase does not open the identity \(name)", underlying: error)
    }
    do throws(JOSEError) { return try checked(set) } catch { throw damaged(error) }
  }

  private func damaged(_ error: JOSEError) -> ContactsError {
    ContactsError(.damaged, "the identity \(name) is damaged: \(error.reason)", underlying: error)
  }

  /// Whoever could change the readable half could have other keys encrypted to.
  private func checked(_ set: JWKSet) throws(JOSEError) -> [PrivateJWK] {
    let keys = set.keys.compactMap { key in
      if case .privateKey(let key) = key { key } else { nil }
    }
    let isWhole =
      keys.count == publicKeys.count
      && zip(keys, publicKeys).allSatisfy { $0.publicKey.isSameKey(as: $1) }
    guard isWhole else {
      throw JOSEError(.invalidKey, "its private and public keys do not belong together")
    }
    return keys
  }

  init(name: String, keys: [PrivateJWK], passphrase: SecretBytes?) throws(ContactsError) {
    try Name.check(name)
    guard !keys.isEmpty else { throw ContactsError(.unusableKey, "there is no private key") }
    self.name = name
    publicKeys = keys.map(\.publicKey)
    let set = JWKSet(keys.map { .privateKey($0) })
    guard let passphrase else {
      privateKeys = .plain(set.json(.exposingPrivateKey).secret())
      return
    }
    do throws(JOSEError) {
      privateKeys = .encrypted(
        try set.encrypted(for: [JWE.Recipient(passphrase: passphrase, argon2id: .standard)]))
    } catch {
      throw ContactsError(.internalFailure, error.reason, underlying: error)
    }
  }

  init(parsing text: SecretBytes, name: String) throws(ContactsError) {
    do throws(JOSEError) {
      let root = try JSONDocument(parsing: text).root
      guard let publicPart = root["public"], let privatePart = root["private"],
        privatePart.isObject
      else { throw JOSEError(.malformed, "public or private is missing") }
      publicKeys = try JWKSet(publicPart).publicKeys
      privateKeys =
        privatePart["ciphertext"] == nil
        ? .plain(privatePart.secretSource) : .encrypted(privatePart.source)
    } catch {
      throw ContactsError(
        .damaged, "the identity \(name) is damaged: \(error.reason)", underlying: error)
    }
    self.name = name
  }

  /// The identity's file.
  var serialized: SecretBytes {
    let privatePart: JSONText =
      switch privateKeys {
      case .encrypted(let envelope): .verbatim(envelope.filter { $0 != 0x0A })
      case .plain(let text): .secretVerbatim(text)
      }
    return JSONText.object([
      .init("name", .string(name)),
      .init("public", .object([.init("keys", .array(publicKeys.map(\.json)))])),
      .init("private", privatePart),
    ]).secret(readable: true)
  }
}
