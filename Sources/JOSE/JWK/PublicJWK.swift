internal import Primitives

/// A public key as a JWK (RFC 7517, RFC 7518 §6, RFC 8037).
///
/// It has no place for private numbers, so none can be written where a public key is meant.
public struct PublicJWK: Sendable {
  enum Material: Sendable {
    case nist(NISTPublicKey)
    case montgomery(MontgomeryPublicKey)
    case edwards(EdwardsPublicKey)
    case rsa(RSAPublicKey)
  }

  let material: Material
  /// What the key says about itself.
  public var metadata: KeyMetadata

  init(_ material: Material, _ metadata: KeyMetadata = KeyMetadata()) {
    self.material = material
    self.metadata = metadata
  }

  /// Reads the public members and validates them: sizes, the point on its curve, the modulus.
  ///
  /// Private members are not looked at.
  init(_ object: JSONValue) throws(JOSEError) {
    try self.init(Self.material(object), KeyMetadata(object))
  }

  /// The name of the key's kind: `EC`, `OKP` or `RSA`.
  public var keyType: String {
    switch material {
    case .nist: "EC"
    case .montgomery, .edwards: "OKP"
    case .rsa: "RSA"
    }
  }

  /// The curve's name; nil for RSA.
  public var curve: String? {
    switch material {
    case .nist(let key): key.curve.rawValue
    case .montgomery(let key): key.curve.rawValue
    case .edwards(let key): key.curve.rawValue
    case .rsa: nil
    }
  }

  /// What people call the kind of key: `P-256`, `X25519`, `RSA-3072`.
  public var kind: String {
    guard case .rsa(let key) = material else { return curve ?? keyType }
    return "RSA-\(key.modulusBitCount)"
  }

  /// Whether messages can be encrypted to the key, by what it is and says of itself: `use`, `alg` and
  /// `key_ops`.
  public var canEncrypt: Bool {
    if case .edwards = material { return false }
    return (try? JWE.Recipient.algorithm(nil, for: self)) != nil
  }

  /// Whether signatures can be verified with the key, likewise.
  public var canVerify: Bool {
    if case .montgomery = material { return false }
    return SignatureAlgorithm.allCases.contains { algorithm in
      (try? SignatureKey.publicKey(self).require(algorithm, ["verify"])) != nil
    }
  }

  /// The members that a thumbprint is made of, in its order (RFC 7638 §3.2, RFC 8037 §2).
  private var thumbprintMembers: [JSONText.Member] {
    switch material {
    case .nist(let key):
      [
        .init("crv", .string(key.curve.rawValue)), .init("kty", .string("EC")),
        .init("x", .base64URL(key.x)), .init("y", .base64URL(key.y)),
      ]
    case .montgomery(let key): Self.octetMembers(key.curve.rawValue, key.x)
    case .edwards(let key): Self.octetMembers(key.curve.rawValue, key.x)
    case .rsa(let key):
      [
        .init("e", .base64URL(key.e)), .init("kty", .string("RSA")), .init("n", .base64URL(key.n)),
      ]
    }
  }

  private static func octetMembers(_ curve: String, _ x: [UInt8]) -> [JSONText.Member] {
    [.init("crv", .string(curve)), .init("kty", .string("OKP")), .init("x", .base64URL(x))]
  }

  /// The SHA-256 thumbprint, 32 bytes (RFC 7638).
  ///
  /// - Throws: ``JOSEError`` `internalFailure` when there is no hash.
  public func thumbprint() throws(JOSEError) -> [UInt8] {
    let text = JSONText.object(thumbprintMembers).compact
    return try primitive { () throws(PrimitiveError) in try Hash.sha256.digest(text.span) }
  }

  /// The thumbprint in base64url, 43 characters: what Valise writes as `kid`.
  public func thumbprintText() throws(JOSEError) -> String {
    let thumbprint = try thumbprint()
    return String(decoding: Base64URL.encode(thumbprint.span), as: UTF8.self)
  }

  /// The thumbprint as a URI (RFC 9278).
  public func thumbprintURI() throws(JOSEError) -> String {
    ThumbprintURI.of(try thumbprintText())
  }

  /// The JWK, members that are public and nothing else.
  package var json: JSONText {
    .object(keyMembers + metadata.members)
  }

  var keyMembers: [JSONText.Member] {
    // `kty` first, as people write it.
    thumbprintMembers.filter { $0.name == "kty" } + thumbprintMembers.filter { $0.name != "kty" }
  }

  /// The JWK as compact JSON.
  public var serialized: [UInt8] { json.compact }

  /// Whether both are the same key, whatever they say about themselves.
  public func isSameKey(as other: PublicJWK) -> Bool {
    JSONText.object(thumbprintMembers).compact == JSONText.object(other.thumbprintMembers).compact
  }
}

extension PublicJWK {
  private enum KeyType: String {
    case ellipticCurve = "EC"
    case octetKeyPair = "OKP"
    case rsa = "RSA"
  }

  private static func material(_ object: JSONValue) throws(JOSEError) -> Material {
    switch KeyType(exactly: try object.requiredString("kty")) {
    case .ellipticCurve:
      guard let curve = NISTCurve(exactly: try object.requiredString("crv")) else {
        throw JOSEError(.unsupported, "the key's curve is not known")
      }
      let x = try object.requiredBase64URL("x")
      let y = try object.requiredBase64URL("y")
      let key = try primitive { () throws(PrimitiveError) in
        try NISTPublicKey(curve, x: x, y: y)
      }
      return .nist(key)
    case .octetKeyPair: return try octetMaterial(object)
    case .rsa:
      guard object["oth"] == nil else {
        throw JOSEError(.unsupported, "RSA keys of more than two primes are not read")
      }
      let n = try object.requiredBase64URL("n")
      let e = try object.requiredBase64URL("e")
      let key = try primitive { () throws(PrimitiveError) in
        try RSAPublicKey(n: n, e: e)
      }
      return .rsa(key)
    case nil: throw JOSEError(.unsupported, "the key's type is not known")
    }
  }

  private static func octetMaterial(_ object: JSONValue) throws(JOSEError) -> Material {
    let name = try object.requiredString("crv")
    let x = try object.requiredBase64URL("x")
    if let curve = MontgomeryCurve(exactly: name) {
      let key = try primitive { () throws(PrimitiveError) in
        try MontgomeryPublicKey(curve, x: x)
      }
      return .montgomery(key)
    }
    guard let curve = EdwardsCurve(exactly: name) else {
      throw JOSEError(.unsupported, "the key's curve is not known")
    }
    let key = try primitive { () throws(PrimitiveError) in
      try EdwardsPublicKey(curve, x: x)
    }
    return .edwards(key)
  }
}
