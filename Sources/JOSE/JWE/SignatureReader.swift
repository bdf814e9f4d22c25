internal import Primitives

/// An envelope's signature in which everything held that can be checked before the content is read.
struct PendingSignature {
  private let authorship: JWE.Authorship
  private let plaintextDigest: [UInt8]

  /// Who sealed it, if `digest` is that of the plaintext.
  ///
  /// - Throws: ``JOSEError`` `verificationFailed` when somebody put other content under the key.
  func authorship(_ digest: HashContext) throws(JOSEError) -> JWE.Authorship {
    let digest = try primitive { () throws(PrimitiveError) in try digest.finish() }
    guard ConstantTime.areEqual(digest.span, plaintextDigest.span) else {
      throw JWT.Claims.refusal("its content is not what was signed")
    }
    return authorship
  }

  /// Nil for an envelope that does not say that it is signed.
  ///
  /// - Throws: ``JOSEError`` `verificationFailed` for whatever makes the signature unbelievable,
  ///   `malformed`, `limitExceeded`.
  init?(
    _ head: EnvelopeHead, _ candidate: JWE.UnlockedEnvelope.Candidate,
    _ policy: JWE.SignaturePolicy
  ) throws(JOSEError) {
    guard head.isSigned else { return nil }
    let token = try Self.token(head.signature ?? [], candidate.contentKey)
    let openingKey = try candidate.trial.key.thumbprintURI()
    let validation = Self.validation(policy)
    let issuer = try token.claims.validate(validation, openingKey: openingKey)
    try Self.check(token.claims, EnvelopeSignature.commitmentClaim, head.commitment ?? [])
    try Self.check(
      token.claims, EnvelopeSignature.additionalDataClaim,
      EnvelopeSignature.digest(head.additionalData))
    plaintextDigest = try Self.octets(token.claims, EnvelopeSignature.plaintextClaim)
    authorship = try Self.authorship(token, issuer, policy)
  }

  /// What can be refused without a key: `typ` says that it is signed, and it is not.
  static func checkPresence(_ head: EnvelopeHead, isRequired: Bool) throws(JOSEError) {
    guard head.isSigned else {
      guard !isRequired else { throw JWT.Claims.refusal("it is not signed") }
      return
    }
    guard let signature = head.signature else {
      throw JWT.Claims.refusal("it says that it is signed, but its signature is missing")
    }
    guard head.commitment != nil else {
      throw JWT.Claims.refusal("it is signed, but its commitment is missing")
    }
    guard signature.count <= EnvelopeSignature.maximumByteCount else {
      throw JOSEError(
        .limitExceeded, "its signature is over \(EnvelopeSignature.maximumByteCount) bytes")
    }
    // Nobody writes it: what is signed would have to be told before the tag holds, or after zlib.
    guard head.protected?["zip"] == nil else {
      throw JOSEError(.unsupported, "it is signed and compressed")
    }
  }

  /// The JWS within the JWE, with its structure checked.
  private static func token(
    _ text: [UInt8], _ contentKey: SecretBytes
  ) throws(JOSEError) -> SignedToken {
    var policy = JWE.DecryptionPolicy()
    policy.keyManagement = [.direct]
    policy.contentEncryption = [.a256GCM]
    let envelope = try JWE.Envelope(BytesInMemory(text), policy: policy)
    guard envelope.head.form == .compact, !envelope.head.isSigned,
      let contentType = envelope.contentType, MediaType(contentType) == MediaType("JWT")
    else { throw JOSEError(.malformed, "its signature is not a compact JWE of a token") }
    let gathered = BytesGathered()
    do {
      let key = try EnvelopeSignature.key(contentKey)
      _ = try envelope.unlock(with: [.symmetric(key)]).decrypt(into: gathered)
    } catch {
      guard error.code == .decryptionFailed else { throw error }
      throw JWT.Claims.refusal("its signature belongs to another message")
    }
    return try SignedToken(
      gathered.takeCommitted(), types: [EnvelopeSignature.tokenType],
      algorithms: EnvelopeSignature.algorithms)
  }

  private static func validation(_ policy: JWE.SignaturePolicy) -> JWT.ValidationPolicy {
    var validation = JWT.ValidationPolicy(types: [EnvelopeSignature.tokenType]) { _ in [] }
    validation.requiredClaims = ["iat"]
    validation.leeway = policy.leeway
    validation.now = policy.now
    return validation
  }

  private static func authorship(
    _ token: SignedToken, _ issuer: String, _ policy: JWE.SignaturePolicy
  ) throws(JOSEError) -> JWE.Authorship {
    // A name that is shown to people, and that nobody vouches for as long as the key is not known.
    guard ThumbprintURI.thumbprint(in: issuer) != nil else {
      throw JOSEError(.malformed, "iss is not the thumbprint of a key")
    }
    let key = try JWT.lookUp { () throws -> PublicJWK? in try policy.signerKey(issuer) }
    guard let key else {
      guard !policy.isRequired else {
        throw JWT.Claims.refusal("it is signed by a key that is not known: \(issuer)")
      }
      return .signedByUnknownKey(thumbprintURI: issuer)
    }
    guard try key.thumbprintURI().isExactly(issuer) else {
      throw JOSEError(.unsuitableKey, "the look-up of the signer found another key")
    }
    let (_, algorithm) = try token.signer(among: [key])
    return .signed(
      JWE.VerifiedSignature(
        signer: key, signerThumbprintURI: issuer, algorithm: algorithm,
        issuedAt: token.claims.issuedAt ?? 0, audience: token.claims.audience))
  }

  private static func octets(
    _ claims: JWT.Claims, _ name: String
  ) throws(JOSEError) -> [UInt8] {
    guard let value = claims.value(name) else {
      throw JWT.Claims.refusal("\(name) is missing from its signature")
    }
    return try value.base64URL(name)
  }

  private static func check(
    _ claims: JWT.Claims, _ name: String, _ expected: [UInt8]
  ) throws(JOSEError) {
    let octets = try octets(claims, name)
    guard ConstantTime.areEqual(octets.span, expected.span) else {
      throw JWT.Claims.refusal("\(name) of its signature is another message's")
    }
  }
}
