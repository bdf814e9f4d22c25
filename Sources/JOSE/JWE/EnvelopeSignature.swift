internal import DurableFiles
internal import Primitives

/// What an envelope's signature is made of: a compact JWE, under a key of the content's own, around a
/// compact JWS by the signer's key.
///
/// Encrypted, it shows who sealed it to the recipients and nobody else.
enum EnvelopeSignature {
  /// `typ` of a signed envelope's protected header, by which a stripped signature is noticed.
  static let type = "signed"
  /// `typ` of the JWS, so that no other token passes for it (RFC 8725 §3.11).
  static let tokenType = "valise-signature+jwt"
  static let algorithms: Set<SignatureAlgorithm> = [
    .edDSA, .ed25519, .ed448, .es256, .es384, .es512, .ps256,
  ]
  /// Above what a signature for 10,000 recipients takes.
  static let maximumByteCount = 2 << 20
  static let digest = Hash.sha512

  static let commitmentClaim = "commitment"
  static let plaintextClaim = "plaintext_sha512"
  /// The protected header and `aad`: every recipient knows the content key, and could put the signed
  /// plaintext under other words.
  static let additionalDataClaim = "aad_sha512"

  /// The key that the signature is encrypted under.
  static func key(_ contentKey: SecretBytes) throws(JOSEError) -> SymmetricJWK {
    let info = Array("valise signature v1".utf8)
    let key = try primitive { () throws(PrimitiveError) in
      try KeyDerivation.hkdf(
        .sha256, inputKey: contentKey, salt: [UInt8]().span, info: info.span, byteCount: 32)
    }
    return try SymmetricJWK(key)
  }

  static func digest(_ bytes: [UInt8]) throws(JOSEError) -> [UInt8] {
    try primitive { () throws(PrimitiveError) in try digest.digest(bytes.span) }
  }
}

/// Makes an envelope's signature while its content goes by.
struct SignatureWriter {
  /// Of the plaintext.
  let digest: HashContext
  private let signer: JWS.Signer
  private var claims = JWT.Claims()
  private let random: RandomSource

  /// Nil when nobody signs; else `options` come to say that the envelope is signed.
  ///
  /// - Throws: ``JOSEError`` `refused` or `unsuitableKey` when it cannot be signed in this way.
  init?(
    for recipients: [JWE.Recipient], _ options: inout JWE.EncryptionOptions
  ) throws(JOSEError) {
    guard let signer = options.signer else {
      guard options.type.map({ MediaType($0) != MediaType(EnvelopeSignature.type) }) ?? true else {
        throw JOSEError(.refused, "typ \(EnvelopeSignature.type) is for signed messages")
      }
      return nil
    }
    guard options.type == nil else {
      throw JOSEError(.refused, "a signed message has no typ of its own")
    }
    guard options.serialization == .json, options.placement == .standard, options.isCommitting
    else { throw JOSEError(.refused, "only committing messages in JSON are signed") }
    guard let key = signer.publicKey, EnvelopeSignature.algorithms.contains(signer.algorithm) else {
      throw JOSEError(.unsuitableKey, "messages are not signed by \(signer.algorithm.rawValue)")
    }
    options.type = EnvelopeSignature.type
    self.signer = signer.unnamed
    random = options.random
    digest = try primitive { () throws(PrimitiveError) in
      try HashContext(EnvelopeSignature.digest)
    }
    claims.issuer = try key.thumbprintURI()
    claims.audience = try Self.audience(recipients)
    claims.issuedAt = options.signingTime ?? Platform.now()
  }

  /// The thumbprint URIs of all recipients, each once, sorted by their bytes.
  private static func audience(_ recipients: [JWE.Recipient]) throws(JOSEError) -> [String] {
    var names: Set<String> = []
    for recipient in recipients {
      // A shared key or a passphrase has no name that could be published (RFC 7638 §7), and whoever
      // it was forwarded to could not tell.
      guard let name = try recipient.thumbprintURI() else {
        throw JOSEError(
          .refused,
          "a signature names its recipients by their public keys, and not all of them have one")
      }
      names.insert(name)
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The text of `signature`, once `digest` saw all of the plaintext.
  func member(
    _ contentKey: SecretBytes, _ encryption: ContentEncryptionAlgorithm, _ additionalData: [UInt8]
  ) throws(JOSEError) -> [UInt8] {
    let plaintext = try primitive { () throws(PrimitiveError) in try digest.finish() }
    var claims = claims
    try claims.set(
      EnvelopeSignature.commitmentClaim, .base64URL(Commitment.value(contentKey, encryption)))
    try claims.set(
      EnvelopeSignature.additionalDataClaim,
      .base64URL(EnvelopeSignature.digest(additionalData)))
    try claims.set(EnvelopeSignature.plaintextClaim, .base64URL(plaintext))
    let signed = try claims.signed(by: signer, type: EnvelopeSignature.tokenType)
    var options = JWE.EncryptionOptions()
    options.serialization = .compact
    options.contentType = "JWT"
    options.random = random
    let recipient = try JWE.Recipient(EnvelopeSignature.key(contentKey), algorithm: .direct)
    return try JWE.encrypt(signed, for: [recipient], options: options)
  }
}

extension JWE.Recipient {
  /// Whether a signature can name the recipient: by a public key, unlike a shared one or a passphrase.
  package var canBeSignedFor: Bool {
    if case .publicKey = key { true } else { false }
  }

  /// The thumbprint URI of the recipient's public key (RFC 9278), also of a hidden one; nil for a
  /// shared key and a passphrase.
  func thumbprintURI() throws(JOSEError) -> String? {
    guard case .publicKey(let key) = key else { return nil }
    return try key.thumbprintURI()
  }
}
