internal import COpenSSL

/// Keys from other secrets: HKDF, the Concat KDF and PBKDF2.
package enum KeyDerivation {
  /// HKDF with extract and expand (RFC 5869).
  ///
  /// - Throws: ``PrimitiveError`` `invalidLength` when `byteCount` is 0 or more than 255 digests.
  package static func hkdf(
    _ hash: Hash, inputKey: SecretBytes, salt: Span<UInt8>, info: Span<UInt8>, byteCount: Int
  ) throws(PrimitiveError) -> SecretBytes {
    guard byteCount > 0, byteCount <= 255 * hash.byteCount else {
      throw PrimitiveError(.invalidLength, "HKDF cannot make \(byteCount) bytes")
    }
    return try derive(.hkdf, hash, inputKey, info: info, salt: salt, byteCount)
  }

  /// The Concat KDF of NIST SP 800-56A, which RFC 7518 §4.6.2 uses, with `otherInfo` made by the
  /// caller.
  ///
  /// As many rounds as `byteCount` needs.
  package static func concat(
    _ hash: Hash, sharedSecret: SecretBytes, otherInfo: Span<UInt8>, byteCount: Int
  ) throws(PrimitiveError) -> SecretBytes {
    try derive(.sskdf, hash, sharedSecret, info: otherInfo, salt: nil, byteCount)
  }

  /// PBKDF2 with HMAC (RFC 8018 §5.2).
  ///
  /// - Throws: ``PrimitiveError`` `invalidLength` when `iterations` is not positive or `byteCount`
  ///   is 0.
  package static func pbkdf2(
    _ hash: Hash, passphrase: SecretBytes, salt: Span<UInt8>, iterations: Int, byteCount: Int
  ) throws(PrimitiveError) -> SecretBytes {
    guard byteCount > 0, let rounds = Int32(exactly: iterations), rounds > 0 else {
      throw PrimitiveError(.invalidLength, "PBKDF2 needs a count of iterations and of bytes")
    }
    return try SecretBytes(byteCount: byteCount) { (output) throws(PrimitiveError) in
      let status = output.withMutableAddress { key in
        passphrase.withBytes { passphrase in
          passphrase.withAddress { password in
            salt.withAddress { salt_ in
              unsafe password.withMemoryRebound(to: CChar.self, capacity: passphrase.count) {
                unsafe PKCS5_PBKDF2_HMAC(
                  $0, Int32(passphrase.count), salt_, Int32(salt.count), rounds, hash.method,
                  Int32(byteCount), key)
              }
            }
          }
        }
      }
      try OpenSSL.check(status, .internalFailure, "PBKDF2 failed")
    }
  }

  private static func derive(
    _ function: FetchedKDF, _ hash: Hash, _ secret: SecretBytes, info: Span<UInt8>,
    salt: Span<UInt8>?, _ byteCount: Int
  ) throws(PrimitiveError) -> SecretBytes {
    let parameters = try ParameterList()
    try parameters.add(OSSL_KDF_PARAM_DIGEST, text: hash.name)
    try parameters.add(OSSL_KDF_PARAM_KEY, secret: secret)
    try parameters.add(OSSL_KDF_PARAM_INFO, bytes: info)
    if let salt { try parameters.add(OSSL_KDF_PARAM_SALT, bytes: salt) }

    let context = unsafe try OpenSSL.require(
      EVP_KDF_CTX_new(function.pointer), .internalFailure, "no KDF context")
    defer { unsafe EVP_KDF_CTX_free(context) }
    return try SecretBytes(byteCount: byteCount) { (output) throws(PrimitiveError) in
      let status = try output.withMutableAddress { (key) throws(PrimitiveError) in
        try parameters.withParameters { unsafe EVP_KDF_derive(context, key, byteCount, $0) }
      }
      try OpenSSL.check(status, .internalFailure, "a key derivation failed")
    }
  }
}
