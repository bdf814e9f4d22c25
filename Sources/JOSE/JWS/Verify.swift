internal import Primitives

extension JWS {
  /// A key that signatures are verified with.
  public enum VerificationKey: Sendable {
    /// The signer's public key.
    case publicKey(PublicJWK)
    /// A shared key.
    case symmetric(SymmetricJWK)

    var signatureKey: SignatureKey {
      switch self {
      case .publicKey(let key): .publicKey(key)
      case .symmetric(let key): .symmetric(key)
      }
    }

    var keyID: String? {
      switch self {
      case .publicKey(let key): key.metadata.keyID
      case .symmetric(let key): key.metadata.keyID
      }
    }
  }

  /// What a verifier puts up with.
  public struct VerificationPolicy: Sendable {
    /// Algorithms that may be used; a key's own kind narrows them further.
    public var algorithms = Set(SignatureAlgorithm.allCases)
    /// How many signatures a message may have.
    public var maximumSignatureCount = 100
    /// A header as it was written, in bytes.
    public var maximumHeaderByteCount = 1 << 16
    /// The whole message in bytes.
    public var maximumByteCount = 32 << 20

    /// The defaults, which are safe for messages from strangers.
    public init() {}
  }

  /// One signature that held.
  public struct VerifiedSignature: Sendable {
    /// Which of the message's signatures it is.
    public let index: Int
    /// Which of the caller's keys it holds under.
    public let keyIndex: Int
    /// How it was made.
    public let algorithm: SignatureAlgorithm
    /// `kid` of its own header.
    public let keyID: String?
    /// `typ` of its own protected header.
    public let type: String?
    /// `cty` of its own protected header.
    public let contentType: String?
  }

  /// A payload under at least one signature that held.
  public struct Verified: Sendable {
    /// What was signed.
    public let payload: [UInt8]
    /// The signatures that held and the keys they hold under, at least one.
    ///
    /// Others in the message say nothing.
    public let signatures: [VerifiedSignature]
  }

  /// Verifies a message in any serialization.
  ///
  /// Keys come from the caller alone: `jwk`, `jku`, `x5u` and `x5c` in a header are not looked at,
  /// for who can forge a message can write them (CVE-2018-0114).
  ///
  /// - Parameters:
  ///   - message: compact, flattened or general.
  ///   - detachedPayload: what was signed, when the message does not hold it.
  ///   - keys: the keys to try.
  ///   - policy: algorithms and bounds.
  /// - Returns: the payload, and which signatures held under which keys.
  /// - Throws: ``JOSEError`` `malformed`, `unsupported` for critical extensions, `limitExceeded`,
  ///   and `verificationFailed` when no signature holds under any key.
  public static func verify(
    _ message: [UInt8], detachedPayload: [UInt8]? = nil, with keys: [VerificationKey],
    policy: VerificationPolicy = VerificationPolicy()
  ) throws(JOSEError) -> Verified {
    let parsed = try SignedMessage(message, detachedPayload: detachedPayload, policy)
    var held: [VerifiedSignature] = []
    for (index, signature) in parsed.signatures.enumerated() {
      if let verified = try signature.verified(index, with: keys, policy) { held.append(verified) }
    }
    guard !held.isEmpty else {
      throw JOSEError(.verificationFailed, "no signature holds under any of the keys")
    }
    return Verified(payload: parsed.payload, signatures: held)
  }
}

extension SignedMessage.Signature {
  /// What is known once the signature held under one of `keys`; nil when it holds under none.
  func verified(
    _ index: Int, with keys: [JWS.VerificationKey], _ policy: JWS.VerificationPolicy
  ) throws(JOSEError) -> JWS.VerifiedSignature? {
    guard let name = header.string("alg"), let algorithm = SignatureAlgorithm(exactly: name),
      policy.algorithms.contains(algorithm)
    else { return nil }
    for (keyIndex, key) in keys.enumerated() where mayBe(key) {
      do { try key.signatureKey.require(algorithm, ["verify"]) } catch { continue }
      if try holds(algorithm, key) {
        return JWS.VerifiedSignature(
          index: index, keyIndex: keyIndex, algorithm: algorithm, keyID: header.string("kid"),
          type: header.protected?["typ"]?.string, contentType: header.protected?["cty"]?.string)
      }
    }
    return nil
  }

  /// A signature that names its key is not tried with one of another name.
  private func mayBe(_ key: JWS.VerificationKey) -> Bool {
    guard let named = header["kid"]?.utf8, let own = key.keyID else { return true }
    return named.elementsEqual(own.utf8)
  }

  private func holds(
    _ algorithm: SignatureAlgorithm, _ key: JWS.VerificationKey
  ) throws(JOSEError) -> Bool {
    try primitive { () throws(PrimitiveError) in
      switch key {
      case .symmetric(let key):
        guard case .hmac(let hash) = algorithm.family else { return false }
        let expected = try HMAC.code(hash, key: key.k, input.span)
        return ConstantTime.areEqual(expected.span, signature.span)
      case .publicKey(let key):
        switch (algorithm.family, key.material) {
        case (.rsa(let scheme, let hash), .rsa(let key)):
          return try key.isValid(signature: signature.span, for: input.span, scheme, hash: hash)
        case (.ecdsa, .nist(let key)):
          return try key.isValid(signature: signature.span, for: input.span)
        case (.edwards, .edwards(let key)):
          return try key.isValid(signature: signature.span, for: input.span)
        default: return false
        }
      }
    }
  }
}
