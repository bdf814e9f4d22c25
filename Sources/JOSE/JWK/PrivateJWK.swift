public import Primitives

/// A private key as a JWK, with the public key that it was checked to belong to.
public struct PrivateJWK: Sendable {
  enum Material: Sendable {
    case nist(NISTPrivateKey)
    case montgomery(MontgomeryPrivateKey)
    case edwards(EdwardsPrivateKey)
    case rsa(RSAPrivateKey)
  }

  /// A word that whoever writes a private key must say, so that all such places can be searched for.
  public enum ExposureToken: Sendable {
    /// The key leaves its protected memory, and the caller looks after the copy.
    case exposingPrivateKey
  }

  let material: Material
  /// What the key says about itself.
  public var metadata: KeyMetadata

  init(_ material: Material, _ metadata: KeyMetadata = KeyMetadata()) {
    self.material = material
    self.metadata = metadata
  }

  /// Reads and validates a private key; its public key is derived and compared where that is
  /// possible.
  init(_ object: JSONValue) throws(JOSEError) {
    let publicKey = try PublicJWK(object)
    metadata = publicKey.metadata
    switch publicKey.material {
    case .nist(let key):
      let d = try object.requiredSecret("d")
      material = .nist(
        try primitive { () throws(PrimitiveError) in try NISTPrivateKey(key, d: d) })
    case .montgomery(let key):
      let d = try object.requiredSecret("d")
      let derived = try primitive { () throws(PrimitiveError) in
        try MontgomeryPrivateKey(key.curve, d: d)
      }
      guard derived.publicKey.x == key.x else { throw Self.mismatch }
      material = .montgomery(derived)
    case .edwards(let key):
      let d = try object.requiredSecret("d")
      let derived = try primitive { () throws(PrimitiveError) in
        try EdwardsPrivateKey(key.curve, d: d)
      }
      guard derived.publicKey.x == key.x else { throw Self.mismatch }
      material = .edwards(derived)
    case .rsa(let key): material = .rsa(try Self.rsa(key, object))
    }
  }

  private static let mismatch = JOSEError(
    .invalidKey, "the private key does not belong to the public key")

  private static func rsa(
    _ key: RSAPublicKey, _ object: JSONValue
  ) throws(JOSEError) -> RSAPrivateKey {
    let d = try object.requiredSecret("d")
    // One of the five means all of them (RFC 7518 §6.3.2).
    var factors: RSAPrivateKey.Factors?
    if ["p", "q", "dp", "dq", "qi"].contains(where: { object[$0] != nil }) {
      factors = RSAPrivateKey.Factors(
        p: try object.requiredSecret("p"), q: try object.requiredSecret("q"),
        dp: try object.requiredSecret("dp"), dq: try object.requiredSecret("dq"),
        qi: try object.requiredSecret("qi"))
    }
    return try primitive { () throws(PrimitiveError) in
      try RSAPrivateKey(key, d: d, factors: factors)
    }
  }

  /// The public key, with the same metadata but for operations that only a private key does.
  public var publicKey: PublicJWK {
    var metadata = metadata
    metadata.operations = metadata.operations.map(Self.publicOperations)
    switch material {
    case .nist(let key): return PublicJWK(.nist(key.publicKey), metadata)
    case .montgomery(let key): return PublicJWK(.montgomery(key.publicKey), metadata)
    case .edwards(let key): return PublicJWK(.edwards(key.publicKey), metadata)
    case .rsa(let key): return PublicJWK(.rsa(key.publicKey), metadata)
    }
  }

  private static func publicOperations(_ operations: [String]) -> [String] {
    let counterparts = ["sign": "verify", "decrypt": "encrypt", "unwrapKey": "wrapKey"]
    var result: [String] = []
    for operation in operations {
      let name = counterparts[operation] ?? operation
      if !result.contains(name) { result.append(name) }
    }
    return result
  }

  /// The JWK with its private members, in protected memory.
  public func serialized(_ token: ExposureToken) -> SecretBytes { json(token).secret() }

  /// The JWK with its private members.
  package func json(_: ExposureToken) -> JSONText {
    let members = publicKey.keyMembers + privateMembers + metadata.members
    return .object(members)
  }

  private var privateMembers: [JSONText.Member] {
    switch material {
    case .nist(let key): [.init("d", .secretBase64URL(key.d))]
    case .montgomery(let key): [.init("d", .secretBase64URL(key.d))]
    case .edwards(let key): [.init("d", .secretBase64URL(key.d))]
    case .rsa(let key):
      [.init("d", .secretBase64URL(key.d))]
        + (key.factors.map { factors in
          [
            .init("p", .secretBase64URL(factors.p)), .init("q", .secretBase64URL(factors.q)),
            .init("dp", .secretBase64URL(factors.dp)), .init("dq", .secretBase64URL(factors.dq)),
            .init("qi", .secretBase64URL(factors.qi)),
          ]
        } ?? [])
    }
  }
}

extension PrivateJWK {
  /// The kinds of key that can be made.
  public enum Kind: Sendable, Hashable {
    /// A NIST curve, for encryption or signatures.
    case p256, p384, p521
    /// A curve for encryption.
    case x25519, x448
    /// A curve for signatures.
    case ed25519, ed448
    /// RSA with a modulus of so many bits, 2,048 to 16,384; small and slow ones are the caller's
    /// choice.
    case rsa(bitCount: Int)
  }

  /// Makes a fresh key, with its thumbprint as `kid`.
  ///
  /// - Throws: ``JOSEError`` `internalFailure` when the system yields no randomness, `invalidKey`
  ///   for an RSA size out of range.
  public static func generate(_ kind: Kind, use: KeyMetadata.Use? = nil) throws(JOSEError) -> Self {
    if case .rsa(let bitCount) = kind, !RSAPublicKey.modulusBitCounts.contains(bitCount) {
      throw JOSEError(.invalidKey, "RSA keys of \(bitCount) bits are not made")
    }
    let material = try primitive { () throws(PrimitiveError) in try Self.material(kind) }
    var key = PrivateJWK(material, KeyMetadata(use: use))
    key.metadata.keyID = try key.publicKey.thumbprintText()
    return key
  }

  private static func material(_ kind: Kind) throws(PrimitiveError) -> Material {
    switch kind {
    case .p256: .nist(try .generate(.p256))
    case .p384: .nist(try .generate(.p384))
    case .p521: .nist(try .generate(.p521))
    case .x25519: .montgomery(try .generate(.x25519, random: .system))
    case .x448: .montgomery(try .generate(.x448, random: .system))
    case .ed25519: .edwards(try .generate(.ed25519, random: .system))
    case .ed448: .edwards(try .generate(.ed448, random: .system))
    case .rsa(let bitCount): .rsa(try .generate(bitCount: bitCount))
    }
  }
}
