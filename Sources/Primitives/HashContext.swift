internal import COpenSSL

/// A hash that is fed piece by piece.
@safe
package final class HashContext {
  private let context: OpaquePointer
  private let hash: Hash
  private var digest: [UInt8]?

  /// - Throws: ``PrimitiveError`` `internalFailure` when there is no hash.
  package init(_ hash: Hash) throws(PrimitiveError) {
    self.hash = hash
    unsafe context = unsafe try OpenSSL.require(
      EVP_MD_CTX_new(), .internalFailure, "no hash context")
    let status = unsafe EVP_DigestInit_ex2(context, hash.method, nil)
    try OpenSSL.check(status, .internalFailure, "the hash cannot start")
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  package func update(_ bytes: Span<UInt8>) throws(PrimitiveError) {
    let status = bytes.withAddress { unsafe EVP_DigestUpdate(context, $0, bytes.count) }
    try OpenSSL.check(status, .internalFailure, "the hash failed")
  }

  /// The digest of all that was fed, for whoever asks; nothing may be fed afterwards.
  package func finish() throws(PrimitiveError) -> [UInt8] {
    if let digest { return digest }
    var digest: [UInt8] = []
    try digest.append(capacity: hash.byteCount) { (output) throws(PrimitiveError) in
      let status = unsafe EVP_DigestFinal_ex(context, output, nil)
      try OpenSSL.check(status, .internalFailure, "the hash failed")
      return hash.byteCount
    }
    self.digest = digest
    return digest
  }
}
