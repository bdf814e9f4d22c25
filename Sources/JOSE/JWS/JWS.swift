internal import Primitives

/// JSON Web Signature (RFC 7515), with unencoded payloads (RFC 7797).
public enum JWS {
  /// How a signed message is written (RFC 7515 §7).
  public enum Serialization: Sendable {
    /// Three parts with dots between, for one signature.
    case compact
    /// JSON with one signature.
    case flattened
    /// JSON with any number of signatures.
    case general
  }

  /// A key that signs, and how.
  public struct Signer: Sendable {
    enum Key: Sendable {
      case privateKey(PrivateJWK)
      case symmetric(SymmetricJWK)
    }

    let key: Key
    /// How it signs.
    public let algorithm: SignatureAlgorithm
    let keyID: String?

    /// A holder of a private key.
    ///
    /// - Parameters:
    ///   - key: a key for signatures.
    ///   - algorithm: nil for the key's own `alg`, else EdDSA, the curve's ECDSA, or PS256.
    /// - Throws: ``JOSEError`` `unsuitableKey`.
    public init(
      _ key: PrivateJWK, algorithm: SignatureAlgorithm? = nil
    ) throws(JOSEError) {
      let chosen = if let algorithm { algorithm } else { try Self.defaultAlgorithm(key) }
      try SignatureKey.privateKey(key).require(chosen, ["sign"])
      self.key = .privateKey(key)
      self.algorithm = chosen
      keyID = key.metadata.keyID
    }

    /// A holder of a shared key.
    ///
    /// - Throws: ``JOSEError`` `unsuitableKey`, also for a key shorter than the hash (RFC 7518
    ///   §3.2).
    public init(_ key: SymmetricJWK, algorithm: SignatureAlgorithm) throws(JOSEError) {
      try SignatureKey.symmetric(key).require(algorithm, ["sign"])
      self.key = .symmetric(key)
      self.algorithm = algorithm
      keyID = key.metadata.keyID
    }

    private static func defaultAlgorithm(
      _ key: PrivateJWK
    ) throws(JOSEError) -> SignatureAlgorithm {
      if let own = key.metadata.algorithm {
        guard let algorithm = SignatureAlgorithm(exactly: own) else {
          throw JOSEError(.unsuitableKey, "the key is for an algorithm that does not sign")
        }
        return algorithm
      }
      switch key.material {
      case .nist(let key):
        switch key.publicKey.curve {
        case .p256: return .es256
        case .p384: return .es384
        case .p521: return .es512
        }
      case .edwards: return .edDSA
      case .rsa: return .ps256
      case .montgomery:
        throw JOSEError(.unsuitableKey, "an \(key.publicKey.kind) key does not sign")
      }
    }

    /// The same signer, who writes no `kid`.
    var unnamed: Signer { Signer(key, algorithm) }

    private init(_ key: Key, _ algorithm: SignatureAlgorithm) {
      self.key = key
      self.algorithm = algorithm
      keyID = nil
    }

    func signature(over input: [UInt8]) throws(JOSEError) -> [UInt8] {
      try primitive { () throws(PrimitiveError) in
        if case .hmac(let hash) = algorithm.family, case .symmetric(let key) = key {
          return try HMAC.code(hash, key: key.k, input.span)
        }
        guard case .privateKey(let key) = key else { throw Self.mismatch }
        switch (algorithm.family, key.material) {
        case (.rsa(let scheme, let hash), .rsa(let key)):
          return try key.signature(for: input.span, scheme, hash: hash)
        case (.ecdsa, .nist(let key)): return try key.signature(for: input.span)
        case (.edwards, .edwards(let key)): return try key.signature(for: input.span)
        default: throw Self.mismatch
        }
      }
    }

    private static let mismatch = PrimitiveError(.invalidKey, "the key does not fit")
  }

  /// Names that RFC 7515 §4.1 registers, which `crit` must not hold.
  static let registeredParameters: Set<String> = [
    "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit",
  ]
}

/// A key in the place where a signature algorithm needs one.
enum SignatureKey {
  case publicKey(PublicJWK)
  case privateKey(PrivateJWK)
  case symmetric(SymmetricJWK)

  /// - Throws: ``JOSEError`` `unsuitableKey` unless the key is of the algorithm's kind, size and
  ///   declared purpose. A public key is never taken for a shared one (CVE-2015-9235).
  func require(
    _ algorithm: SignatureAlgorithm, _ operations: Set<String>
  ) throws(JOSEError) {
    let fits: Bool
    let metadata: KeyMetadata
    switch self {
    case .symmetric(let key):
      metadata = key.metadata
      // A key shorter than the hash is weaker than the algorithm says (CVE-2026-45363).
      fits =
        if case .hmac(let hash) = algorithm.family { key.k.byteCount >= hash.byteCount } else {
          false
        }
    case .publicKey(let key):
      metadata = key.metadata
      fits = Self.fits(key, algorithm)
    case .privateKey(let key):
      metadata = key.metadata
      fits = Self.fits(key.publicKey, algorithm)
    }
    guard fits else {
      throw JOSEError(.unsuitableKey, "the key does not go with \(algorithm.rawValue)")
    }
    try metadata.require(.signature, operations, algorithm: algorithm.rawValue)
  }

  private static func fits(_ key: PublicJWK, _ algorithm: SignatureAlgorithm) -> Bool {
    switch (algorithm.family, key.material) {
    case (.rsa, .rsa): true
    case (.ecdsa(let curve), .nist(let key)): key.curve == curve
    case (.edwards(let curves), .edwards(let key)): curves.contains(key.curve)
    default: false
    }
  }
}
