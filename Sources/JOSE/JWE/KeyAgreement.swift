package import Primitives

/// A shared secret between an ephemeral key and a static one, and keys from it (RFC 7518 §4.6).
package struct KeyAgreement {
  /// The ephemeral public key.
  let ephemeralKey: PublicJWK
  let sharedSecret: SecretBytes
  /// `apu` and `apv`: bound into the key, and never a reason to believe who sent it.
  let partyUInfo, partyVInfo: [UInt8]

  /// The sender's side: a fresh ephemeral key for each recipient.
  static func withFreshKey(
    _ recipient: PublicJWK, random: RandomSource
  ) throws(JOSEError) -> KeyAgreement {
    try primitive { () throws(PrimitiveError) in
      switch recipient.material {
      case .nist(let key):
        let ephemeral = try NISTPrivateKey.generate(key.curve)
        return KeyAgreement(
          ephemeralKey: PublicJWK(.nist(ephemeral.publicKey)),
          sharedSecret: try ephemeral.sharedSecret(with: key), partyUInfo: [], partyVInfo: [])
      case .montgomery(let key):
        let ephemeral = try MontgomeryPrivateKey.generate(key.curve, random: random)
        return KeyAgreement(
          ephemeralKey: PublicJWK(.montgomery(ephemeral.publicKey)),
          sharedSecret: try ephemeral.sharedSecret(with: key), partyUInfo: [], partyVInfo: [])
      case .edwards, .rsa:
        throw PrimitiveError(.invalidKey, "the key does not agree on secrets")
      }
    }
  }

  /// The recipient's side.
  ///
  /// - Throws: ``JOSEError`` `invalidKey` when the ephemeral key is on another curve or of low
  ///   order.
  package init(
    _ privateKey: PrivateJWK, ephemeralKey: PublicJWK, partyUInfo: [UInt8] = [],
    partyVInfo: [UInt8] = []
  ) throws(JOSEError) {
    sharedSecret = try primitive { () throws(PrimitiveError) in
      switch (privateKey.material, ephemeralKey.material) {
      case (.nist(let own), .nist(let peer)): try own.sharedSecret(with: peer)
      case (.montgomery(let own), .montgomery(let peer)): try own.sharedSecret(with: peer)
      default: throw PrimitiveError(.invalidKey, "the ephemeral key is of another kind")
      }
    }
    self.ephemeralKey = ephemeralKey
    self.partyUInfo = partyUInfo
    self.partyVInfo = partyVInfo
  }

  private init(
    ephemeralKey: PublicJWK, sharedSecret: SecretBytes, partyUInfo: [UInt8], partyVInfo: [UInt8]
  ) {
    self.ephemeralKey = ephemeralKey
    self.sharedSecret = sharedSecret
    self.partyUInfo = partyUInfo
    self.partyVInfo = partyVInfo
  }

  /// `epk`, with the members that a public key must have and no others.
  var parameter: JSONText.Member { .init("epk", .object(ephemeralKey.keyMembers)) }

  /// A key of `byteCount` bytes by the Concat KDF with SHA-256 (RFC 7518 §4.6.2).
  ///
  /// `algorithmID` is `enc` for direct agreement, `alg` where a key is wrapped.
  package func derive(algorithmID: String, byteCount: Int) throws(JOSEError) -> SecretBytes {
    let otherInfo =
      Self.counted(Array(algorithmID.utf8)) + Self.counted(partyUInfo) + Self.counted(partyVInfo)
      + Self.bigEndian(byteCount * 8)
    return try primitive { () throws(PrimitiveError) in
      try KeyDerivation.concat(
        .sha256, sharedSecret: sharedSecret, otherInfo: otherInfo.span, byteCount: byteCount)
    }
  }

  private static func counted(_ bytes: [UInt8]) -> [UInt8] { bigEndian(bytes.count) + bytes }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }
}
