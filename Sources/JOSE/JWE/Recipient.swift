public import Primitives

extension JWE {
  /// Somebody who is to open a message, and how the message's key is wrapped for them.
  public struct Recipient: Sendable {
    enum Key: Sendable {
      case publicKey(PublicJWK)
      case symmetric(SymmetricJWK)
      case passphrase(SecretBytes, iterations: Int)
      case argon2id(SecretBytes, Argon2idParameters)
    }

    let key: Key
    /// How the key is wrapped.
    public let algorithm: KeyManagementAlgorithm
    /// What is written as `kid`; nil keeps the recipient's key hidden.
    public let keyID: String?

    /// Iterations of PBKDF2 when the caller names none: OWASP's advice for HMAC-SHA-512 doubled.
    public static let defaultIterations = 420_000

    private init(_ key: Key, _ algorithm: KeyManagementAlgorithm, keyID: String?) {
      self.key = key
      self.algorithm = algorithm
      self.keyID = keyID
    }

    /// A holder of a key pair, named by the key's thumbprint.
    ///
    /// - Parameters:
    ///   - key: a key for encryption.
    ///   - algorithm: nil for the key's own `alg`, else RSA-OAEP-256 or ECDH-ES+A256KW.
    /// - Throws: ``JOSEError`` `unsuitableKey` when the key is for signatures, or for another
    ///   algorithm.
    public init(
      _ key: PublicJWK, algorithm: KeyManagementAlgorithm? = nil
    ) throws(JOSEError) {
      let chosen = try Self.algorithm(algorithm, for: key)
      self.init(.publicKey(key), chosen, keyID: try key.thumbprintText())
    }

    /// How a message's key is wrapped for `key`, in the way of `wanted` unless that is nil.
    ///
    /// - Throws: ``JOSEError`` `unsuitableKey` when it cannot be, by what the key is or says of itself.
    static func algorithm(
      _ wanted: KeyManagementAlgorithm?, for key: PublicJWK
    ) throws(JOSEError) -> KeyManagementAlgorithm {
      let chosen = if let wanted { wanted } else { try defaultAlgorithm(for: key) }
      let operations: Set<String>
      switch (chosen.family, key.material) {
      case (.rsaOAEP, .rsa): operations = ["wrapKey", "encrypt"]
      case (.agreement, .nist), (.agreement, .montgomery):
        operations = KeyMetadata.agreementOperations
      default:
        throw JOSEError(.unsuitableKey, "\(chosen.rawValue) does not go with a \(key.kind) key")
      }
      var metadata = key.metadata
      // A public key agrees on nothing by itself; WebCrypto exports it with an empty list.
      if metadata.operations?.isEmpty == true { metadata.operations = nil }
      try metadata.require(.encryption, operations, algorithm: chosen.rawValue)
      return chosen
    }

    /// A holder of a shared key, named by the key's own `kid` if it has one.
    ///
    /// - Parameters:
    ///   - key: a key of the algorithm's size; for `dir`, of the content encryption's.
    ///   - algorithm: nil for the key's own `alg`, else AES key wrap of the key's size.
    /// - Throws: ``JOSEError`` `unsuitableKey` when it does not go with the key.
    public init(
      _ key: SymmetricJWK, algorithm: KeyManagementAlgorithm? = nil
    ) throws(JOSEError) {
      let chosen = if let algorithm { algorithm } else { try Self.defaultAlgorithm(for: key) }
      switch chosen.family {
      case .aesKeyWrap(let byteCount), .aesGCMKeyWrap(let byteCount):
        guard key.k.byteCount == byteCount else {
          throw JOSEError(.unsuitableKey, "\(chosen.rawValue) takes a key of \(byteCount) bytes")
        }
        try key.metadata.require(
          .encryption, ["wrapKey", "encrypt"], algorithm: chosen.rawValue)
      case .direct: break
      default:
        throw JOSEError(.unsuitableKey, "\(chosen.rawValue) does not go with a shared key")
      }
      self.init(.symmetric(key), chosen, keyID: key.metadata.keyID)
    }

    /// Whoever knows `passphrase`; alone in a message.
    ///
    /// - Throws: ``JOSEError`` `refused` for fewer than 1,000 or more than 1,200,000 iterations,
    ///   which other readers would not open.
    public init(
      passphrase: SecretBytes, iterations: Int = defaultIterations,
      algorithm: KeyManagementAlgorithm = .pbes2HS512A256KW
    ) throws(JOSEError) {
      guard DecryptionPolicy().iterations.contains(iterations) else {
        throw JOSEError(.refused, "\(iterations) iterations are out of range")
      }
      guard case .passphrase = algorithm.family else {
        throw JOSEError(.unsuitableKey, "\(algorithm.rawValue) does not take a passphrase")
      }
      self.init(.passphrase(passphrase, iterations: iterations), algorithm, keyID: nil)
    }

    /// Whoever knows `passphrase`, at a cost in memory that PBES2 does not have; alone in a message.
    ///
    /// A message in JSON with `alg` `dir`, whose key Argon2id makes of the passphrase. Other readers
    /// open it once that key is made for them, as the protected header says how.
    public init(passphrase: SecretBytes, argon2id parameters: Argon2idParameters) {
      self.init(.argon2id(passphrase, parameters), .direct, keyID: nil)
    }

    /// The content encryption that a direct key says it is for; nil for others.
    var contentEncryption: ContentEncryptionAlgorithm? {
      guard algorithm == .direct, case .symmetric(let key) = key else { return nil }
      return key.metadata.algorithm.flatMap(ContentEncryptionAlgorithm.init(exactly:))
    }

    /// The same recipient without `kid`, so that the message does not show who can open it.
    public var hidden: Recipient { named(nil) }

    /// The same recipient under another `kid`.
    public func named(_ keyID: String?) -> Recipient {
      Recipient(key, algorithm, keyID: keyID)
    }

    private static func defaultAlgorithm(
      for key: PublicJWK
    ) throws(JOSEError) -> KeyManagementAlgorithm {
      if let own = key.metadata.algorithm {
        guard let algorithm = KeyManagementAlgorithm(exactly: own) else {
          throw JOSEError(.unsuitableKey, "the key is for an algorithm that does not encrypt")
        }
        return algorithm
      }
      if case .rsa = key.material { return .rsaOAEP256 }
      return .ecdhESA256KW
    }

    private static func defaultAlgorithm(
      for key: SymmetricJWK
    ) throws(JOSEError) -> KeyManagementAlgorithm {
      if let own = key.metadata.algorithm {
        if let algorithm = KeyManagementAlgorithm(exactly: own) { return algorithm }
        // For `dir` the key's `alg` is the content encryption (RFC 7518 §4.5).
        if ContentEncryptionAlgorithm(exactly: own) != nil { return .direct }
        throw JOSEError(.unsuitableKey, "the key is for an algorithm that does not encrypt")
      }
      switch key.k.byteCount {
      case 16: return .a128KW
      case 24: return .a192KW
      case 32: return .a256KW
      default: throw JOSEError(.unsuitableKey, "a shared key has 16, 24 or 32 bytes")
      }
    }
  }
}
