extension JWT {
  /// How a token is made.
  public struct SealingOptions: Sendable {
    /// `typ` of the signed layer, which tells what the token is for (RFC 8725 §3.11).
    public var type: String
    /// How it is written; nil for the compact form where there is one recipient, else JSON.
    public var serialization: JWE.Serialization?
    /// The cipher.
    public var contentEncryption: ContentEncryptionAlgorithm?

    /// The defaults, for a token of `type`.
    public init(type: String) { self.type = type }
  }

  /// Signs claims and encrypts what was signed.
  ///
  /// The claims are taken as they are: `iss` should name the signer and `aud` the recipients, or
  /// nobody will believe them.
  ///
  /// - Parameters:
  ///   - claims: what to say.
  ///   - signer: the issuer, with a private key.
  ///   - recipients: one or more.
  ///   - options: what kind of token it is, and its form.
  /// - Returns: a JWE with `cty` `JWT` around a compact JWS (RFC 7519 §5.2).
  /// - Throws: ``JOSEError`` `unsuitableKey` for a shared signing key, and as
  ///   ``JWE/encrypt(_:for:options:)``.
  public static func seal(
    _ claims: Claims, signedBy signer: JWS.Signer, for recipients: [JWE.Recipient],
    options: SealingOptions
  ) throws(JOSEError) -> [UInt8] {
    let signed = try claims.signed(by: signer, type: options.type)
    var encryption = JWE.EncryptionOptions()
    encryption.contentType = "JWT"
    encryption.contentEncryption = options.contentEncryption
    encryption.serialization =
      options.serialization ?? (recipients.count == 1 ? .compact : .json)
    return try JWE.encrypt(signed, for: recipients, options: encryption)
  }

  /// A token in which everything held.
  public struct Opened: Sendable {
    /// What it says.
    public let claims: Claims
    /// `typ` of the signed layer: which of the accepted kinds of token it is.
    public let type: String
    /// The key that signed it, one of the issuer's.
    public let signer: PublicJWK
    /// What was learned of its recipients.
    public let opening: JWE.Opening
  }

  /// Opens a token and believes it only if both layers hold.
  ///
  /// What is encrypted and not signed, or signed and not encrypted, is no token here.
  ///
  /// - Parameters:
  ///   - token: a JWE in any form.
  ///   - keys: the receiver's.
  ///   - policy: what to believe.
  ///   - encryption: what to put up with in the outer layer.
  /// - Returns: the claims and the key that signed them.
  /// - Throws: ``JOSEError`` `verificationFailed` for whatever makes the signed layer
  ///   unbelievable, with a ``Refusal`` as its cause where that may matter,
  ///   `malformed`, `limitExceeded`, and as ``JWE/decrypt(_:with:policy:)``.
  public static func open(
    _ token: [UInt8], with keys: [JWE.DecryptionKey], policy: ValidationPolicy,
    encryption: JWE.DecryptionPolicy = JWE.DecryptionPolicy()
  ) throws(JOSEError) -> Opened {
    guard token.count <= policy.maximumByteCount else {
      throw JOSEError(.limitExceeded, "the token is over \(policy.maximumByteCount) bytes")
    }
    let envelope = try JWE.Envelope(BytesInMemory(token), policy: encryption)
    guard let contentType = envelope.contentType, MediaType(contentType) == MediaType("JWT") else {
      throw JOSEError(.malformed, "its content is not a signed token")
    }
    let gathered = BytesGathered()
    let opening = try envelope.unlock(with: keys).decrypt(into: gathered)
    let signed = try SignedToken(
      gathered.takeCommitted(), types: policy.types, algorithms: policy.algorithms)
    let openingKey = try keys[opening.keyIndex].thumbprintURI()
    let issuer = try signed.claims.validate(policy, openingKey: openingKey)
    let known = try policy.keys(of: issuer, saying: signed.claims)
    guard !known.isEmpty else {
      throw Claims.refusal("its issuer is not known", .unknownIssuer(issuer))
    }
    let signer = try signed.signer(among: known)
    return Opened(
      claims: signed.claims, type: signed.type, signer: signer.key, opening: opening)
  }

  /// What the caller's own look-up finds; its failure must not pass for 'not known'.
  static func lookUp<Result>(_ body: () throws -> Result) throws(JOSEError) -> Result {
    do { return try body() } catch let error as JOSEError {
      throw error
    } catch {
      throw JOSEError(.inputOutput, "the signer's key cannot be looked up", underlying: error)
    }
  }
}

extension JWT.ValidationPolicy {
  /// The keys that `issuer` may have signed with.
  fileprivate func keys(
    of issuer: String, saying claims: JWT.Claims
  ) throws(JOSEError) -> [PublicJWK] {
    let known = try JWT.lookUp { () throws -> [PublicJWK] in try signerKeys(issuer) }
    guard known.isEmpty, let introduction else { return known }
    return try JWT.lookUp { () throws -> [PublicJWK] in
      // Whoever made the token chose the keys as well: one proves no more than its own name.
      try introduction(claims).filter { try $0.thumbprintURI().isExactly(issuer) }
    }
  }
}

extension JWT.Claims {
  /// The claims as a compact JWS.
  func signed(by signer: JWS.Signer, type: String) throws(JOSEError) -> [UInt8] {
    guard signer.publicKey != nil else {
      throw JOSEError(.unsuitableKey, "a shared key does not tell who signed")
    }
    var options = JWS.SigningOptions()
    options.type = type
    return try JWS.sign(text.compact, by: [signer], options: options)
  }
}

extension JWS.Signer {
  /// The key that its signatures hold under; nil for a shared key.
  public var publicKey: PublicJWK? {
    guard case .privateKey(let key) = key else { return nil }
    return key.publicKey
  }
}

extension JWE.DecryptionKey {
  /// The thumbprint URI of a key pair (RFC 9278); nil for a shared key and a passphrase, of which no
  /// hash may ever be published.
  func thumbprintURI() throws(JOSEError) -> String? {
    guard case .privateKey(let key) = self else { return nil }
    return try key.publicKey.thumbprintURI()
  }
}
