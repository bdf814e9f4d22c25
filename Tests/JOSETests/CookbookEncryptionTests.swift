import JOSE
import Testing
import Vectors

@Suite(.withVectors) struct CookbookEncryptionTests {
  @Test(
    "the cookbook's encrypted messages open in every serialization",
    arguments: [
      "jwe/5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2.json",
      "jwe/5_2.key_encryption_using_rsa-oaep_with_aes-gcm.json",
      "jwe/5_3.key_wrap_using_pbes2-aes-keywrap_with-aes-cbc-hmac-sha2.json",
      "jwe/5_4.key_agreement_with_key_wrapping_using_ecdh-es_and_aes-keywrap_with_aes-gcm.json",
      "jwe/5_5.key_agreement_using_ecdh-es_with_aes-cbc-hmac-sha2.json",
      "jwe/5_6.direct_encryption_using_aes-gcm.json",
      "jwe/5_7.key_wrap_using_aes-gcm_keywrap_with_aes-cbc-hmac-sha2.json",
      "jwe/5_8.key_wrap_using_aes-keywrap_with_aes-gcm.json",
      "jwe/5_9.compressed_content.json",
      "jwe/5_10.including_additional_authentication_data.json",
      "jwe/5_11.protecting_specific_header_fields.json",
      "jwe/5_12.protecting_content_only.json",
      "jwe/5_13.encrypting_to_multiple_recipients.json",
      "curve25519/ecdh-es.json",
    ])
  func opens(_ name: String) throws {
    let example = try CookbookExample(name)
    #expect(example.file.failures { try opened(example, $0, JWE.DecryptionPolicy()) } == [])
  }

  @Test("a compressed message opens where the policy allows it, up to the limit it sets")
  func compressed() throws {
    let example = try CookbookExample("jwe/5_9.compressed_content.json")
    var policy = JWE.DecryptionPolicy()
    let count = try UInt64(example.content.count)
    for test in example.file.tests {
      policy.compression = .allowed(maximumByteCount: count)
      #expect(try opened(example, test, policy) == .accepted)
      policy.compression = .allowed(maximumByteCount: count - 1)
      #expect(try opened(example, test, policy) == .refused)
    }
  }

  @Test("an unprotected enc is read where the policy allows it")
  func unprotected() throws {
    let example = try CookbookExample("jwe/5_12.protecting_content_only.json")
    var policy = JWE.DecryptionPolicy()
    policy.allowsUnprotectedEncryption = true
    for test in example.file.tests {
      #expect(try opened(example, test, policy) == .accepted)
    }
  }

  @Test("authenticated data comes out beside the plaintext")
  func additionalData() throws {
    let example = try CookbookExample("jwe/5_10.including_additional_authentication_data.json")
    let key = try #require(example.keys.first?.key().decryptionKey)
    for (_, message) in example.messages {
      let opened = try JWE.decrypt(message, with: [key])
      #expect(try opened.additionalData == Array(example.text("input", "aad").utf8))
    }
  }

  @Test("with all keys at hand, the outcome of every recipient is told")
  func outcomes() throws {
    let example = try CookbookExample("jwe/5_13.encrypting_to_multiple_recipients.json")
    let keys = try example.keys.compactMap { try $0.key().decryptionKey }
    let message = try #require(example.messages.first)
    let opened = try JWE.decrypt(message.text, with: keys)
    #expect(opened.outcomes == [.unsupported, .opened, .notTried])
    #expect(opened.consistency == .unproven)
  }

  @Test("a signed message within an encrypted one opens and verifies")
  func nested() throws {
    let name = "6.nesting_signatures_and_encryption.json"
    let root = try VectorFolder.load("rfc7520/\(name)")
    let outer = CookbookExample(name, try #require(root["encrypt"]))
    let inner = CookbookExample(name, try #require(root["sign"]))
    let key = try #require(outer.keys.first?.key().decryptionKey)
    let signerKey = try #require(inner.keys.first).key().verificationKey
    let failures = outer.file.failures { test in
      try Outcome.of(inner.content) {
        let opened = try JWE.decrypt(Array(test.text("message").utf8), with: [key])
        return try JWS.verify(opened.plaintext, with: [signerKey]).payload
      }
    }
    #expect(failures == [])
  }

  private func opened(
    _ example: CookbookExample, _ test: VectorTest, _ policy: JWE.DecryptionPolicy
  ) throws -> Outcome {
    let passphrase = example.value("input", "pwd")?.string
    let key: JWE.DecryptionKey
    if let passphrase {
      key = .passphrase(SecretBytes(passphrase))
    } else {
      key = try #require(test.value("key").key().decryptionKey)
    }
    return try Outcome.of(example.content) {
      try JWE.decrypt(Array(test.text("message").utf8), with: [key], policy: policy).plaintext
    }
  }
}
