import JOSE
import Primitives
import Vectors

/// The signed envelope of docs/reference/format.md: known keys, and bytes in place of randomness.
struct WorkedSignature {
  static let plaintext = Array("attack at dawn".utf8)
  static let time = 1_700_000_000
  private static let contentKey = Array(UInt8(0)...31)
  private static let ephemeralKey = Array(UInt8(32)...63)
  private static let vector = Array(UInt8(64)...75)
  private static let signatureVector = Array(UInt8(76)...87)

  private static let signerText = """
    {"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    """
  private static let recipientText = """
    {"kty":"OKP","crv":"X25519","d":"XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}
    """

  private func key(_ text: String) throws -> PrivateJWK {
    guard case .privateKey(let key) = try JWK(parsing: Array(text.utf8)) else {
      throw JOSEError(.invalidKey, "the example's key is not private")
    }
    return key
  }

  func signer() throws -> PrivateJWK { try key(Self.signerText) }
  func recipient() throws -> PrivateJWK { try key(Self.recipientText) }

  func sealed() throws -> [UInt8] {
    var options = JWE.EncryptionOptions()
    options.signer = try JWS.Signer(signer())
    options.signingTime = Self.time
    options.random = .scripted([
      Self.contentKey, Self.ephemeralKey, Self.vector, Self.signatureVector,
    ])
    return try JWE.encrypt(
      Self.plaintext, for: [JWE.Recipient(recipient().publicKey)], options: options)
  }

  /// What the page says of `sealed`, each value folded to lines of its own.
  func description(_ sealed: [UInt8]) throws -> String {
    let root = try JSONDocument(parsing: sealed).root
    let signature = root["signature"]?.utf8 ?? []
    let derived = try SignedSample.derived(
      SecretBytes(copying: Self.contentKey.span), "valise signature v1")
    let key = try SymmetricJWK(SecretBytes(copying: derived.span))
    let token = try JWE.decrypt(signature, with: [.symmetric(key)]).plaintext
    let payload = token.split(separator: UInt8(ascii: "."))[1]
    let values: [(String, String)] = [
      ("signer", Self.signerText), ("recipient", Self.recipientText),
      ("plaintext", text(Self.plaintext)), ("CEK", "bytes 00, 01, … 1f"),
      ("private key of epk", "bytes 20, 21, … 3f"), ("iv", "bytes 40, 41, … 4b"),
      ("iv of the signature", "bytes 4c, 4d, … 57"), ("K", base64URL(derived)),
      ("claims", text(try bytes(base64URL: text(Array(payload))))), ("token", text(token)),
      ("envelope", text(sealed.dropLast())),
    ]
    return FormatPage.description(values.map { (name: $0.0, text: $0.1) })
  }

  private func text(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}
