internal import COpenSSL

/// A hash function of FIPS 180-4, as JOSE names them.
package enum Hash: Sendable, CaseIterable {
  /// Only inside RSA-OAEP (RFC 7518 §4.3).
  case sha1
  case sha256, sha384, sha512

  /// The size of a digest: 20, 32, 48 or 64 bytes.
  package var byteCount: Int {
    switch self {
    case .sha1: 20
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }

  /// OpenSSL's name.
  var name: String {
    switch self {
    case .sha1: "SHA1"
    case .sha256: "SHA256"
    case .sha384: "SHA384"
    case .sha512: "SHA512"
    }
  }

  var method: OpaquePointer? {
    switch self {
    case .sha1: unsafe EVP_sha1()
    case .sha256: unsafe EVP_sha256()
    case .sha384: unsafe EVP_sha384()
    case .sha512: unsafe EVP_sha512()
    }
  }

  /// The digest of `message`.
  package func digest(_ message: Span<UInt8>) throws(PrimitiveError) -> [UInt8] {
    var digest: [UInt8] = []
    try digest.append(capacity: byteCount) { (output) throws(PrimitiveError) in
      let status = message.withAddress { address in
        unsafe EVP_Digest(address, message.count, output, nil, method, nil)
      }
      try OpenSSL.check(status, .internalFailure, "the hash failed")
      return byteCount
    }
    return digest
  }
}
