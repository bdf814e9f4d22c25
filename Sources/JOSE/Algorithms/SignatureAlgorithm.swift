internal import Primitives

/// How a JWS is signed: the values of `alg` in a JWS (RFC 7518 §3.1, RFC 8037, RFC 9864).
///
/// `none` is not among them, in any spelling.
public enum SignatureAlgorithm: String, Sendable, CaseIterable {
  /// HMAC with SHA-256.
  case hs256 = "HS256"
  /// HMAC with SHA-384.
  case hs384 = "HS384"
  /// HMAC with SHA-512.
  case hs512 = "HS512"
  /// RSASSA-PKCS1-v1_5 with SHA-256.
  case rs256 = "RS256"
  /// RSASSA-PKCS1-v1_5 with SHA-384.
  case rs384 = "RS384"
  /// RSASSA-PKCS1-v1_5 with SHA-512.
  case rs512 = "RS512"
  /// RSASSA-PSS with SHA-256.
  case ps256 = "PS256"
  /// RSASSA-PSS with SHA-384.
  case ps384 = "PS384"
  /// RSASSA-PSS with SHA-512.
  case ps512 = "PS512"
  /// ECDSA on P-256 with SHA-256.
  case es256 = "ES256"
  /// ECDSA on P-384 with SHA-384.
  case es384 = "ES384"
  /// ECDSA on P-521 with SHA-512.
  case es512 = "ES512"
  /// EdDSA on the key's own curve (RFC 8037).
  case edDSA = "EdDSA"
  /// EdDSA on Ed25519, by its full name (RFC 9864).
  case ed25519 = "Ed25519"
  /// EdDSA on Ed448, by its full name (RFC 9864).
  case ed448 = "Ed448"

  /// What an algorithm is made of.
  enum Family: Sendable {
    case hmac(Hash)
    case rsa(RSASignatureScheme, Hash)
    case ecdsa(NISTCurve)
    case edwards(Set<EdwardsCurve>)
  }

  var family: Family {
    switch self {
    case .hs256: .hmac(.sha256)
    case .hs384: .hmac(.sha384)
    case .hs512: .hmac(.sha512)
    case .rs256: .rsa(.pkcs1, .sha256)
    case .rs384: .rsa(.pkcs1, .sha384)
    case .rs512: .rsa(.pkcs1, .sha512)
    case .ps256: .rsa(.pss, .sha256)
    case .ps384: .rsa(.pss, .sha384)
    case .ps512: .rsa(.pss, .sha512)
    case .es256: .ecdsa(.p256)
    case .es384: .ecdsa(.p384)
    case .es512: .ecdsa(.p521)
    case .edDSA: .edwards([.ed25519, .ed448])
    case .ed25519: .edwards([.ed25519])
    case .ed448: .edwards([.ed448])
    }
  }
}
