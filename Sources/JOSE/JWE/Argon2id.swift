internal import Primitives

extension JWE {
  /// What it costs to make a key of a passphrase with Argon2id (RFC 9106 §3.1), in one lane.
  public struct Argon2idParameters: Sendable, Hashable {
    /// The memory in KiB: `m`.
    public let memory: Int
    /// How often it is gone through: `t`.
    public let passes: Int

    /// 64 MiB and 3 passes, the work that RFC 9106 §4 recommends where memory is scarce.
    ///
    /// One lane does it instead of four, since libsodium has one: 0.1 to 0.2 seconds, for whoever
    /// guesses as for who knows.
    public static let standard = Argon2idParameters(unchecked: 64 << 10, passes: 3)

    /// A cost that readers put up with.
    ///
    /// - Parameters:
    ///   - memory: in KiB, 8 MiB to 1 GiB.
    ///   - passes: 1 to 16, and no more than 4 GiB gone through in all.
    /// - Throws: ``JOSEError`` `refused` for a cost out of range.
    public init(memory: Int, passes: Int) throws(JOSEError) {
      self.init(unchecked: memory, passes: passes)
      try check(DecryptionPolicy())
    }

    fileprivate init(unchecked memory: Int, passes: Int) {
      self.memory = memory
      self.passes = passes
    }

    fileprivate func check(_ policy: DecryptionPolicy) throws(JOSEError) {
      guard policy.argon2idMemory.contains(memory) else {
        throw Self.refusal("memory", policy.argon2idMemory, "KiB")
      }
      guard policy.argon2idPasses.contains(passes) else {
        throw Self.refusal("passes", policy.argon2idPasses, "")
      }
      guard memory <= policy.maximumArgon2idWork / passes else {
        throw JOSEError(.refused, "Argon2id would take too long: its memory times its passes")
      }
    }

    private static func refusal(
      _ what: String, _ range: ClosedRange<Int>, _ unit: String
    ) -> JOSEError {
      let bounds = "\(range.lowerBound) and \(range.upperBound) \(unit)"
      return JOSEError(.refused, "Argon2id's \(what) is not between \(bounds)")
    }
  }
}

/// The header parameter `argon2id`: how a passphrase makes the content encryption key of a `dir`
/// message.
///
/// It is protected, so that no other cost or salt goes with the content. It is a private name and
/// not in `crit`: a reader that does not know it has no key for `dir` and opens nothing, while one
/// that was handed the key may go on; `crit` would turn both away.
///
/// Neither GCM nor CBC-HMAC binds a ciphertext to one key, so whoever makes a file could have it open
/// under thousands of guesses at once and learn from one failure that none is the passphrase
/// (partitioning, eprint 2020/1491). Hence these messages must carry the commitment.
struct Argon2idDerivation {
  static let name = "argon2id"

  private let parameters: JWE.Argon2idParameters
  private let salt: [UInt8]

  init(_ parameters: JWE.Argon2idParameters, salt: [UInt8]) {
    self.parameters = parameters
    self.salt = salt
  }

  /// Reads the parameter, bounded before any work is done with it.
  ///
  /// - Throws: ``JOSEError`` `malformed`, `unsupported` for more than one lane, or `refused` for a
  ///   cost over the policy's bounds.
  init(_ header: JOSEHeader, _ policy: JWE.DecryptionPolicy) throws(JOSEError) {
    guard let object = header.protected?[Self.name] else {
      throw JOSEError(.malformed, "argon2id is not protected")
    }
    guard object.isObject, object.members.count == 4 else {
      throw JOSEError(.malformed, "argon2id is not an object of m, t, p and s")
    }
    parameters = JWE.Argon2idParameters(
      unchecked: try Self.integer(object, "m"), passes: try Self.integer(object, "t"))
    try parameters.check(policy)
    guard try Self.integer(object, "p") == 1 else {
      throw JOSEError(.unsupported, "Argon2id is known with one lane only")
    }
    salt = try object.requiredBase64URL("s")
    guard salt.count == Argon2id.saltByteCount else {
      throw JOSEError(.malformed, "Argon2id's salt has not \(Argon2id.saltByteCount) bytes")
    }
  }

  private static func integer(_ object: JSONValue, _ name: String) throws(JOSEError) -> Int {
    guard let integer = object[name]?.integer else {
      throw JOSEError(.malformed, "argon2id's \(name) is not an integer")
    }
    return integer
  }

  /// The parameter as it is written.
  var member: JSONText.Member {
    .init(
      Self.name,
      .object([
        .init("m", .integer(parameters.memory)), .init("t", .integer(parameters.passes)),
        .init("p", .integer(1)), .init("s", .base64URL(salt)),
      ]))
  }

  /// The content encryption key; Argon2id hashes its size in, so that ciphers of different key sizes
  /// get unrelated keys.
  func contentKey(
    _ passphrase: SecretBytes, _ encryption: ContentEncryptionAlgorithm
  ) throws(JOSEError) -> SecretBytes {
    let function = Argon2id(
      passCount: parameters.passes, memoryByteCount: parameters.memory << 10)
    return try primitive { () throws(PrimitiveError) in
      try function.key(for: passphrase, salt: salt.span, byteCount: encryption.keyByteCount)
    }
  }
}
