public import Primitives

extension JWK {
  /// Reads the first key of a PEM text: SPKI, PKCS#8, PKCS#1, SEC1 or an X.509 certificate.
  ///
  /// - Throws: ``JOSEError`` `invalidKey`, saying what is wrong with it.
  public init(pem text: SecretBytes) throws(JOSEError) {
    let key = try primitive { () throws(PrimitiveError) in
      try text.withBytes { (bytes) throws(PrimitiveError) in try PEM.key(in: bytes) }
    }
    switch key {
    case .nistPublic(let key): self = .publicKey(PublicJWK(.nist(key)))
    case .nistPrivate(let key): self = .privateKey(PrivateJWK(.nist(key)))
    case .montgomeryPublic(let key): self = .publicKey(PublicJWK(.montgomery(key)))
    case .montgomeryPrivate(let key): self = .privateKey(PrivateJWK(.montgomery(key)))
    case .edwardsPublic(let key): self = .publicKey(PublicJWK(.edwards(key)))
    case .edwardsPrivate(let key): self = .privateKey(PrivateJWK(.edwards(key)))
    case .rsaPublic(let key): self = .publicKey(PublicJWK(.rsa(key)))
    case .rsaPrivate(let key): self = .privateKey(PrivateJWK(.rsa(key)))
    }
  }
}
