import JOSE
import Testing
import Vectors

@Suite(.withVectors) struct CookbookSignatureTests {
  @Test(
    "the cookbook's signed messages verify in every serialization",
    arguments: [
      "jws/4_1.rsa_v15_signature.json", "jws/4_2.rsa-pss_signature.json",
      "jws/4_3.ecdsa_signature.json", "jws/4_4.hmac-sha2_integrity_protection.json",
      "jws/4_5.signature_with_detached_content.json",
      "jws/4_6.protecting_specific_header_fields.json", "jws/4_7.protecting_content_only.json",
      "jws/4_8.multiple_signatures.json", "rfc7797/hmac-sha2_b64_false.json",
      "rfc7797/4.2.hmac-sha2_b64_false.json", "curve25519/jws.json",
    ])
  func verifies(_ name: String) throws {
    let example = try CookbookExample(name)
    let isDetached = example.value("output", "json", "payload") == nil
    let failures = example.file.failures { test in
      let key = try test.value("key").key().verificationKey
      return try Outcome.of(example.content) {
        try JWS.verify(
          Array(test.text("message").utf8), detachedPayload: isDetached ? example.content : nil,
          with: [key]
        ).payload
      }
    }
    #expect(failures == [])
  }

  @Test("of several signatures, those that hold are told with the keys that they hold under")
  func several() throws {
    let example = try CookbookExample("jws/4_8.multiple_signatures.json")
    let keys = try example.keys.map { try $0.key().verificationKey }
    let message = try #require(example.messages.first).text
    for (index, key) in keys.enumerated() {
      #expect(try JWS.verify(message, with: [key]).signatures.map(\.index) == [index])
    }
    let all = try JWS.verify(message, with: keys).signatures
    #expect(all.map(\.keyIndex) == [0, 1, 2])
    #expect(all.map(\.algorithm) == [.rs256, .es512, .hs256])
  }

  @Test("a detached message does not verify without its content, nor with another")
  func detached() throws {
    let example = try CookbookExample("jws/4_5.signature_with_detached_content.json")
    let key = try #require(example.keys.first).key().verificationKey
    for (_, message) in example.messages {
      #expect(throws: JOSEError.self) { try JWS.verify(message, with: [key]) }
      #expect(throws: JOSEError.self) {
        try JWS.verify(message, detachedPayload: example.content + [0], with: [key])
      }
    }
  }

  @Test(
    "the cookbook's keys are read and written back without loss",
    arguments: [
      "jwk/3_1.ec_public_key.json", "jwk/3_2.ec_private_key.json", "jwk/3_3.rsa_public_key.json",
      "jwk/3_4.rsa_private_key.json", "jwk/3_5.symmetric_key_mac_computation.json",
      "jwk/3_6.symmetric_key_encryption.json",
    ])
  func keys(_ name: String) throws {
    let value = try VectorFolder.load("rfc7520/\(name)")
    let written: [UInt8] =
      switch try value.key() {
      case .publicKey(let key): key.serialized
      case .privateKey(let key): key.serialized(.exposingPrivateKey).copy
      case .symmetric(let key): key.serialized(.exposingPrivateKey).copy
      }
    #expect(try VectorValue(parsing: written) == value)
  }
}
