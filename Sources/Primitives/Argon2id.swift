internal import CSodium

/// Argon2id, version 1.3, in one lane (RFC 9106): keys from passphrases, at a cost in memory.
package struct Argon2id: Sendable {
  /// How often the memory is gone through, at least once.
  package let passCount: Int
  /// The memory in bytes, at least 8,192; what is over a multiple of 1,024 does not count.
  package let memoryByteCount: Int

  /// The size of a salt, the only one that libsodium takes.
  package static let saltByteCount = 16

  package init(passCount: Int, memoryByteCount: Int) {
    self.passCount = passCount
    self.memoryByteCount = memoryByteCount
  }

  /// The key for `passphrase`, of at least 16 bytes.
  ///
  /// - Throws: ``PrimitiveError`` `invalidLength` for a cost or a size that Argon2id does not have,
  ///   `outOfMemory` when the system has less than ``memoryByteCount`` to give.
  package func key(
    for passphrase: SecretBytes, salt: Span<UInt8>, byteCount: Int
  ) throws(PrimitiveError) -> SecretBytes {
    guard passCount >= crypto_pwhash_argon2id_opslimit_min(),
      passCount <= crypto_pwhash_argon2id_opslimit_max(),
      memoryByteCount >= crypto_pwhash_argon2id_memlimit_min(),
      memoryByteCount <= crypto_pwhash_argon2id_memlimit_max(),
      byteCount >= crypto_pwhash_argon2id_bytes_min(), salt.count == Self.saltByteCount
    else {
      throw PrimitiveError(.invalidLength, "Argon2id has no such cost, salt or key")
    }
    // Whoever holds the passphrase in SecretBytes has called sodium_init.
    return try SecretBytes(byteCount: byteCount) { (output) throws(PrimitiveError) in
      let status = output.withMutableAddress { key in
        passphrase.withBytes { passphrase in
          passphrase.withAddress { password in
            salt.withAddress { salt in
              unsafe password.withMemoryRebound(to: CChar.self, capacity: passphrase.count) {
                unsafe crypto_pwhash_argon2id(
                  key, UInt64(byteCount), $0, UInt64(passphrase.count), salt, UInt64(passCount),
                  memoryByteCount, crypto_pwhash_argon2id_alg_argon2id13())
              }
            }
          }
        }
      }
      // With every size in range, nothing but the memory can be missing.
      guard status == 0 else {
        throw PrimitiveError(
          .outOfMemory, "there is no memory for Argon2id, which needs \(memoryByteCount >> 20) MiB")
      }
    }
  }
}
