internal import Primitives

/// The value that ties a message to one content encryption key.
///
/// Neither AES-GCM nor AES-CBC-HMAC does: whoever makes a message can find two keys that open one
/// ciphertext to two texts, and wrap one for each recipient (eprint 2020/1491).
enum Commitment {
  static let byteCount = 32

  /// HKDF-SHA-256 of the key, under a name that no other use of the key has.
  static func value(
    _ contentKey: SecretBytes, _ encryption: ContentEncryptionAlgorithm
  ) throws(JOSEError) -> [UInt8] {
    let info = Array("valise commitment v1|\(encryption.rawValue)".utf8)
    let derived = try primitive { () throws(PrimitiveError) in
      try KeyDerivation.hkdf(
        .sha256, inputKey: contentKey, salt: [UInt8]().span, info: info.span,
        byteCount: byteCount)
    }
    return derived.withBytes { Array(copying: $0) }
  }

  static func holds(
    _ commitment: [UInt8], _ contentKey: SecretBytes, _ encryption: ContentEncryptionAlgorithm
  ) throws(JOSEError) -> Bool {
    let expected = try value(contentKey, encryption)
    return ConstantTime.areEqual(expected.span, commitment.span)
  }
}
