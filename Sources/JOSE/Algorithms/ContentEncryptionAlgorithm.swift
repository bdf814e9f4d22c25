internal import Primitives

/// How the content is encrypted: the values of `enc` (RFC 7518 §5.1).
public enum ContentEncryptionAlgorithm: String, Sendable, CaseIterable {
  /// AES-128 in GCM.
  case a128GCM = "A128GCM"
  /// AES-192 in GCM.
  case a192GCM = "A192GCM"
  /// AES-256 in GCM: the default, for messages up to 2^36 - 32 bytes.
  case a256GCM = "A256GCM"
  /// AES-128 in CBC with HMAC-SHA-256.
  case a128CBCHS256 = "A128CBC-HS256"
  /// AES-192 in CBC with HMAC-SHA-384.
  case a192CBCHS384 = "A192CBC-HS384"
  /// AES-256 in CBC with HMAC-SHA-512: for messages of any size.
  case a256CBCHS512 = "A256CBC-HS512"
  /// XChaCha20-Poly1305, of an expired draft (draft-amringer-jose-chacha-02): on request only.
  case xc20P = "XC20P"

  /// The six of RFC 7518.
  public static let registered: Set<Self> = Set(allCases).subtracting([.xc20P])

  var aead: AEAD {
    switch self {
    case .a128GCM: .aes128GCM
    case .a192GCM: .aes192GCM
    case .a256GCM: .aes256GCM
    case .a128CBCHS256: .aes128CBCHMACSHA256
    case .a192CBCHS384: .aes192CBCHMACSHA384
    case .a256CBCHS512: .aes256CBCHMACSHA512
    case .xc20P: .xchacha20Poly1305
    }
  }

  /// The size of the content encryption key, 16 to 64 bytes.
  public var keyByteCount: Int { aead.keyByteCount }

  /// The longest plaintext in bytes.
  public var maximumPlaintextByteCount: UInt64 { aead.maximumPlaintextByteCount }
}
