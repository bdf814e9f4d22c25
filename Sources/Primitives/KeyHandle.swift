internal import COpenSSL

/// An `EVP_PKEY` that is let go with its owner.
@safe
final class KeyHandle: @unchecked Sendable {
  // Sendable: an EVP_PKEY is counted atomically and never changed once it is made; OpenSSL 3
  // documents concurrent use through separate contexts as safe.
  let pointer: OpaquePointer

  // EVP_PKEY_PUBLIC_KEY and EVP_PKEY_KEYPAIR are macros over macros, which Swift does not import.
  static let publicKeySelection =
    OSSL_KEYMGMT_SELECT_PUBLIC_KEY | OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS
    | OSSL_KEYMGMT_SELECT_OTHER_PARAMETERS
  static let keyPairSelection = publicKeySelection | OSSL_KEYMGMT_SELECT_PRIVATE_KEY

  init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

  deinit { unsafe EVP_PKEY_free(pointer) }

  /// Builds a key of `type` ("EC", "RSA") from parameters; OpenSSL refuses points off the curve.
  static func make(
    _ type: String, _ selection: Int32, _ parameters: ParameterList
  ) throws(PrimitiveError) -> KeyHandle {
    let context = unsafe try OpenSSL.require(
      EVP_PKEY_CTX_new_from_name(nil, type, nil), .internalFailure, "no \(type) keys")
    defer { unsafe EVP_PKEY_CTX_free(context) }
    try OpenSSL.check(
      unsafe EVP_PKEY_fromdata_init(context), .internalFailure, "no \(type) keys")
    var key: OpaquePointer?
    let status = try parameters.withParameters {
      unsafe EVP_PKEY_fromdata(context, &key, selection, $0)
    }
    try OpenSSL.check(status, .invalidKey, "the key is not valid")
    return unsafe KeyHandle(
      owning: unsafe try OpenSSL.require(key, .invalidKey, "the key is not valid"))
  }

  /// Runs `body` over a fresh context for this key.
  @safe func withContext<Result>(
    _ body: (OpaquePointer) throws(PrimitiveError) -> Result
  ) throws(PrimitiveError) -> Result {
    let context = unsafe try OpenSSL.require(
      EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil), .internalFailure, "no key context")
    defer { unsafe EVP_PKEY_CTX_free(context) }
    return try unsafe body(context)
  }

  /// The big number called `name`, left-padded to `byteCount`, or in minimal octets.
  func number(_ name: String, byteCount: Int? = nil) throws(PrimitiveError) -> SecretBytes {
    var number: OpaquePointer?
    try OpenSSL.check(
      unsafe EVP_PKEY_get_bn_param(pointer, name, &number), .invalidKey,
      "the key has no \(name)")
    let value = unsafe try OpenSSL.require(number, .invalidKey, "the key has no \(name)")
    defer { unsafe BN_clear_free(value) }
    let count = byteCount ?? Int(unsafe valise_BN_num_bytes(value))
    return try SecretBytes(byteCount: count) { (output) throws(PrimitiveError) in
      let written = output.withMutableAddress {
        unsafe BN_bn2binpad(value, $0, Int32(count))
      }
      try OpenSSL.check(
        written == Int32(count) ? 1 : 0, .invalidKey, "\(name) has the wrong size")
    }
  }

  /// The secret that this private key and `peer` share, of `byteCount` bytes.
  ///
  /// - Throws: ``PrimitiveError`` `invalidKey` for a point of low order: the all-zero secret is
  ///   refused by OpenSSL and again here.
  func sharedSecret(
    with peer: KeyHandle, byteCount: Int
  ) throws(PrimitiveError) -> SecretBytes {
    try withContext { (context) throws(PrimitiveError) in
      try OpenSSL.check(
        unsafe EVP_PKEY_derive_init(context), .internalFailure, "key agreement cannot start")
      try OpenSSL.check(
        unsafe EVP_PKEY_derive_set_peer(context, peer.pointer), .invalidKey,
        "the public key does not fit")
      return try SecretBytes(byteCount: byteCount) { (output) throws(PrimitiveError) in
        var count = byteCount
        let status = output.withMutableAddress {
          unsafe EVP_PKEY_derive(context, $0, &count)
        }
        try OpenSSL.check(
          status == 1 && count == byteCount ? 1 : 0, .invalidKey, "the public key does not fit")
      }
    }
  }

  /// Signs `message`; Ed448 takes no hash.
  func signature(
    _ hash: Hash?, _ message: Span<UInt8>, capacity: Int,
    configure: (OpaquePointer?) throws(PrimitiveError) -> Void = { _ throws(PrimitiveError) in }
  ) throws(PrimitiveError) -> [UInt8] {
    let digest = unsafe try OpenSSL.require(
      EVP_MD_CTX_new(), .internalFailure, "no digest context")
    defer { unsafe EVP_MD_CTX_free(digest) }
    var context: OpaquePointer?
    try OpenSSL.check(
      unsafe EVP_DigestSignInit(digest, &context, hash?.method ?? nil, nil, pointer),
      .internalFailure, "signing cannot start")
    try unsafe configure(context)
    var signature: [UInt8] = []
    try signature.append(capacity: capacity) { (output) throws(PrimitiveError) in
      var count = capacity
      let status = message.withAddress {
        unsafe EVP_DigestSign(digest, output, &count, $0, message.count)
      }
      try OpenSSL.check(status, .internalFailure, "signing failed")
      return count
    }
    return signature
  }

  /// Whether `signature` holds over `message`.
  func isValid(
    _ signature: Span<UInt8>, _ hash: Hash?, _ message: Span<UInt8>,
    configure: (OpaquePointer?) throws(PrimitiveError) -> Void = { _ throws(PrimitiveError) in }
  ) throws(PrimitiveError) -> Bool {
    let digest = unsafe try OpenSSL.require(
      EVP_MD_CTX_new(), .internalFailure, "no digest context")
    defer { unsafe EVP_MD_CTX_free(digest) }
    var context: OpaquePointer?
    try OpenSSL.check(
      unsafe EVP_DigestVerifyInit(digest, &context, hash?.method ?? nil, nil, pointer),
      .internalFailure, "verifying cannot start")
    try unsafe configure(context)
    let status = signature.withAddress { signatureAddress in
      message.withAddress {
        unsafe EVP_DigestVerify(digest, signatureAddress, signature.count, $0, message.count)
      }
    }
    ERR_clear_error()
    return status == 1
  }
}

extension SecretBytes {
  /// Itself, unless every byte is zero, which only a point of low order makes.
  func refusingZero() throws(PrimitiveError) -> SecretBytes {
    let bits = withBytes { bytes in
      var bits: UInt8 = 0
      for index in bytes.indices { bits |= bytes[index] }
      return bits
    }
    guard bits != 0 else {
      throw PrimitiveError(.invalidKey, "the public key has low order")
    }
    return self
  }
}
