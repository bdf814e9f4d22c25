internal import Primitives

extension JWE {
  /// A key that may open a message.
  public enum DecryptionKey: Sendable {
    /// The private key of a recipient.
    case privateKey(PrivateJWK)
    /// A shared key.
    case symmetric(SymmetricJWK)
    /// A passphrase.
    case passphrase(SecretBytes)
  }
}

/// One recipient of an envelope, as far as its key goes.
struct WrappedKeyReader {
  let header: JOSEHeader
  let algorithm: KeyManagementAlgorithm
  let encryption: ContentEncryptionAlgorithm
  let encryptedKey: [UInt8]?

  /// What a trial costs.
  enum Cost { case agreement, rsa, passphrase, cheap }

  var cost: Cost {
    switch algorithm.family {
    case .rsaOAEP: .rsa
    case .agreement: .agreement
    case .passphrase: .passphrase
    case .direct: isArgon2id ? .passphrase : .cheap
    case .aesKeyWrap, .aesGCMKeyWrap: .cheap
    }
  }

  /// Whether a passphrase makes the content's key.
  var isArgon2id: Bool {
    algorithm == .direct && header[Argon2idDerivation.name] != nil
  }

  /// Whether `key` is of the kind and size that the recipient needs.
  ///
  /// Says nothing secret: it looks at algorithms, curves and lengths.
  ///
  /// - Throws: ``JOSEError`` `unsuitableKey` when the key is, but says it is for something else.
  func fits(_ key: JWE.DecryptionKey) throws(JOSEError) -> Bool {
    switch (algorithm.family, key) {
    case (.rsaOAEP, .privateKey(let key)):
      guard case .rsa(let rsa) = key.material,
        encryptedKey?.count == rsa.publicKey.modulusByteCount
      else { return false }
      try require(key.metadata, ["unwrapKey", "decrypt"])
    case (.agreement, .privateKey(let key)):
      guard let epk = header["epk"], epk["kty"]?.isString(key.publicKey.keyType) == true,
        let curve = key.publicKey.curve, epk["crv"]?.isString(curve) == true
      else { return false }
      if case .edwards = key.material { return false }
      try require(key.metadata, KeyMetadata.agreementOperations)
    case (.aesKeyWrap(let byteCount), .symmetric(let key)),
      (.aesGCMKeyWrap(let byteCount), .symmetric(let key)):
      guard key.k.byteCount == byteCount else { return false }
      try require(key.metadata, ["unwrapKey", "decrypt"])
    case (.direct, .symmetric(let key)):
      guard key.k.byteCount == encryption.keyByteCount else { return false }
      try key.metadata.requireDirect(["decrypt"], encryption)
    case (.passphrase, .passphrase): return true
    case (.direct, .passphrase): return isArgon2id
    default: return false
    }
    return true
  }

  private func require(
    _ metadata: KeyMetadata, _ operations: Set<String>
  ) throws(JOSEError) {
    try metadata.require(.encryption, operations, algorithm: algorithm.rawValue)
  }

