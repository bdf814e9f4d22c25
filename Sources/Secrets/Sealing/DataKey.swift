internal import JOSE
internal import Primitives

/// The one random key of a file, from which the keys of its values and of its digest come.
struct DataKey: Sendable, Equatable {
  static let byteCount = 32
  private let secret: SecretBytes

  private init(_ secret: SecretBytes) { self.secret = secret }

  /// A new key.
  static func random(_ random: RandomSource) throws(SecretsError) -> DataKey {
    DataKey(try primitive { () throws(PrimitiveError) in try random.secret(byteCount) })
  }

  /// The key of the value at `path`: it opens nothing that was sealed elsewhere.
  func key(for path: SecretPath) throws(SecretsError) -> SecretBytes {
    try derive(Array("valise secret v1|".utf8) + path.binding)
  }

  /// The key of the digest.
  func digestKey() throws(SecretsError) -> SecretBytes {
    try derive(Array("valise secrets digest v1".utf8))
  }

  /// HKDF-SHA-256 with an empty salt: the key is random already.
  private func derive(_ info: [UInt8]) throws(SecretsError) -> SecretBytes {
    try primitive { () throws(PrimitiveError) in
      try KeyDerivation.hkdf(
        .sha256, inputKey: secret, salt: [UInt8]().span, info: info.span,
        byteCount: Self.byteCount)
    }
  }

  // MARK: Wrapping

  static let contentType = "jwk+json"

  static var policy: JWE.DecryptionPolicy {
    var policy = JWE.DecryptionPolicy()
    // Who wraps a key for several readers could otherwise give each of them another one.
    policy.requiredCommitment = .severalRecipients
    return policy
  }

  /// The key as a JWK, encrypted for `recipients` (RFC 7517 §7).
  func wrapped(
    for recipients: [JWE.Recipient], _ random: RandomSource
  ) throws(SecretsError) -> [UInt8] {
    var options = JWE.EncryptionOptions()
    options.contentType = Self.contentType
    options.random = random
    do throws(JOSEError) {
      let key = try SymmetricJWK(secret).serialized(.exposingPrivateKey)
      return try JWE.encrypt(key, for: recipients, options: options)
    } catch {
      let code: SecretsError.Code = error.code == .refused ? .unsupported : .internalFailure
      throw SecretsError(code, "the file's key: \(error.reason)", underlying: error)
    }
  }

  /// Opens what ``wrapped(for:_:)`` made.
  ///
  /// - Throws: ``SecretsError`` `noMatchingKey`, `blockMismatch` when a key fits but nothing opens,
  ///   `malformed`.
  init(unwrapping envelope: [UInt8], with keys: [JWE.DecryptionKey]) throws(SecretsError) {
    do throws(JOSEError) {
      let set = try JWKSet(decrypting: envelope, with: keys, policy: Self.policy)
      guard case .symmetric(let key) = set.keys.first, set.keys.count == 1,
        key.k.byteCount == Self.byteCount
      else { throw JOSEError(.malformed, "its content is not a key of 32 bytes") }
      self.init(key.k)
    } catch {
      let code: SecretsError.Code =
        switch error.code {
        case .noMatchingKey, .unsuitableKey: .noMatchingKey
        case .decryptionFailed: Self.names(keys, in: envelope) ? .blockMismatch : .noMatchingKey
        default: .malformed
        }
      throw SecretsError(code, "the file's key: \(error.reason)", underlying: error)
    }
  }

  /// Whether `envelope` says that it is for one of `keys`.
  ///
  /// A key that it does not name is tried all the same, for the sake of hidden recipients; that it
  /// opens nothing then is no sign of damage.
  private static func names(_ keys: [JWE.DecryptionKey], in envelope: [UInt8]) -> Bool {
    do throws(JOSEError) {
      let named = try JWE.Envelope(BytesInMemory(envelope)).recipients.compactMap(\.keyID)
      for key in keys {
        let name: String? =
          switch key {
          case .privateKey(let key): try key.publicKey.thumbprintText()
          case .symmetric(let key): key.metadata.keyID
          case .passphrase: nil
          }
        if let name, named.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { return true }
      }
      return false
    } catch { return false }
  }
}
