extension JWE.Envelope {
  /// Looks, without a key, for what would keep everybody from opening it.
  ///
  /// Whether anything in it is authentic is only known to who opens it.
  ///
  /// - Parameter contentType: the `cty` that it should have; nil for any or none.
  /// - Throws: ``JOSEError`` as ``unlock(with:)`` for what is wrong with the header, the sizes and the
  ///   commitment; `malformed` and `unsupported` for a recipient whose wrapped key nobody can unwrap.
  public func checkStructure(contentType: String? = nil) throws(JOSEError) {
    let encryption = try contentEncryption()
    try checkSizes(encryption)
    _ = try checkCompression()
    _ = try consistency()
    if let contentType {
      guard let own = self.contentType, MediaType(own) == MediaType(contentType) else {
        throw JOSEError(.malformed, "cty is not \(contentType)")
      }
    }
    for (index, recipient) in head.recipients.enumerated() {
      try check(recipient, header(index), encryption)
    }
  }

  private func check(
    _ recipient: RecipientEntry, _ header: JOSEHeader, _ encryption: ContentEncryptionAlgorithm
  ) throws(JOSEError) {
    guard let name = header.string("alg") else { throw JOSEError(.malformed, "alg is missing") }
    guard let algorithm = KeyManagementAlgorithm(exactly: name) else {
      throw JOSEError(.unsupported, "the key management \(name) is not known")
    }
    guard policy.keyManagement.contains(algorithm) else {
      throw JOSEError(.refused, "the key management \(name) is not allowed")
    }
    if case .agreement = algorithm.family, header["epk"]?.isObject != true {
      throw JOSEError(.malformed, "epk is missing")
    }
    let byteCount = recipient.encryptedKey?.count ?? 0
    let fits: Bool
    switch algorithm.family {
    case .direct, .agreement(wrappingKeyByteCount: nil):
      fits = byteCount == 0 && head.recipients.count == 1
    // AES key wrap adds a block of 8 bytes (RFC 3394 §2.2.1).
    case .agreement, .aesKeyWrap, .passphrase: fits = byteCount == encryption.keyByteCount + 8
    case .aesGCMKeyWrap: fits = byteCount == encryption.keyByteCount
    // A modulus of 2,048 bits or more.
    case .rsaOAEP: fits = byteCount >= 256
    }
    guard fits else {
      throw JOSEError(.malformed, "encrypted_key is not of a size that \(name) has")
    }
  }
}
