internal import Primitives

/// What a JWK says about itself besides its numbers (RFC 7517 §4).
public struct KeyMetadata: Sendable {
  /// What a key is for (RFC 7517 §4.2).
  public enum Use: String, Sendable {
    /// Signatures.
    case signature = "sig"
    /// Encryption.
    case encryption = "enc"
  }

  /// The key's name: any text, so it is escaped wherever it is shown.
  public var keyID: String?
  /// What the key is for; nil when it does not say.
  public var use: Use?
  /// What may be done with the key (RFC 7517 §4.3); nil when it does not say.
  public var operations: [String]?
  /// The one algorithm that the key is for; nil when it does not say.
  ///
  /// May be a name that this library does not know.
  public var algorithm: String?
  /// When the key was made (`iat`), in seconds since 1970; nil when it does not say.
  public var issuedAt: Int?
  /// When the key ends (`exp`), in seconds since 1970; nil when it does not say.
  public var expiresAt: Int?
  /// That the key was taken back, and when (`revoked`); nil when it does not say.
  public var revocation: Revocation?

  /// That a key was taken back before its end (`revoked`, OpenID Federation 1.0 §8.7.2).
  public struct Revocation: Sendable, Hashable {
    /// When, in seconds since 1970.
    public var revokedAt: Int
    /// Why, as its owner says.
    public var reason: String?

    /// Taken back at `revokedAt`, in seconds since 1970.
    public init(revokedAt: Int, reason: String? = nil) {
      self.revokedAt = revokedAt
      self.reason = reason
    }
  }

  /// Whether a key may be used.
  public enum Validity: Sendable, Hashable {
    /// It may.
    case valid
    /// It ended, at a time in seconds since 1970.
    case expired(at: Int)
    /// Its owner took it back.
    case revoked(Revocation)
  }

  /// Whether the key may be used at `now`, in seconds since 1970.
  public func validity(at now: Int) -> Validity {
    if let revocation { return .revoked(revocation) }
    if let expiresAt, expiresAt <= now { return .expired(at: expiresAt) }
    return .valid
  }

  /// Says what is given and nothing else.
  public init(
    keyID: String? = nil, use: Use? = nil, operations: [String]? = nil, algorithm: String? = nil
  ) {
    self.keyID = keyID
    self.use = use
    self.operations = operations
    self.algorithm = algorithm
  }

  /// - Throws: ``JOSEError`` `malformed` for members of the wrong kind, `invalidKey` when `use` and
  ///   `key_ops` say different things or an operation is named twice.
  init(_ object: JSONValue) throws(JOSEError) {
    keyID = try object.optionalString("kid")
    algorithm = try object.optionalString("alg")
    // A use that is neither is somebody's extension: such a key is good for nothing here.
    if let text = try object.optionalString("use") {
      guard let value = Use(exactly: text) else {
        throw JOSEError(.unsupported, "the key's use is neither sig nor enc")
      }
      use = value
    }
    issuedAt = try object.optionalTime("iat")
    expiresAt = try object.optionalTime("exp")
    revocation = try object["revoked"].map { (value) throws(JOSEError) in
      // A key that may have been taken back is not one to guess about.
      guard value.isObject, let revokedAt = try value.optionalTime("revoked_at") else {
        throw JOSEError(.malformed, "revoked does not say when")
      }
      return Revocation(revokedAt: revokedAt, reason: try value.optionalString("reason"))
    }
    guard let value = object["key_ops"] else { return }
    guard value.isArray else { throw JOSEError(.malformed, "key_ops is not an array") }
    var names: [String] = []
    for element in value.elements {
      guard let name = element.string else {
        throw JOSEError(.malformed, "key_ops holds something that is not a string")
      }
      names.append(name)
    }
    guard Set(names.map { Array($0.utf8) }).count == names.count else {
      throw JOSEError(.invalidKey, "key_ops names an operation twice")
    }
    operations = names
    try checkConsistency(names)
  }

  private func checkConsistency(_ names: [String]) throws(JOSEError) {
    let signing = ["sign", "verify"]
    let encrypting = ["encrypt", "decrypt", "wrapKey", "unwrapKey", "deriveKey", "deriveBits"]
    let contradicting =
      switch use {
      case .signature: encrypting
      case .encryption: signing
      case nil: [String]()
      }
    guard !names.contains(where: { name in contradicting.contains { $0.isExactly(name) } }) else {
      throw JOSEError(.invalidKey, "use and key_ops contradict each other")
    }
  }

