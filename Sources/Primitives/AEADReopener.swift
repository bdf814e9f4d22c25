/// Decrypts once more what an ``AEADOpener`` opened before.
///
/// **It authenticates nothing.** It is for ciphertext of which each piece is known to be what was
/// authenticated, as by a ``PieceAuthenticator``. That spares the second pass over a message GHASH or
/// Poly1305, and with AES-CBC its HMAC, which takes nine tenths of the time.
package final class AEADReopener {
  private let cipher: CipherContext

  init(
    _ algorithm: AEAD, _ key: SecretBytes, _ nonce: Span<UInt8>
  ) throws(PrimitiveError) {
    try algorithm.checkSizes(key, nonce)
    switch algorithm.construction {
    case .gcm(_, let counter):
      // The counter 1 encrypts the tag, and the message begins with 2 (NIST SP 800-38D §7.1).
      let block = (0..<nonce.count).map { nonce[$0] } + [0, 0, 0, 2]
      cipher = try CipherContext(counter, key: key, nonce: block.span, sealing: false)
    case .xchacha:
      // The counter 0 makes the key of Poly1305 (RFC 8439 §2.8); OpenSSL takes it before the nonce,
      // the lowest byte first.
      let (subkey, rest) = HChaCha20.chachaParameters(key: key, nonce: nonce)
      let block = [1, 0, 0, 0] + rest
      cipher = try CipherContext(.chacha20, key: subkey, nonce: block.span, sealing: false)
    case .cbcHMAC(let name, _):
      // The MAC key comes first (RFC 7518 §5.2.2.1).
      let half = key.byteCount / 2
      cipher = try CipherContext(
        name, key: key.extracting(half..<key.byteCount), nonce: nonce, sealing: false)
    }
  }

  /// Decrypts `ciphertext` and appends the plaintext that is ready.
  package func update(
    _ ciphertext: Span<UInt8>, into plaintext: inout OutputSpan<UInt8>
  ) throws(PrimitiveError) {
    try cipher.update(ciphertext, into: &plaintext)
  }

  /// Appends the rest of the plaintext.
  package func finish(into plaintext: inout OutputSpan<UInt8>) throws(PrimitiveError) {
    try cipher.finish(into: &plaintext)
  }
}

extension AEAD {
  /// Starts decrypting what was opened before.
  ///
  /// - Throws: ``PrimitiveError`` `invalidLength` for a key or a nonce of another size.
  package func reopener(
    key: SecretBytes, nonce: Span<UInt8>
  ) throws(PrimitiveError) -> AEADReopener {
    try AEADReopener(self, key, nonce)
  }
}
