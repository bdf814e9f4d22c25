internal import DurableFiles

extension JWT {
  /// What a token must be to be believed (RFC 8725).
  ///
  /// Always checked, whatever is set here: both layers, the signature, that its key is one of the
  /// issuer's, `typ`, `iss`, `aud`, and `exp`, `nbf` and `iat` where they stand.
  public struct ValidationPolicy: Sendable {
    /// Accepted values of `typ` in the signed layer: one for each use, so that no token passes for
    /// another (RFC 8725 §3.11).
    public var types: [String]
    /// Names in `aud` that mean the receiver; nil for the thumbprint URI of the key that opened it.
    public var audiences: [String]?
    /// Claims that must be there, besides `iss` and `aud`.
    public var requiredClaims = ["iat", "exp"]
    /// Ways of signing that are accepted; a key's own kind narrows them further.
    public var algorithms = SignatureAlgorithm.asymmetric
    /// How far clocks may differ, in seconds.
    public var leeway = 60
    /// The time in seconds since 1970; nil for the system's clock.
    public var now: Int?
    /// A token's size in bytes, before it is opened.
    public var maximumByteCount = 1 << 20
    /// The keys that an issuer signs with; none for an issuer that is not known.
    ///
    /// Keys come from here alone, never from the token (RFC 8725 §3.8), but for ``introduction``.
    public var signerKeys: @Sendable (_ issuer: String) throws -> [PublicJWK]

    /// Makes keys of what the token itself says, none of it verified, when ``signerKeys`` has none.
    ///
    /// Only the one whose thumbprint URI (RFC 9278) is `iss` is used. Then the token proves that its
    /// issuer signed it, and nothing of who that is. Nil, as it is by default, takes no introduction.
    public var introduction: (@Sendable (_ claims: Claims) throws -> [PublicJWK])?

    /// Accepts tokens of `types` from the issuers that `signerKeys` knows.
    public init(
      types: [String], signerKeys: @escaping @Sendable (_ issuer: String) throws -> [PublicJWK]
    ) {
      self.types = types
      self.signerKeys = signerKeys
    }

    var time: Int { now ?? Platform.now() }
  }
}

extension JWT {
  /// Why a token is not believed, where a caller might treat that in a way of its own: what
  /// ``JOSEError/underlying`` is then.
  public enum Refusal: Error, Hashable, Sendable {
    /// It was signed for somebody else.
    case otherAudience
    /// `exp` has passed.
    case expired
    /// `nbf` or `iat` is yet to come; one of the two clocks may be wrong.
    case notYetValid
    /// The policy has no keys of the issuer that it names, truly or not.
    case unknownIssuer(String)
  }
}

extension SignatureAlgorithm {
  /// Those whose signatures tell who signed: a shared key would let the receiver have done it.
  public static let asymmetric: Set<Self> = Set(allCases).subtracting([.hs256, .hs384, .hs512])
}

extension JWT.Claims {
  /// Checks all that can be said without the signer's key.
  ///
  /// - Parameters:
  ///   - policy: what to believe.
  ///   - openingKey: the thumbprint URI of the key that opened the token; nil for a key without.
  /// - Returns: the issuer, not known to have signed.
  /// - Throws: ``JOSEError`` `verificationFailed`.
  func validate(
    _ policy: JWT.ValidationPolicy, openingKey: String?
  ) throws(JOSEError) -> String {
    if let missing = policy.requiredClaims.first(where: { !has($0) }) {
      throw Self.refusal("\(missing) is missing")
    }
    guard let issuer else { throw Self.refusal("iss is missing") }
    // Whoever was sent a signed text can send it on: it must say that it was meant for us (Davis,
    // "Defective Sign & Encrypt", 2001).
    let names = policy.audiences ?? [openingKey].compactMap { $0 }
    guard audience.contains(where: { own in names.contains { $0.isExactly(own) } }) else {
      throw Self.refusal("it was signed for somebody else", .otherAudience)
    }
    let now = policy.time
    if let expirationTime, now >= expirationTime + policy.leeway {
      throw Self.refusal("it has expired", .expired)
    }
    if let notBefore, now < notBefore - policy.leeway {
      throw Self.refusal("it does not hold yet", .notYetValid)
    }
    if let issuedAt, now < issuedAt - policy.leeway {
      throw Self.refusal("it says that it was signed in the future", .notYetValid)
    }
    return issuer
  }

  static func refusal(_ reason: String, _ cause: JWT.Refusal? = nil) -> JOSEError {
    JOSEError(.verificationFailed, reason, underlying: cause)
  }
}

/// A signed token taken apart; nothing in it is verified.
struct SignedToken {
  let claims: JWT.Claims
  /// `typ`, one of those that were accepted.
  let type: String
  private let signature: SignedMessage.Signature
  private let algorithm: SignatureAlgorithm

  /// - Throws: ``JOSEError`` `malformed` unless it is a compact JWS of claims, `verificationFailed`
  ///   when it is of another type than `types`, or signed by another algorithm than `algorithms`.
  init(
    _ text: [UInt8], types: [String], algorithms: Set<SignatureAlgorithm>
  ) throws(JOSEError) {
    // Two signatures, or an unprotected header, are not what a token has (RFC 7519 §1).
    guard !text.contains(UInt8(ascii: "{")) else {
      throw JOSEError(.malformed, "a signed token is not in compact form")
    }
    let message = try SignedMessage(text, detachedPayload: nil, JWS.VerificationPolicy())
    // RFC 7797 §7: not for tokens.
    guard message.signatures.count == 1, let signature = message.signatures.first,
      signature.header["b64"] == nil
    else { throw JOSEError(.malformed, "a signed token has an unencoded payload") }
    guard let type = signature.header.string("typ"),
      types.contains(where: { MediaType($0) == MediaType(type) })
    else { throw JWT.Claims.refusal("the signed token is of another type") }
    guard let algorithm = signature.header.string("alg").flatMap(SignatureAlgorithm.init(exactly:)),
      algorithms.contains(algorithm)
    else { throw JWT.Claims.refusal("the signed token's algorithm is not accepted") }
    self.type = type
    self.signature = signature
    self.algorithm = algorithm
    claims = try JWT.Claims(parsing: message.payload)
  }

  /// The one of `keys` that the signature holds under, and how.
  ///
  /// - Throws: ``JOSEError`` `verificationFailed` when it holds under none.
  func signer(
    among keys: [PublicJWK]
  ) throws(JOSEError) -> (key: PublicJWK, algorithm: SignatureAlgorithm) {
    var policy = JWS.VerificationPolicy()
    policy.algorithms = [algorithm]
    // The issuer says whose keys they are; the names that both sides gave them may differ.
    let candidates = keys.map { (key) -> JWS.VerificationKey in
      var key = key
      key.metadata.keyID = nil
      return .publicKey(key)
    }
    guard let verified = try signature.verified(0, with: candidates, policy) else {
      throw JWT.Claims.refusal("its signature does not hold")
    }
    return (keys[verified.keyIndex], algorithm)
  }
}