  /// What a key may do, in `key_ops`, that takes part in an agreement.
  ///
  /// RFC 7517 §4.3 leaves to others what an agreement that wraps a key is called: WebCrypto names the
  /// agreement, latchset's jose the wrapping.
  static let agreementOperations: Set<String> = [
    "deriveKey", "deriveBits", "wrapKey", "unwrapKey",
  ]

  /// - Throws: ``JOSEError`` `unsuitableKey` unless the key may be used for `use`, with one of
  ///   `operations`, under `algorithm`.
  func require(
    _ use: Use, _ operations: Set<String>, algorithm name: String
  ) throws(JOSEError) {
    if let own = self.use, own != use {
      throw JOSEError(.unsuitableKey, "the key's use is \(own.rawValue)")
    }
    if let own = self.operations,
      !own.contains(where: { name in operations.contains { $0.isExactly(name) } })
    {
      throw JOSEError(.unsuitableKey, "the key's key_ops do not allow it")
    }
    // One key, one algorithm: the same key under two can betray it.
    if let own = algorithm, !own.isExactly(name) {
      throw JOSEError(.unsuitableKey, "the key is for another algorithm than \(name)")
    }
  }

  /// Likewise for a key that is used directly.
  ///
  /// Its `alg` is then the content encryption's (RFC 7518 §4.5 leaves it open, RFC 7520 §5.6 does
  /// so); some write `dir` itself.
  func requireDirect(
    _ operations: Set<String>, _ encryption: ContentEncryptionAlgorithm
  ) throws(JOSEError) {
    let isPlain = algorithm?.isExactly(KeyManagementAlgorithm.direct.rawValue) == true
    try require(
      .encryption, operations,
      algorithm: isPlain ? KeyManagementAlgorithm.direct.rawValue : encryption.rawValue)
  }

  var members: [JSONText.Member] {
    var members: [JSONText.Member] = []
    if let keyID { members.append(.init("kid", .string(keyID))) }
    if let use { members.append(.init("use", .string(use.rawValue))) }
    if let operations {
      members.append(.init("key_ops", .array(operations.map { .string($0) })))
    }
    if let algorithm { members.append(.init("alg", .string(algorithm))) }
    if let issuedAt { members.append(.init("iat", .integer(issuedAt))) }
    if let expiresAt { members.append(.init("exp", .integer(expiresAt))) }
    if let revocation { members.append(.init("revoked", revocation.json)) }
    return members
  }
}

extension KeyMetadata.Revocation {
  var json: JSONText {
    let reason = reason.map { [JSONText.Member("reason", .string($0))] } ?? []
    return .object([.init("revoked_at", .integer(revokedAt))] + reason)
  }
}

extension JSONValue {
  /// The time called `name`, in whole seconds since 1970; nil when there is none.
  ///
  /// - Throws: ``JOSEError`` `malformed` when it is something else, or before 1970.
  func optionalTime(_ name: String) throws(JOSEError) -> Int? {
    guard let value = self[name] else { return nil }
    guard let seconds = value.integer, seconds >= 0 else {
      throw JOSEError(.malformed, "\(name) is not a number of seconds")
    }
    return seconds
  }

  /// The string called `name`; nil when there is none.
  ///
  /// - Throws: ``JOSEError`` `malformed` when it is something else.
  func optionalString(_ name: String) throws(JOSEError) -> String? {
    guard let value = self[name] else { return nil }
    guard let string = value.string else { throw JOSEError(.malformed, "\(name) is not a string") }
    return string
  }

  /// The string called `name`.
  ///
  /// - Throws: ``JOSEError`` `malformed` when there is none.
  func requiredString(_ name: String) throws(JOSEError) -> String {
    guard let string = try optionalString(name) else {
      throw JOSEError(.malformed, "\(name) is missing")
    }
    return string
  }

  /// The bytes of the member called `name`.
  ///
  /// - Throws: ``JOSEError`` `malformed` when there is none or it is not base64url.
  func requiredBase64URL(_ name: String) throws(JOSEError) -> [UInt8] {
    guard let value = self[name] else { throw JOSEError(.malformed, "\(name) is missing") }
    return try value.base64URL(name)
  }

  /// The secret of the member called `name`.
  ///
  /// - Throws: ``JOSEError`` `malformed` when there is none or it is not base64url.
  func requiredSecret(_ name: String) throws(JOSEError) -> SecretBytes {
    guard let value = self[name] else { throw JOSEError(.malformed, "\(name) is missing") }
    return try value.secretBase64URL(name)
  }
}
