internal import Primitives

/// A content encryption key as one recipient gets it.
struct WrappedKey: Sendable {
  /// `alg`, `kid` and whatever the algorithm adds, in the order of the RFC's examples.
  var parameters: [JSONText.Member]
  /// What the content is authenticated with, wherever the others go.
  var protectedParameters: [JSONText.Member] = []
  /// Absent for the direct algorithms.
  var encryptedKey: [UInt8]?

  /// `encrypted_key`, where there is one.
  var keyMember: [JSONText.Member] {
    encryptedKey.map { [.init("encrypted_key", .base64URL($0))] } ?? []
  }

  /// The recipient's element of `recipients`.
  var element: [UInt8] {
    JSONText.object([.init("header", .object(parameters))] + keyMember).compact
  }
}

/// The recipients of a message, wrapped.
enum WrappedRecipients: Sendable {
  case one(WrappedKey)
  /// As text already: of ten thousand, the values that it is made of would take 12 MiB more.
  case several(elements: [[UInt8]])

  /// Roughly what they take in the message.
  var byteCount: Int {
    guard case .several(let elements) = self else { return 0 }
    return elements.reduce(0) { $0 + $1.count + 1 }
  }
}

extension JWE.Recipient {
  /// The key that a direct algorithm yields, and what the recipient needs to come to the same.
  func directKey(
    _ encryption: ContentEncryptionAlgorithm, random: RandomSource
  ) throws(JOSEError) -> (SecretBytes, WrappedKey) {
    var wrapped = WrappedKey(parameters: leadingParameters)
    switch key {
    case .symmetric(let key):
      guard key.k.byteCount == encryption.keyByteCount else {
        throw JOSEError(
          .unsuitableKey, "\(encryption.rawValue) takes a key of \(encryption.keyByteCount) bytes")
      }
      try key.metadata.requireDirect(["encrypt"], encryption)
      return (key.k, wrapped)
    case .publicKey(let key):
      let agreement = try KeyAgreement.withFreshKey(key, random: random)
      wrapped.parameters.append(agreement.parameter)
      let derived = try agreement.derive(
        algorithmID: encryption.rawValue, byteCount: encryption.keyByteCount)
      return (derived, wrapped)
    case .argon2id(let passphrase, let parameters):
      let salt = try primitive { () throws(PrimitiveError) in
        try random.bytes(Argon2id.saltByteCount)
      }
      let derivation = Argon2idDerivation(parameters, salt: salt)
      wrapped.protectedParameters.append(derivation.member)
      return (try derivation.contentKey(passphrase, encryption), wrapped)
    case .passphrase:
      throw JOSEError(.unsuitableKey, "PBES2 never makes the content's key")
    }
  }

  /// `contentKey` wrapped for the recipient.
  func wrap(
    _ contentKey: SecretBytes, random: RandomSource
  ) throws(JOSEError) -> WrappedKey {
    var wrapped = WrappedKey(parameters: leadingParameters)
    switch (algorithm.family, key) {
    case (.rsaOAEP(let hash), .publicKey(let key)):
      guard case .rsa(let key) = key.material else { throw mismatch }
      wrapped.encryptedKey = try primitive { () throws(PrimitiveError) in
        try key.encryptOAEP(contentKey, hash: hash)
      }
    case (.agreement(let byteCount?), .publicKey(let key)):
      let agreement = try KeyAgreement.withFreshKey(key, random: random)
      wrapped.parameters.append(agreement.parameter)
      let wrappingKey = try agreement.derive(
        algorithmID: algorithm.rawValue, byteCount: byteCount)
      wrapped.encryptedKey = try aesKeyWrap(contentKey, wrappingKey)
    case (.aesKeyWrap, .symmetric(let key)):
      wrapped.encryptedKey = try aesKeyWrap(contentKey, key.k)
    case (.aesGCMKeyWrap, .symmetric(let key)):
      try wrapGCM(contentKey, key.k, random, &wrapped)
    case (.passphrase(let hash, let byteCount), .passphrase(let passphrase, let iterations)):
      let salt = try primitive { () throws(PrimitiveError) in try random.bytes(16) }
      wrapped.parameters.append(.init("p2s", .base64URL(salt)))
      wrapped.parameters.append(.init("p2c", .integer(iterations)))
      let wrappingKey = try PassphraseKey(algorithm, hash, byteCount).derive(
        passphrase, salt: salt, iterations: iterations)
      wrapped.encryptedKey = try aesKeyWrap(contentKey, wrappingKey)
    default: throw mismatch
    }
    return wrapped
  }

  private var leadingParameters: [JSONText.Member] {
    [.init("alg", .string(algorithm.rawValue))]
      + (keyID.map { [.init("kid", .string($0))] } ?? [])
  }

  private var mismatch: JOSEError {
    JOSEError(.unsuitableKey, "\(algorithm.rawValue) does not go with the key")
  }

  private func aesKeyWrap(
    _ contentKey: SecretBytes, _ wrappingKey: SecretBytes
  ) throws(JOSEError) -> [UInt8] {
    try primitive { () throws(PrimitiveError) in
      try AESKeyWrap.wrap(contentKey, with: wrappingKey)
    }
  }

  /// RFC 7518 §4.7: the nonce and the tag travel in the header.
  private func wrapGCM(
    _ contentKey: SecretBytes, _ wrappingKey: SecretBytes, _ random: RandomSource,
    _ wrapped: inout WrappedKey
  ) throws(JOSEError) {
    let cipher = AEAD.gcm(keyByteCount: wrappingKey.byteCount)
    let (nonce, encrypted, tag) = try primitive { () throws(PrimitiveError) in
      let nonce = try random.bytes(cipher.nonceByteCount)
      let sealer = try cipher.sealer(
        key: wrappingKey, nonce: nonce.span, additionalData: [UInt8]().span)
      var encrypted: [UInt8] = []
      try contentKey.withBytes { (bytes) throws(PrimitiveError) in
        try sealer.update(bytes, appendingTo: &encrypted)
      }
      let tag = try sealer.finish(appendingTo: &encrypted)
      return (nonce, encrypted, tag)
    }
    wrapped.parameters.append(.init("tag", .base64URL(tag)))
    wrapped.parameters.append(.init("iv", .base64URL(nonce)))
    wrapped.encryptedKey = encrypted
  }
}

/// The key that PBES2 makes of a passphrase (RFC 7518 §4.8.1.1).
struct PassphraseKey {
  private let algorithm: KeyManagementAlgorithm
  private let hash: Hash
  private let byteCount: Int

  init(_ algorithm: KeyManagementAlgorithm, _ hash: Hash, _ byteCount: Int) {
    self.algorithm = algorithm
    self.hash = hash
    self.byteCount = byteCount
  }

  /// The salt is alg ‖ 0x00 ‖ p2s, so that a key serves one algorithm.
  func derive(
    _ passphrase: SecretBytes, salt: [UInt8], iterations: Int
  ) throws(JOSEError) -> SecretBytes {
    let fullSalt = Array(algorithm.rawValue.utf8) + [0] + salt
    return try primitive { () throws(PrimitiveError) in
      try KeyDerivation.pbkdf2(
        hash, passphrase: passphrase, salt: fullSalt.span, iterations: iterations,
        byteCount: byteCount)
    }
  }
}
