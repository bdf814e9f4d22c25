public import Primitives

/// A key of any kind, told apart by type (RFC 7517).
public enum JWK: Sendable {
  /// A public key.
  case publicKey(PublicJWK)
  /// A private key.
  case privateKey(PrivateJWK)
  /// A shared key.
  case symmetric(SymmetricJWK)

  /// Reads one JWK and validates it.
  ///
  /// - Throws: ``JOSEError`` `malformed`, `unsupported`, `invalidKey` or `limitExceeded`.
  public init(parsing text: [UInt8]) throws(JOSEError) {
    try self.init(JSONDocument(parsing: text, limits: Self.limits).root)
  }

  /// Reads one JWK that may be private, without letting its secret out of protected memory.
  ///
  /// - Throws: ``JOSEError`` `malformed`, `unsupported`, `invalidKey` or `limitExceeded`.
  public init(parsing text: SecretBytes) throws(JOSEError) {
    try self.init(JSONDocument(parsing: text, limits: Self.limits).root)
  }

  static let limits = JSONLimits(byteCount: 1 << 16)

  package init(_ object: JSONValue) throws(JOSEError) {
    guard object.isObject else { throw JOSEError(.malformed, "a key is not a JSON object") }
    if try object.requiredString("kty").utf8.elementsEqual("oct".utf8) {
      self = .symmetric(try SymmetricJWK(object))
    } else if object["d"] != nil {
      self = .privateKey(try PrivateJWK(object))
    } else if ["p", "q", "dp", "dq", "qi", "k"].contains(where: { object[$0] != nil }) {
      throw JOSEError(.invalidKey, "the key has private members but not d")
    } else {
      self = .publicKey(try PublicJWK(object))
    }
  }

  /// The public key of a key pair; nil for a shared key.
  public var publicKey: PublicJWK? {
    switch self {
    case .publicKey(let key): key
    case .privateKey(let key): key.publicKey
    case .symmetric: nil
    }
  }

  /// What the key says about itself.
  public var metadata: KeyMetadata {
    switch self {
    case .publicKey(let key): key.metadata
    case .privateKey(let key): key.metadata
    case .symmetric(let key): key.metadata
    }
  }
}

/// A set of keys (RFC 7517 §5).
public struct JWKSet: Sendable {
  /// The keys that could be read, in their order.
  public var keys: [JWK]
  /// How many were passed over because their `kty` or curve is not known, as §5 asks.
  public let skippedCount: Int

  /// A set of `keys`.
  public init(_ keys: [JWK]) { self.init(keys, skippedCount: 0) }

  private init(_ keys: [JWK], skippedCount: Int) {
    self.keys = keys
    self.skippedCount = skippedCount
  }

  /// Reads a JWK Set, or a single JWK as a set of one.
  ///
  /// Sets may mix kinds and repeat a `kid`: the type of each key says what it is good for, and all
  /// keys of a `kid` are tried.
  ///
  /// - Throws: ``JOSEError`` `malformed`, `invalidKey` or `limitExceeded`; `unsupported` for a
  ///   single key of an unknown kind.
  public init(parsing text: [UInt8]) throws(JOSEError) {
    try self.init(JSONDocument(parsing: text, limits: Self.limits).root)
  }

  /// Reads a JWK Set or JWK that may be private, without letting it out of protected memory.
  ///
  /// - Throws: ``JOSEError`` as ``init(parsing:)-([UInt8])``.
  public init(parsing text: SecretBytes) throws(JOSEError) {
    try self.init(JSONDocument(parsing: text, limits: Self.limits).root)
  }

  private static let limits = JSONLimits(byteCount: 1 << 22)

  package init(_ object: JSONValue) throws(JOSEError) {
    guard let array = object["keys"] else {
      self.init([try JWK(object)])
      return
    }
    guard array.isArray else { throw JOSEError(.malformed, "keys is not an array") }
    var keys: [JWK] = []
    var skippedCount = 0
    for element in array.elements {
      do { keys.append(try JWK(element)) } catch {
        guard error.code == .unsupported else { throw error }
        skippedCount += 1
      }
    }
    self.init(keys, skippedCount: skippedCount)
  }

  /// The public keys of all key pairs; shared keys are left out.
  public var publicKeys: [PublicJWK] { keys.compactMap(\.publicKey) }

  /// The public keys as a JWK Set.
  package var publicJSON: JSONText {
    .object([.init("keys", .array(publicKeys.map(\.json)))])
  }

  /// All keys with their secrets as a JWK Set.
  package func json(_ token: PrivateJWK.ExposureToken) -> JSONText {
    .object([
      .init(
        "keys",
        .array(
          keys.map { key in
            switch key {
            case .publicKey(let key): key.json
            case .privateKey(let key): key.json(token)
            case .symmetric(let key): key.json(token)
            }
          }))
    ])
  }
}
