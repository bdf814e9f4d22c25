internal import CSodium

/// The key derivation inside XChaCha20 (draft-irtf-cfrg-xchacha-03 §2.2).
enum HChaCha20 {
  /// The key and the 12-byte nonce of ChaCha20 that are XChaCha20's 32-byte `key` and 24-byte `nonce`.
  static func chachaParameters(
    key: SecretBytes, nonce: Span<UInt8>
  ) -> (key: SecretBytes, nonce: [UInt8]) {
    var rest = [UInt8](repeating: 0, count: 12)
    for index in 0..<8 { rest[4 + index] = nonce[16 + index] }
    return (subkey(key: key, nonce: nonce.extracting(first: 16)), rest)
  }

  /// The subkey for a 32-byte `key` and the first 16 bytes of a nonce.
  static func subkey(key: SecretBytes, nonce: Span<UInt8>) -> SecretBytes {
    precondition(key.byteCount == 32 && nonce.count == 16, "HChaCha20 takes 32 and 16 bytes")
    return SecretBytes(byteCount: 32) { output in
      output.withMutableAddress { output in
        key.withBytes { key in
          key.withAddress { key in
            nonce.withAddress { nonce in
              _ = unsafe crypto_core_hchacha20(output, nonce, key, nil)
            }
          }
        }
      }
    }
  }
}
