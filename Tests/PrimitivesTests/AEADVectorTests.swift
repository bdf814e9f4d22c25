import Primitives
import Testing
import Vectors

@Suite(.withVectors) struct AEADVectorTests {
  @Test("AES-GCM opens and seals as the vectors say, for the one nonce and tag size of JOSE")
  func gcm() throws {
    let failures = try VectorFile(wycheproof: "aes_gcm_test.json").failures { test in
      try outcome(AEAD.gcm(keyByteCount: test.hex("key").count), test)
    }
    #expect(failures == [])
  }

  @Test(
    "AES-CBC with HMAC opens and seals as the vectors say",
    arguments: [
      ("a128cbc_hs256_test.json", AEAD.aes128CBCHMACSHA256),
      ("a192cbc_hs384_test.json", .aes192CBCHMACSHA384),
      ("a256cbc_hs512_test.json", .aes256CBCHMACSHA512),
    ])
  func cbc(_ name: String, _ cipher: AEAD) throws {
    let failures = try VectorFile(wycheproof: name).failures { try outcome(cipher, $0) }
    #expect(failures == [])
  }

  @Test("XChaCha20-Poly1305 opens and seals as the vectors say")
  func xchacha() throws {
    let file = try VectorFile(wycheproof: "xchacha20_poly1305_test.json")
    #expect(file.failures { try outcome(.xchacha20Poly1305, $0) } == [])
  }

  /// Opens, and seals what should open to the very same bytes.
  private func outcome(_ cipher: AEAD, _ test: VectorTest) throws -> Outcome {
    let key = try test.secret("key")
    let nonce = try test.hex("iv")
    let data = try test.hex("aad")
    let opened = try Outcome.of(test.result("msg")) {
      let ciphertext = try test.hex("ct")
      let tag = try test.hex("tag")
      let opener = try cipher.opener(key: key, nonce: nonce.span, additionalData: data.span)
      var plaintext: [UInt8] = []
      try opener.update(ciphertext.span, appendingTo: &plaintext)
      try opener.finish(tag: tag.span, appendingTo: &plaintext)
      return plaintext
    }
    guard test.expectation == .valid else { return opened }
    let sealed = try Outcome.of(test.hex("ct") + test.hex("tag")) {
      let plaintext = try test.hex("msg")
      let sealer = try cipher.sealer(key: key, nonce: nonce.span, additionalData: data.span)
      var ciphertext: [UInt8] = []
      try sealer.update(plaintext.span, appendingTo: &ciphertext)
      let tag = try sealer.finish(appendingTo: &ciphertext)
      return ciphertext + tag
    }
    return sealed == opened ? opened : .wrong("sealing and opening disagree")
  }
}
