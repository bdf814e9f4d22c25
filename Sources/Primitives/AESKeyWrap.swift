internal import COpenSSL

/// AES key wrap (RFC 3394) under a key of 16, 24 or 32 bytes.
package enum AESKeyWrap {
  /// How much longer a wrapped key is than the key.
  package static let overheadByteCount = 8

  private static func cipher(forKeyOf byteCount: Int) -> OpaquePointer? {
    switch byteCount {
    case 16: unsafe FetchedCipher.aes128Wrap.pointer
    case 24: unsafe FetchedCipher.aes192Wrap.pointer
    case 32: unsafe FetchedCipher.aes256Wrap.pointer
    default: nil
    }
  }

  /// Wraps `key`, a multiple of 8 bytes and at least 16.
  ///
  /// - Throws: ``PrimitiveError`` `invalidLength`.
  package static func wrap(
    _ key: SecretBytes, with wrappingKey: SecretBytes
  ) throws(PrimitiveError) -> [UInt8] {
    guard key.byteCount >= 16, key.byteCount % 8 == 0 else {
      throw PrimitiveError(.invalidLength, "a key of \(key.byteCount) bytes cannot be wrapped")
    }
    var wrapped: [UInt8] = []
    try wrapped.append(capacity: key.byteCount + 16) { (output) throws(PrimitiveError) in
      try key.withBytes { (key) throws(PrimitiveError) in
        try unsafe run(key, wrappingKey, wrapping: true, into: output)
      }
    }
    return wrapped
  }

  /// Unwraps a key of exactly `byteCount` bytes.
  ///
  /// - Throws: ``PrimitiveError`` `invalidLength` or `authenticationFailed`.
  package static func unwrap(
    _ wrapped: Span<UInt8>, with wrappingKey: SecretBytes, byteCount: Int
  ) throws(PrimitiveError) -> SecretBytes {
    guard byteCount >= 16, byteCount % 8 == 0, wrapped.count == byteCount + overheadByteCount else {
      throw PrimitiveError(.invalidLength, "a wrapped key has the wrong size")
    }
    // OpenSSL unwraps through a buffer as long as the input.
    let room = try SecretBytes(byteCount: wrapped.count) { (output) throws(PrimitiveError) in
      try output.withMutableAddress { (address) throws(PrimitiveError) in
        _ = try unsafe run(wrapped, wrappingKey, wrapping: false, into: address)
      }
    }
    return room.extracting(0..<byteCount)
  }

  private static func run(
    _ input: Span<UInt8>, _ wrappingKey: SecretBytes, wrapping: Bool,
    into output: UnsafeMutablePointer<UInt8>
  ) throws(PrimitiveError) -> Int {
    guard let cipher = unsafe cipher(forKeyOf: wrappingKey.byteCount) else {
      throw PrimitiveError(.invalidLength, "a wrapping key has the wrong size")
    }
    let context = unsafe try OpenSSL.require(
      EVP_CIPHER_CTX_new(), .internalFailure, "no cipher context")
    defer { unsafe EVP_CIPHER_CTX_free(context) }
    unsafe EVP_CIPHER_CTX_set_flags(context, Int32(EVP_CIPHER_CTX_FLAG_WRAP_ALLOW))
    let start = wrappingKey.withBytes { key in
      key.withAddress {
        unsafe EVP_CipherInit_ex2(context, cipher, $0, nil, wrapping ? 1 : 0, nil)
      }
    }
    try OpenSSL.check(start, .internalFailure, "key wrap cannot start")
    var written: Int32 = 0
    let status = input.withAddress {
      unsafe EVP_CipherUpdate(context, output, &written, $0, Int32(input.count))
    }
    // Update answers with the count that it wrote where other ciphers answer with 1.
    try OpenSSL.check(
      status > 0 && written > 0 ? 1 : 0, .authenticationFailed, "a wrapped key does not hold")
    return Int(written)
  }
}
