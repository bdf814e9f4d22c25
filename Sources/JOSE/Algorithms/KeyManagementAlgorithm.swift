internal import Primitives

/// How a recipient gets at the content encryption key: the values of `alg` in a JWE (RFC 7518 §4.1).
///
/// RSA1_5 is not among them: with OpenSSL 3.0 it cannot be decrypted without an oracle.
public enum KeyManagementAlgorithm: String, Sendable, CaseIterable {
  /// RSAES-OAEP with SHA-1, for readers that know no other.
  case rsaOAEP = "RSA-OAEP"
  /// RSAES-OAEP with SHA-256: the default for RSA keys.
  case rsaOAEP256 = "RSA-OAEP-256"
  /// RSAES-OAEP with SHA-384.
  case rsaOAEP384 = "RSA-OAEP-384"
  /// RSAES-OAEP with SHA-512.
  case rsaOAEP512 = "RSA-OAEP-512"
  /// Key agreement whose result is the content encryption key: one recipient only.
  case ecdhES = "ECDH-ES"
  /// Key agreement, then AES-128 key wrap.
  case ecdhESA128KW = "ECDH-ES+A128KW"
  /// Key agreement, then AES-192 key wrap.
  case ecdhESA192KW = "ECDH-ES+A192KW"
  /// Key agreement, then AES-256 key wrap: the default for elliptic curves.
  case ecdhESA256KW = "ECDH-ES+A256KW"
  /// AES-128 key wrap under a shared key.
  case a128KW = "A128KW"
  /// AES-192 key wrap under a shared key.
  case a192KW = "A192KW"
  /// AES-256 key wrap under a shared key.
  case a256KW = "A256KW"
  /// AES-128 in GCM under a shared key.
  case a128GCMKW = "A128GCMKW"
  /// AES-192 in GCM under a shared key.
  case a192GCMKW = "A192GCMKW"
  /// AES-256 in GCM under a shared key.
  case a256GCMKW = "A256GCMKW"
  /// PBKDF2 with HMAC-SHA-256, then AES-128 key wrap.
  case pbes2HS256A128KW = "PBES2-HS256+A128KW"
  /// PBKDF2 with HMAC-SHA-384, then AES-192 key wrap.
  case pbes2HS384A192KW = "PBES2-HS384+A192KW"
  /// PBKDF2 with HMAC-SHA-512, then AES-256 key wrap: the default for passphrases.
  case pbes2HS512A256KW = "PBES2-HS512+A256KW"
  /// A shared key is the content encryption key: one recipient only.
  case direct = "dir"

  /// What an algorithm is made of; sizes in bytes.
  enum Family: Sendable, Equatable {
    case rsaOAEP(Hash)
    /// With a key wrap of that key size, or none for direct agreement.
    case agreement(wrappingKeyByteCount: Int?)
    case aesKeyWrap(Int)
    case aesGCMKeyWrap(Int)
    case passphrase(Hash, Int)
    case direct
  }

  var family: Family {
    switch self {
    case .rsaOAEP: .rsaOAEP(.sha1)
    case .rsaOAEP256: .rsaOAEP(.sha256)
    case .rsaOAEP384: .rsaOAEP(.sha384)
    case .rsaOAEP512: .rsaOAEP(.sha512)
    case .ecdhES: .agreement(wrappingKeyByteCount: nil)
    case .ecdhESA128KW: .agreement(wrappingKeyByteCount: 16)
    case .ecdhESA192KW: .agreement(wrappingKeyByteCount: 24)
    case .ecdhESA256KW: .agreement(wrappingKeyByteCount: 32)
    case .a128KW: .aesKeyWrap(16)
    case .a192KW: .aesKeyWrap(24)
    case .a256KW: .aesKeyWrap(32)
    case .a128GCMKW: .aesGCMKeyWrap(16)
    case .a192GCMKW: .aesGCMKeyWrap(24)
    case .a256GCMKW: .aesGCMKeyWrap(32)
    case .pbes2HS256A128KW: .passphrase(.sha256, 16)
    case .pbes2HS384A192KW: .passphrase(.sha384, 24)
    case .pbes2HS512A256KW: .passphrase(.sha512, 32)
    case .direct: .direct
    }
  }

  /// Whether the algorithm itself yields the content encryption key, so that there can be only one
  /// recipient and no encrypted key (RFC 7516 §5.1).
  var isDirect: Bool {
    switch family {
    case .direct, .agreement(wrappingKeyByteCount: nil): true
    default: false
    }
  }
}
