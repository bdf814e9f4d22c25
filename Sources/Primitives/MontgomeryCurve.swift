internal import COpenSSL
internal import CSodium

/// A curve for key agreement of RFC 7748.
package enum MontgomeryCurve: String, Sendable, CaseIterable {
  case x25519 = "X25519"
  case x448 = "X448"

  /// The size of either key and of the shared secret: 32 or 56 bytes.
  package var keyByteCount: Int { self == .x25519 ? 32 : 56 }
}

/// A public key for X25519 or X448.
///
/// Any string of the right length is one; those of low order show when a secret is derived.
package struct MontgomeryPublicKey: Sendable {
  package let curve: MontgomeryCurve
  package let x: [UInt8]

  /// - Throws: ``PrimitiveError`` `invalidKey` for another size.
  package init(_ curve: MontgomeryCurve, x: [UInt8]) throws(PrimitiveError) {
    guard x.count == curve.keyByteCount else {
      throw PrimitiveError(
        .invalidKey, "a key for \(curve.rawValue) has \(curve.keyByteCount) bytes")
    }
    self.curve = curve
    self.x = x
  }
}

/// A private key for X25519 or X448, which matches its public key.
package struct MontgomeryPrivateKey: Sendable {
  package let publicKey: MontgomeryPublicKey
  package let d: SecretBytes

  /// Derives the public key from `d`.
  ///
  /// - Throws: ``PrimitiveError`` `invalidKey` for another size.
  package init(_ curve: MontgomeryCurve, d: SecretBytes) throws(PrimitiveError) {
    guard d.byteCount == curve.keyByteCount else {
      throw PrimitiveError(
        .invalidKey, "a key for \(curve.rawValue) has \(curve.keyByteCount) bytes")
    }
    let x =
      switch curve {
      case .x25519: try Self.x25519PublicKey(d)
      case .x448: try RawKey.privateKey("X448", d).publicBytes(count: curve.keyByteCount)
      }
    publicKey = try MontgomeryPublicKey(curve, x: x)
    self.d = d
  }

  package static func generate(
    _ curve: MontgomeryCurve, random: RandomSource
  ) throws(PrimitiveError) -> MontgomeryPrivateKey {
    try MontgomeryPrivateKey(curve, d: random.secret(curve.keyByteCount))
  }

  /// The shared secret, of the key's size.
  ///
  /// - Throws: ``PrimitiveError`` `invalidKey` for a public key of low order, whose shared secret
  ///   would be zero (RFC 7748 §6.1).
  package func sharedSecret(with peer: MontgomeryPublicKey) throws(PrimitiveError) -> SecretBytes {
    guard peer.curve == publicKey.curve else {
      throw PrimitiveError(.invalidKey, "the keys are on different curves")
    }
    switch peer.curve {
    case .x25519:
      return try Self.x25519SharedSecret(d, peer.x).refusingZero()
    case .x448:
      return try RawKey.privateKey("X448", d).sharedSecret(
        with: RawKey.publicKey("X448", peer.x), byteCount: peer.curve.keyByteCount
      ).refusingZero()
    }
  }

  private static func x25519PublicKey(_ d: SecretBytes) throws(PrimitiveError) -> [UInt8] {
    var x: [UInt8] = []
    try x.append(capacity: 32) { (output) throws(PrimitiveError) in
      let status = d.withBytes { d in
        d.withAddress { unsafe crypto_scalarmult_base(output, $0) }
      }
      try OpenSSL.check(status == 0 ? 1 : 0, .internalFailure, "X25519 failed")
      return 32
    }
    return x
  }

  private static func x25519SharedSecret(
    _ d: SecretBytes, _ peer: [UInt8]
  ) throws(PrimitiveError) -> SecretBytes {
    try SecretBytes(byteCount: 32) { (output) throws(PrimitiveError) in
      let status = output.withMutableAddress { output in
        d.withBytes { d in
          d.withAddress { d in
            peer.span.withAddress { unsafe crypto_scalarmult(output, d, $0) }
          }
        }
      }
      // libsodium answers -1 for the points of low order.
      try OpenSSL.check(status == 0 ? 1 : 0, .invalidKey, "the public key has low order")
    }
  }
}

/// Keys that OpenSSL takes as plain bytes: X448 and Ed448.
enum RawKey {
  static func privateKey(_ type: String, _ d: SecretBytes) throws(PrimitiveError) -> KeyHandle {
    let key = unsafe d.withBytes { d in
      d.withAddress {
        unsafe EVP_PKEY_new_raw_private_key_ex(nil, type, nil, $0, d.count)
      }
    }
    return unsafe KeyHandle(
      owning: unsafe try OpenSSL.require(key, .invalidKey, "the key is not valid"))
  }

  static func publicKey(_ type: String, _ x: [UInt8]) throws(PrimitiveError) -> KeyHandle {
    let key = x.span.withAddress {
      unsafe EVP_PKEY_new_raw_public_key_ex(nil, type, nil, $0, x.count)
    }
    return unsafe KeyHandle(
      owning: unsafe try OpenSSL.require(key, .invalidKey, "the key is not valid"))
  }
}

extension KeyHandle {
  /// The public key as plain bytes.
  func publicBytes(count: Int) throws(PrimitiveError) -> [UInt8] {
    var bytes: [UInt8] = []
    try bytes.append(capacity: count) { (output) throws(PrimitiveError) in
      var written = count
      try OpenSSL.check(
        unsafe EVP_PKEY_get_raw_public_key(pointer, output, &written), .invalidKey,
        "the key is not valid")
      return written
    }
    return bytes
  }
}

extension [UInt8] {
  /// The bytes of `span` on their own; not for secrets.
  package init(copying span: Span<UInt8>) {
    self = [UInt8](capacity: span.count) { output in
      for index in span.indices { output.append(span[index]) }
    }
  }
}