  /// The content encryption key under `key`.
  ///
  /// - Throws: ``JOSEError``; for what depends on a secret always `decryptionFailed`, which the
  ///   caller turns into a random key.
  func contentKey(
    with key: JWE.DecryptionKey, _ policy: JWE.DecryptionPolicy
  ) throws(JOSEError) -> SecretBytes {
    let byteCount = encryption.keyByteCount
    guard algorithm.isDirect == (encryptedKey == nil) else {
      throw JOSEError(.malformed, "encrypted_key does not go with \(algorithm.rawValue)")
    }
    let encrypted = encryptedKey ?? []
    switch (algorithm.family, key) {
    case (.rsaOAEP(let hash), .privateKey(let key)):
      guard case .rsa(let rsa) = key.material else { throw Self.refusal }
      return try primitive { () throws(PrimitiveError) in
        try rsa.decryptOAEP(encrypted.span, hash: hash)
      }
    case (.agreement(let wrappingByteCount), .privateKey(let key)):
      let agreement = try agreement(key)
      guard let wrappingByteCount else {
        return try agreement.derive(algorithmID: encryption.rawValue, byteCount: byteCount)
      }
      return try unwrap(
        encrypted,
        agreement.derive(algorithmID: algorithm.rawValue, byteCount: wrappingByteCount))
    case (.aesKeyWrap, .symmetric(let key)): return try unwrap(encrypted, key.k)
    case (.aesGCMKeyWrap, .symmetric(let key)): return try unwrapGCM(encrypted, key.k)
    case (.passphrase(let hash, let size), .passphrase(let passphrase)):
      let (salt, iterations) = try passphraseParameters(policy)
      return try unwrap(
        encrypted,
        PassphraseKey(algorithm, hash, size).derive(
          passphrase, salt: salt, iterations: iterations))
    case (.direct, .symmetric(let key)): return key.k
    case (.direct, .passphrase(let passphrase)):
      return try Argon2idDerivation(header, policy).contentKey(passphrase, encryption)
    default: throw Self.refusal
    }
  }

  static let refusal = JOSEError(.decryptionFailed, "it does not open")

  private func agreement(_ key: PrivateJWK) throws(JOSEError) -> KeyAgreement {
    guard let epk = header["epk"], epk.isObject else {
      throw JOSEError(.malformed, "epk is missing")
    }
    // Whoever wrote a private key there did not understand what it is for.
    guard epk["d"] == nil else { throw JOSEError(.malformed, "epk is a private key") }
    return try KeyAgreement(
      key, ephemeralKey: PublicJWK(epk), partyUInfo: octets("apu") ?? [],
      partyVInfo: octets("apv") ?? [])
  }

  /// `p2s` and `p2c`, bounded before any work is done with them.
  func passphraseParameters(
    _ policy: JWE.DecryptionPolicy
  ) throws(JOSEError) -> (salt: [UInt8], iterations: Int) {
    guard let salt = try octets("p2s"), salt.count >= 8, salt.count <= 1024 else {
      throw JOSEError(.malformed, "p2s has less than 8 bytes or more than 1,024")
    }
    guard let iterations = header["p2c"]?.integer else {
      throw JOSEError(.malformed, "p2c is not an integer")
    }
    guard policy.iterations.contains(iterations) else {
      throw JOSEError(
        .refused,
        "p2c is not between \(policy.iterations.lowerBound) and \(policy.iterations.upperBound)")
    }
    return (salt, iterations)
  }

  private func unwrap(
    _ encrypted: [UInt8], _ wrappingKey: SecretBytes
  ) throws(JOSEError) -> SecretBytes {
    try primitive { () throws(PrimitiveError) in
      try AESKeyWrap.unwrap(
        encrypted.span, with: wrappingKey, byteCount: encryption.keyByteCount)
    }
  }

  private func unwrapGCM(
    _ encrypted: [UInt8], _ wrappingKey: SecretBytes
  ) throws(JOSEError) -> SecretBytes {
    let cipher = AEAD.gcm(keyByteCount: wrappingKey.byteCount)
    guard let nonce = try octets("iv"), nonce.count == cipher.nonceByteCount,
      let tag = try octets("tag"), tag.count == cipher.tagByteCount,
      encrypted.count == encryption.keyByteCount
    else { throw JOSEError(.malformed, "iv, tag or encrypted_key has the wrong size") }
    return try primitive { () throws(PrimitiveError) in
      let opener = try cipher.opener(
        key: wrappingKey, nonce: nonce.span, additionalData: [UInt8]().span)
      var contentKey: [UInt8] = []
      contentKey.reserveCapacity(2 * encrypted.count + 64)
      try opener.update(encrypted.span, appendingTo: &contentKey)
      try opener.finish(tag: tag.span, appendingTo: &contentKey)
      return SecretBytes(wiping: &contentKey)
    }
  }

  private func octets(_ name: String) throws(JOSEError) -> [UInt8]? {
    try header[name].map { (value) throws(JOSEError) in try value.base64URL(name) }
  }
}
