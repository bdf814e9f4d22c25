import Primitives
import Testing

/// The second pass over a message yields what the first did.
@Suite struct AEADReopenerTests {
  private static let all: [AEAD] = [
    .aes128GCM, .aes192GCM, .aes256GCM, .aes128CBCHMACSHA256, .aes192CBCHMACSHA384,
    .aes256CBCHMACSHA512, .xchacha20Poly1305,
  ]

  @Test("what was sealed is decrypted again, by pieces of any size", arguments: all)
  func sameAsOpened(_ aead: AEAD) throws {
    for count in [0, 1, 15, 16, 17, 63, 64, 65, 4096, 100_000] {
      let key = try RandomSource.system.secret(aead.keyByteCount)
      let nonce = try RandomSource.system.bytes(aead.nonceByteCount)
      let plaintext = try RandomSource.system.bytes(count)
      let sealer = try aead.sealer(
        key: key, nonce: nonce.span, additionalData: [UInt8](repeating: 1, count: 9).span)
      var ciphertext: [UInt8] = []
      try sealer.update(plaintext.span, appendingTo: &ciphertext)
      _ = try sealer.finish(appendingTo: &ciphertext)
      for pieceByteCount in [1, 7, 16, 50_000] where count < 5000 || pieceByteCount > 10 {
        let reopener = try aead.reopener(key: key, nonce: nonce.span)
        var reopened: [UInt8] = []
        var offset = 0
        while offset < ciphertext.count {
          let end = min(ciphertext.count, offset + pieceByteCount)
          let piece = ciphertext.span.extracting(offset..<end)
          try reopened.append(addingCapacity: piece.count + 32) { (output) throws(PrimitiveError) in
            try reopener.update(piece, into: &output)
          }
          offset = end
        }
        try reopened.append(addingCapacity: 32) { (output) throws(PrimitiveError) in
          try reopener.finish(into: &output)
        }
        #expect(reopened == plaintext, "\(count) bytes by \(pieceByteCount)")
      }
    }
  }

  @Test("keys and initialization vectors of another size are refused", arguments: all)
  func sizes(_ aead: AEAD) throws {
    let key = try RandomSource.system.secret(aead.keyByteCount)
    let nonce = try RandomSource.system.bytes(aead.nonceByteCount)
    let short = try RandomSource.system.secret(aead.keyByteCount - 1)
    _ = try aead.reopener(key: key, nonce: nonce.span)
    #expect(throws: PrimitiveError.self) { try aead.reopener(key: short, nonce: nonce.span) }
    #expect(throws: PrimitiveError.self) {
      try aead.reopener(key: key, nonce: (nonce + [0]).span)
    }
  }
}
