internal import CSodium

/// The key derivation inside XChaCha20 (draft-irtf-cfrg-xchacha-03 §2.2).
enum HChaCha20 {
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
