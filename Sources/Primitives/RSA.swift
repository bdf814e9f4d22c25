internal import COpenSSL

/// A public RSA key whose size, exponent and making were checked.
package struct RSAPublicKey: Sendable {
  /// Big-endian, in minimal octets (RFC 7518 §6.3.1).
  package let n, e: [UInt8]

  /// Accepted sizes of the modulus, in bits.
  package static let modulusBitCounts = 2048...16384

  /// - Throws: ``PrimitiveError`` `invalidKey` for a modulus outside 2,048 to 16,384 bits or even,
  ///   an exponent that is even, below 3 or of more than 8 bytes, leading zeros, or a modulus that
  ///   bears the ROCA fingerprint (CVE-2017-15361).
  package init(n: [UInt8], e: [UInt8]) throws(PrimitiveError) {
    try Self.validate(n: n, e: e)
    self.n = n
    self.e = e
  }

  /// The key as OpenSSL has it, made for each use: with what OpenSSL computes on the way it would
  /// take 35 MiB for ten thousand recipients.
  private func handle() throws(PrimitiveError) -> KeyHandle {
    let parameters = try ParameterList()
    try parameters.add(OSSL_PKEY_PARAM_RSA_N, number: n.span)
    try parameters.add(OSSL_PKEY_PARAM_RSA_E, number: e.span)
    return try KeyHandle.make("RSA", KeyHandle.publicKeySelection, parameters)
  }

  /// The size of the modulus, and of every ciphertext and signature, in bytes.
  package var modulusByteCount: Int { n.count }
  /// The size of the modulus in bits.
  package var modulusBitCount: Int { 8 * n.count - (n.first?.leadingZeroBitCount ?? 0) }

  private static func validate(n: [UInt8], e: [UInt8]) throws(PrimitiveError) {
    guard let highest = n.first, let lowest = n.last, highest != 0, e.first ?? 0 != 0 else {
      throw PrimitiveError(.invalidKey, "an RSA number is empty or begins with a zero byte")
    }
    let bitCount = 8 * n.count - highest.leadingZeroBitCount
    guard modulusBitCounts.contains(bitCount), lowest & 1 == 1 else {
      throw PrimitiveError(
        .invalidKey, "an RSA modulus of \(bitCount) bits is not between 2048 and 16384")
    }
    let exponent = e.count <= 8 ? e.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } : 0
    guard exponent >= 3, exponent & 1 == 1 else {
      throw PrimitiveError(.invalidKey, "the RSA exponent is even, below 3 or over 64 bits")
    }
    guard !ROCA.isFingerprint(n) else {
      throw PrimitiveError(.invalidKey, "the RSA key is weak: its maker was ROCA (CVE-2017-15361)")
    }
  }

  /// Encrypts a short `message` with OAEP, an empty label and MGF1 over the same hash (RFC 8017
  /// §7.1).
  package func encryptOAEP(
    _ message: SecretBytes, hash: Hash
  ) throws(PrimitiveError) -> [UInt8] {
    try handle().withContext { (context) throws(PrimitiveError) in
      try OpenSSL.check(
        unsafe EVP_PKEY_encrypt_init(context), .internalFailure, "RSA cannot start")
      unsafe try RSAPadding.oaep(hash, unsafe context)
      var ciphertext: [UInt8] = []
      try ciphertext.append(capacity: modulusByteCount) { (output) throws(PrimitiveError) in
        var count = modulusByteCount
        let status = message.withBytes { message in
          message.withAddress {
            unsafe EVP_PKEY_encrypt(context, output, &count, $0, message.count)
          }
        }
        try OpenSSL.check(status, .invalidLength, "the message is too long for the RSA key")
        return count
      }
      return ciphertext
    }
  }

  /// Whether `signature`, as long as the modulus, holds over `message`.
  package func isValid(
    signature: Span<UInt8>, for message: Span<UInt8>, _ scheme: RSASignatureScheme, hash: Hash
  ) throws(PrimitiveError) -> Bool {
    guard signature.count == modulusByteCount else { return false }
    return unsafe try handle().isValid(signature, hash, message) {
      (context) throws(PrimitiveError) in
      unsafe try RSAPadding.signature(scheme, unsafe context)
    }
  }
}

/// How an RSA signature pads.
package enum RSASignatureScheme: Sendable {
  /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
  case pkcs1
  /// RSASSA-PSS with a salt as long as the hash and MGF1 over it (RFC 7518 §3.5).
  case pss
}

