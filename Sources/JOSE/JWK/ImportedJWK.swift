internal import Primitives

extension JWKSet {
  /// Reads the keys of a PEM text: SPKI, PKCS#8, PKCS#1, SEC1 or an X.509 certificate.
  ///
  /// All private keys, or else all public ones, or else that of the only certificate, which ends
  /// (`exp`) when the certificate does.
  ///
  /// - Throws: ``JOSEError`` `invalidKey`, saying what is wrong with one, `malformed` or
  ///   `limitExceeded`.
  public init(pem text: SecretBytes) throws(JOSEError) {
    let entries = try primitive { () throws(PrimitiveError) in
      try text.withBytes { (bytes) throws(PrimitiveError) in try PEM.keys(in: bytes) }
    }
    self.init(
      entries.map { entry in
        var metadata = KeyMetadata()
        metadata.expiresAt = entry.expiresAt
        return JWK(entry.key, metadata)
      })
  }

  /// Reads public keys of OpenSSH, a line each: a `.pub` or an `authorized_keys` file.
  ///
  /// Those for Ed25519 are for signatures alone: the same key is never converted to X25519.
  ///
  /// - Throws: ``JOSEError`` `invalidKey`, naming the line, `malformed` or `limitExceeded`.
  public init(openSSH text: SecretBytes) throws(JOSEError) {
    let keys = try primitive { () throws(PrimitiveError) in
      try text.withBytes { (bytes) throws(PrimitiveError) in try OpenSSH.keys(in: bytes) }
    }
    self.init(
      keys.map { key in
        if case .edwardsPublic = key { return JWK(key, KeyMetadata(use: .signature)) }
        return JWK(key, KeyMetadata())
      })
  }
}

extension JWK {
  fileprivate init(_ key: ImportedKey, _ metadata: KeyMetadata) {
    switch key {
    case .nistPublic(let key): self = .publicKey(PublicJWK(.nist(key), metadata))
    case .nistPrivate(let key): self = .privateKey(PrivateJWK(.nist(key), metadata))
    case .montgomeryPublic(let key): self = .publicKey(PublicJWK(.montgomery(key), metadata))
    case .montgomeryPrivate(let key): self = .privateKey(PrivateJWK(.montgomery(key), metadata))
    case .edwardsPublic(let key): self = .publicKey(PublicJWK(.edwards(key), metadata))
    case .edwardsPrivate(let key): self = .privateKey(PrivateJWK(.edwards(key), metadata))
    case .rsaPublic(let key): self = .publicKey(PublicJWK(.rsa(key), metadata))
    case .rsaPrivate(let key): self = .privateKey(PrivateJWK(.rsa(key), metadata))
    }
  }
}
