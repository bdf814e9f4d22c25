internal import COpenSSL

/// A key as other programs keep it.
package enum ImportedKey: Sendable {
  case nistPublic(NISTPublicKey)
  case nistPrivate(NISTPrivateKey)
  case montgomeryPublic(MontgomeryPublicKey)
  case montgomeryPrivate(MontgomeryPrivateKey)
  case edwardsPublic(EdwardsPublicKey)
  case edwardsPrivate(EdwardsPrivateKey)
  case rsaPublic(RSAPublicKey)
  case rsaPrivate(RSAPrivateKey)
}

extension ImportedKey {
  /// What OpenSSL read, as a key of one of the kinds that JOSE knows.
  static func reading(
    _ key: KeyHandle, isPrivate: Bool
  ) throws(PrimitiveError) -> ImportedKey {
    for curve in MontgomeryCurve.allCases where key.isA(curve.rawValue) {
      guard isPrivate else {
        return .montgomeryPublic(
          try MontgomeryPublicKey(curve, x: key.publicBytes(count: curve.keyByteCount)))
      }
      return .montgomeryPrivate(
        try MontgomeryPrivateKey(curve, d: key.privateBytes(count: curve.keyByteCount)))
    }
    for curve in EdwardsCurve.allCases where key.isA(curve.rawValue.uppercased()) {
      guard isPrivate else {
        return .edwardsPublic(
          try EdwardsPublicKey(curve, x: key.publicBytes(count: curve.keyByteCount)))
      }
      return .edwardsPrivate(
        try EdwardsPrivateKey(curve, d: key.privateBytes(count: curve.keyByteCount)))
    }
    if key.isA("RSA") { return try rsa(key, isPrivate: isPrivate) }
    guard key.isA("EC") else {
      throw PrimitiveError(.invalidKey, "the key is of an algorithm that JOSE does not know")
    }
    return try nist(key, isPrivate: isPrivate)
  }

  private static func rsa(
    _ key: KeyHandle, isPrivate: Bool
  ) throws(PrimitiveError) -> ImportedKey {
    if isPrivate { return .rsaPrivate(try RSAPrivateKey(key)) }
    return .rsaPublic(
      try RSAPublicKey(
        n: key.number(OSSL_PKEY_PARAM_RSA_N).withBytes { Array(copying: $0) },
        e: key.number(OSSL_PKEY_PARAM_RSA_E).withBytes { Array(copying: $0) }))
  }

  private static func nist(
    _ key: KeyHandle, isPrivate: Bool
  ) throws(PrimitiveError) -> ImportedKey {
    let bitCount = unsafe EVP_PKEY_get_bits(key.pointer)
    let curves: [Int32: (NISTCurve, String)] = [
      256: (.p256, "prime256v1"), 384: (.p384, "secp384r1"), 521: (.p521, "secp521r1"),
    ]
    guard let (curve, name) = curves[bitCount], key.groupName() == name else {
      throw PrimitiveError(.invalidKey, "the key is on a curve that JOSE does not know")
    }
    let size = curve.coordinateByteCount
    let publicKey = try NISTPublicKey(
      curve, x: key.number("qx", byteCount: size).withBytes { Array(copying: $0) },
      y: key.number("qy", byteCount: size).withBytes { Array(copying: $0) })
    guard isPrivate else { return .nistPublic(publicKey) }
    let d = try key.number(OSSL_PKEY_PARAM_PRIV_KEY, byteCount: size)
    return .nistPrivate(try NISTPrivateKey(publicKey, d: d))
  }
}

extension KeyHandle {
  /// Whether OpenSSL calls the key's type `name`.
  func isA(_ name: String) -> Bool { unsafe EVP_PKEY_is_a(pointer, name) == 1 }

  /// OpenSSL's name of the curve.
  func groupName() -> String? {
    var name = [UInt8](repeating: 0, count: 64)
    var count = 0
    var span = name.mutableSpan
    let status = span.withMutableAddress { address in
      unsafe address.withMemoryRebound(to: CChar.self, capacity: 64) {
        unsafe EVP_PKEY_get_group_name(pointer, $0, 64, &count)
      }
    }
    return status == 1 ? String(decoding: name.prefix(count), as: UTF8.self) : nil
  }

  /// The private key as plain bytes.
  func privateBytes(count: Int) throws(PrimitiveError) -> SecretBytes {
    try SecretBytes(byteCount: count) { (output) throws(PrimitiveError) in
      var written = count
      let status = output.withMutableAddress {
        unsafe EVP_PKEY_get_raw_private_key(pointer, $0, &written)
      }
      try OpenSSL.check(
        status == 1 && written == count ? 1 : 0, .invalidKey, "the key is not valid")
    }
  }
}