/// A private RSA key, consistent in itself and with its public key.
package struct RSAPrivateKey: Sendable {
  package let publicKey: RSAPublicKey
  package let d: SecretBytes
  /// Absent in a key that came as `n`, `e` and `d` alone.
  package let factors: Factors?
  private let handle: KeyHandle

  /// The two primes and what speeds up the private operation (RFC 7518 §6.3.2).
  package struct Factors: Sendable {
    package let p, q, dp, dq, qi: SecretBytes

    package init(
      p: SecretBytes, q: SecretBytes, dp: SecretBytes, dq: SecretBytes, qi: SecretBytes
    ) {
      self.p = p
      self.q = q
      self.dp = dp
      self.dq = dq
      self.qi = qi
    }
  }

  /// - Throws: ``PrimitiveError`` `invalidKey` when the numbers do not belong together.
  package init(
    _ publicKey: RSAPublicKey, d: SecretBytes, factors: Factors?
  ) throws(PrimitiveError) {
    try RSAConsistency.check(publicKey, d: d, factors: factors)
    let parameters = try ParameterList()
    try parameters.add(OSSL_PKEY_PARAM_RSA_N, number: publicKey.n.span)
    try parameters.add(OSSL_PKEY_PARAM_RSA_E, number: publicKey.e.span)
    try parameters.add(OSSL_PKEY_PARAM_RSA_D, secretNumber: d)
    if let factors {
      try parameters.add(RSAParameter.factor1, secretNumber: factors.p)
      try parameters.add(RSAParameter.factor2, secretNumber: factors.q)
      try parameters.add(RSAParameter.exponent1, secretNumber: factors.dp)
      try parameters.add(RSAParameter.exponent2, secretNumber: factors.dq)
      try parameters.add(RSAParameter.coefficient1, secretNumber: factors.qi)
    }
    handle = try KeyHandle.make("RSA", KeyHandle.keyPairSelection, parameters)
    self.publicKey = publicKey
    self.d = d
    self.factors = factors
  }

  init(_ handle: KeyHandle) throws(PrimitiveError) {
    let publicKey = try RSAPublicKey(
      n: handle.number(OSSL_PKEY_PARAM_RSA_N).withBytes { Array(copying: $0) },
      e: handle.number(OSSL_PKEY_PARAM_RSA_E).withBytes { Array(copying: $0) })
    try self.init(
      publicKey, d: handle.number(OSSL_PKEY_PARAM_RSA_D),
      factors: Factors(
        p: handle.number(RSAParameter.factor1),
        q: handle.number(RSAParameter.factor2),
        dp: handle.number(RSAParameter.exponent1),
        dq: handle.number(RSAParameter.exponent2),
        qi: handle.number(RSAParameter.coefficient1)))
  }

  /// A fresh key with the exponent 65537; seconds for the larger sizes.
  package static func generate(bitCount: Int) throws(PrimitiveError) -> RSAPrivateKey {
    var key: OpaquePointer?
    let context = unsafe try OpenSSL.require(
      EVP_PKEY_CTX_new_from_name(nil, "RSA", nil), .internalFailure, "no RSA keys")
    defer { unsafe EVP_PKEY_CTX_free(context) }
    try OpenSSL.check(unsafe EVP_PKEY_keygen_init(context), .internalFailure, "no RSA keys")
    try OpenSSL.check(
      unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bitCount)), .invalidKey,
      "no RSA keys of \(bitCount) bits")
    try OpenSSL.check(
      unsafe EVP_PKEY_generate(context, &key), .randomUnavailable, "no key was generated")
    return unsafe try RSAPrivateKey(
      KeyHandle(
        owning: unsafe try OpenSSL.require(key, .randomUnavailable, "no key was generated")))
  }

  /// Decrypts what ``RSAPublicKey/encryptOAEP(_:hash:)`` made.
  ///
  /// - Throws: ``PrimitiveError`` `authenticationFailed` for whatever is wrong with it.
  package func decryptOAEP(
    _ ciphertext: Span<UInt8>, hash: Hash
  ) throws(PrimitiveError) -> SecretBytes {
    guard ciphertext.count == publicKey.modulusByteCount else {
      throw PrimitiveError(.authenticationFailed, "RSA decryption failed")
    }
    var byteCount = 0
    let room = try handle.withContext { (context) throws(PrimitiveError) in
      try OpenSSL.check(
        unsafe EVP_PKEY_decrypt_init(context), .internalFailure, "RSA cannot start")
      unsafe try RSAPadding.oaep(hash, unsafe context)
      let size = publicKey.modulusByteCount
      return try SecretBytes(byteCount: size) { (output) throws(PrimitiveError) in
        var count = size
        let status = output.withMutableAddress { output in
          ciphertext.withAddress {
            unsafe EVP_PKEY_decrypt(context, output, &count, $0, ciphertext.count)
          }
        }
        try OpenSSL.check(status, .authenticationFailed, "RSA decryption failed")
        byteCount = count
      }
    }
    return room.extracting(0..<byteCount)
  }

  /// The signature over `message`, as long as the modulus.
  package func signature(
    for message: Span<UInt8>, _ scheme: RSASignatureScheme, hash: Hash
  ) throws(PrimitiveError) -> [UInt8] {
    unsafe try handle.signature(hash, message, capacity: publicKey.modulusByteCount) {
      (context) throws(PrimitiveError) in unsafe try RSAPadding.signature(scheme, unsafe context)
    }
  }
}

/// OpenSSL builds these names by pasting macros, which Swift does not import.
enum RSAParameter {
  static let factor1 = "rsa-factor1"
  static let factor2 = "rsa-factor2"
  static let exponent1 = "rsa-exponent1"
  static let exponent2 = "rsa-exponent2"
  static let coefficient1 = "rsa-coefficient1"
}

/// Sets the padding on a context.
enum RSAPadding {
  static func oaep(_ hash: Hash, _ context: OpaquePointer?) throws(PrimitiveError) {
    let isSet =
      unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1
      && EVP_PKEY_CTX_set_rsa_oaep_md(context, hash.method) == 1
      && EVP_PKEY_CTX_set_rsa_mgf1_md(context, hash.method) == 1
    try OpenSSL.check(isSet ? 1 : 0, .internalFailure, "OAEP cannot be set")
  }

  static func signature(
    _ scheme: RSASignatureScheme, _ context: OpaquePointer?
  ) throws(PrimitiveError) {
    let isSet =
      switch scheme {
      case .pkcs1: unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
      case .pss:
        unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
          && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
      }
    try OpenSSL.check(isSet ? 1 : 0, .internalFailure, "the RSA padding cannot be set")
  }
}
