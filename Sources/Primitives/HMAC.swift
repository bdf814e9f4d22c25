internal import COpenSSL

/// A keyed hash that is fed piece by piece (RFC 2104).
@safe
package final class HMAC {
  private let context: OpaquePointer
  private let hash: Hash

  /// - Throws: ``PrimitiveError`` `invalidKey` for an empty key.
  package init(_ hash: Hash, key: SecretBytes) throws(PrimitiveError) {
    guard key.byteCount > 0 else { throw PrimitiveError(.invalidKey, "an HMAC key is empty") }
    self.hash = hash
    unsafe context = unsafe try OpenSSL.require(
      EVP_MAC_CTX_new(FetchedMAC.hmac.pointer), .internalFailure, "no HMAC context")
    try key.withBytes { (bytes) throws(PrimitiveError) in
      try bytes.withAddress { (address) throws(PrimitiveError) in
        let status = unsafe hash.name.withCString { name in
          let mutable = unsafe UnsafeMutablePointer(mutating: name)
          var parameters = unsafe [
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, mutable, 0),
            OSSL_PARAM_construct_end(),
          ]
          return unsafe EVP_MAC_init(context, address, bytes.count, &parameters)
        }
        try OpenSSL.check(status, .internalFailure, "HMAC cannot start")
      }
    }
  }

  deinit { unsafe EVP_MAC_CTX_free(context) }

  package func update(_ bytes: Span<UInt8>) throws(PrimitiveError) {
    guard !bytes.isEmpty else { return }
    let status = bytes.withAddress { unsafe EVP_MAC_update(context, $0, bytes.count) }
    try OpenSSL.check(status, .internalFailure, "HMAC failed")
  }

  /// The code over all that was fed, of the hash's size; nothing may be fed afterwards.
  package func finish() throws(PrimitiveError) -> [UInt8] {
    var code: [UInt8] = []
    try code.append(capacity: hash.byteCount) { (output) throws(PrimitiveError) in
      var count = 0
      let status = unsafe EVP_MAC_final(context, output, &count, hash.byteCount)
      try OpenSSL.check(status, .internalFailure, "HMAC failed")
      return count
    }
    return code
  }

  /// The code of `message` at once.
  package static func code(
    _ hash: Hash, key: SecretBytes, _ message: Span<UInt8>
  ) throws(PrimitiveError) -> [UInt8] {
    let hmac = try HMAC(hash, key: key)
    try hmac.update(message)
    return try hmac.finish()
  }
}
