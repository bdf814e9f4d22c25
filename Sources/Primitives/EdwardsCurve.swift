internal import COpenSSL
internal import CSodium

/// A curve for EdDSA signatures of RFC 8032.
package enum EdwardsCurve: String, Sendable, CaseIterable {
  case ed25519 = "Ed25519"
  case ed448 = "Ed448"

  /// The size of either key: 32 or 57 bytes.
  package var keyByteCount: Int { self == .ed25519 ? 32 : 57 }
  /// The size of a signature: 64 or 114 bytes.
  package var signatureByteCount: Int { 2 * keyByteCount }
}

/// A public key for Ed25519 or Ed448.
package struct EdwardsPublicKey: Sendable {
  package let curve: EdwardsCurve
  package let x: [UInt8]

  /// - Throws: ``PrimitiveError`` `invalidKey` for another size.
  package init(_ curve: EdwardsCurve, x: [UInt8]) throws(PrimitiveError) {
    guard x.count == curve.keyByteCount else {
      throw PrimitiveError(
        .invalidKey, "a key for \(curve.rawValue) has \(curve.keyByteCount) bytes")
    }
    self.curve = curve
    self.x = x
  }

  /// Whether `signature` holds over `message`; keys of low order never verify.
  package func isValid(
    signature: Span<UInt8>, for message: Span<UInt8>
  ) throws(PrimitiveError) -> Bool {
    guard signature.count == curve.signatureByteCount else { return false }
    switch curve {
    case .ed25519:
      return signature.withAddress { signature in
        message.withAddress { address in
          x.span.withAddress {
            unsafe crypto_sign_verify_detached(signature, address, UInt64(message.count), $0) == 0
          }
        }
      }
    case .ed448:
      guard !hasLowOrderOn448 else { return false }
      // A string that is no point on the curve is a key under which nothing holds.
      guard let key = try? RawKey.publicKey("ED448", x) else { return false }
      return unsafe try key.isValid(signature, nil, message)
    }
  }
}

extension EdwardsPublicKey {
  /// Whether it is one of the four points of low order, whose y is 0, 1 or -1, on Ed448.
  ///
  /// Under the neutral element one signature holds over every message. libsodium refuses such keys
  /// on Ed25519; OpenSSL does not on Ed448.
  private var hasLowOrderOn448: Bool {
    var y = x
    y[56] &= 0x7F  // the sign of the other coordinate
    // The prime is 2^448 - 2^224 - 1.
    var minusOne = [UInt8](repeating: 0xFF, count: 56) + [0]
    minusOne[0] = 0xFE
    minusOne[28] = 0xFE
    return y.dropFirst().allSatisfy { $0 == 0 } && y[0] <= 1 || y == minusOne
  }
}

/// A private key for Ed25519 or Ed448, which matches its public key.
package struct EdwardsPrivateKey: Sendable {
  package let publicKey: EdwardsPublicKey
  /// The seed of RFC 8032 §5.1.5, from which everything else is derived.
  package let d: SecretBytes

  /// Derives the public key from `d`.
  ///
  /// - Throws: ``PrimitiveError`` `invalidKey` for another size.
  package init(_ curve: EdwardsCurve, d: SecretBytes) throws(PrimitiveError) {
    guard d.byteCount == curve.keyByteCount else {
      throw PrimitiveError(
        .invalidKey, "a key for \(curve.rawValue) has \(curve.keyByteCount) bytes")
    }
    let x =
      switch curve {
      case .ed25519: Self.expand(d).withBytes { [UInt8](copying: $0.extracting(last: 32)) }
      case .ed448: try RawKey.privateKey("ED448", d).publicBytes(count: curve.keyByteCount)
      }
    publicKey = try EdwardsPublicKey(curve, x: x)
    self.d = d
  }

  package static func generate(
    _ curve: EdwardsCurve, random: RandomSource
  ) throws(PrimitiveError) -> EdwardsPrivateKey {
    try EdwardsPrivateKey(curve, d: random.secret(curve.keyByteCount))
  }

  /// The signature over `message`, 64 or 114 bytes.
  package func signature(for message: Span<UInt8>) throws(PrimitiveError) -> [UInt8] {
    guard publicKey.curve == .ed25519 else {
      return unsafe try RawKey.privateKey("ED448", d).signature(nil, message, capacity: 114)
    }
    var signature: [UInt8] = []
    let expanded = Self.expand(d)
    signature.append(capacity: 64) { output in
      expanded.withBytes { key in
        key.withAddress { key in
          message.withAddress {
            _ = unsafe crypto_sign_detached(output, nil, $0, UInt64(message.count), key)
          }
        }
      }
      return 64
    }
    return signature
  }

  /// libsodium's form of the private key: the seed, then the public key.
  private static func expand(_ seed: SecretBytes) -> SecretBytes {
    SecretBytes(byteCount: 64) { output in
      var publicKey = [UInt8](repeating: 0, count: 32)
      output.withMutableAddress { output in
        seed.withBytes { seed in
          seed.withAddress { seed in
            var span = publicKey.mutableSpan
            span.withMutableAddress {
              _ = unsafe crypto_sign_seed_keypair($0, output, seed)
            }
          }
        }
      }
    }
  }
}
