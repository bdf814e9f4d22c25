import JOSE
import Primitives

/// The examples of docs/reference/format.md, one of each kind: known keys, and bytes in place of
/// randomness.
enum WorkedExamples {
  static let plaintext = Array("attack at dawn".utf8)
  static let time = 1_700_000_000
  static let contentKey = range(0x00)
  private static let ephemeralKey = range(0x20)
  private static let vector = range(0x40, 12)
  private static let otherEphemeralKey = range(0x60)

  static let signerText = """
    {"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    """
  static let bobText = """
    {"kty":"OKP","crv":"X25519","d":"XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}
    """
  static let aliceText = """
    {"kty":"OKP","crv":"X25519","d":"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}
    """
  static let sharedText = """
    {"kty":"oct","kid":"vault","k":"gIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp8"}
    """
  static let passphrase = "correct horse battery staple"
  static let additionalData = Array("case 17".utf8)
  static let tokenType = "example+jwt"

  static func range(_ first: UInt8, _ count: UInt8 = 32) -> [UInt8] {
    Array(first..<first + count)
  }

  static func privateKey(_ text: String) throws -> PrivateJWK {
    guard case .privateKey(let key) = try JWK(parsing: Array(text.utf8)) else {
      throw JOSEError(.invalidKey, "the example's key is not private")
    }
    return key
  }

  static func shared() throws -> SymmetricJWK {
    guard case .symmetric(let key) = try JWK(parsing: Array(sharedText.utf8)) else {
      throw JOSEError(.invalidKey, "the example's key is not shared")
    }
    return key
  }

  private static func recipient(_ text: String) throws -> JWE.Recipient {
    try JWE.Recipient(privateKey(text).publicKey)
  }

  private static func options(_ random: [[UInt8]]) -> JWE.EncryptionOptions {
    var options = JWE.EncryptionOptions()
    options.random = .scripted(random)
    return options
  }

  /// General serialization.
  static func forTwo() throws -> [UInt8] {
    try JWE.encrypt(
      plaintext, for: [recipient(bobText), recipient(aliceText)],
      options: options([contentKey, ephemeralKey, otherEphemeralKey, vector]))
  }

  /// The same after a shared key came to it.
  static func withReaderAdded() throws -> [UInt8] {
    let gathered = BytesGathered()
    try JWE.Envelope(BytesInMemory(forTwo())).unlock(with: [.privateKey(privateKey(bobText))])
      .addRecipients([JWE.Recipient(shared())], into: gathered)
    try gathered.commit()
    return gathered.committed ?? []
  }

  static func hidden() throws -> [UInt8] {
    try JWE.encrypt(
      plaintext, for: [recipient(bobText).hidden],
      options: options([contentKey, ephemeralKey, vector]))
  }

  static func underPassphrase() throws -> [UInt8] {
    try JWE.encrypt(
      plaintext, for: [JWE.Recipient(passphrase: SecretBytes(passphrase))],
      options: options([contentKey, range(0xA0, 16), vector]))
  }

  /// Signed, with data beside it.
  static func withData() throws -> [UInt8] {
    var options = options([contentKey, ephemeralKey, vector, range(0x4C, 12)])
    options.additionalData = additionalData
    options.contentType = "text/plain"
    options.signer = try JWS.Signer(privateKey(signerText))
    options.signingTime = time
    return try JWE.encrypt(plaintext, for: [recipient(bobText)], options: options)
  }

  static func compact() throws -> [UInt8] {
    var options = options([contentKey, ephemeralKey, vector])
    options.serialization = .compact
    return try JWE.encrypt(plaintext, for: [recipient(bobText)], options: options)
  }

  static func claims() throws -> [UInt8] {
    let issuer = try privateKey(signerText).publicKey.thumbprintURI()
    let audience = try privateKey(bobText).publicKey.thumbprintURI()
    return Array(
      """
      {"iss":"\(issuer)","aud":"\(audience)","iat":\(time),"exp":\(time + 3600),"jti":"1","order":"hold"}
      """.utf8)
  }

  /// A nested token, compact in both layers.
  static func token() throws -> [UInt8] {
    var signing = JWS.SigningOptions()
    signing.type = tokenType
    let signed = try JWS.sign(
      claims(), by: [JWS.Signer(privateKey(signerText))], options: signing)
    var options = options([contentKey, ephemeralKey, vector])
    options.serialization = .compact
    options.contentType = "JWT"
    return try JWE.encrypt(signed, for: [recipient(bobText)], options: options)
  }
}
