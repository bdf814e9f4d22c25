import JOSE
import Primitives
import Testing
import Vectors

/// The cookbook's deterministic examples, made again byte for byte.
@Suite(.withVectors) struct CookbookReproductionTests {
  @Test(
    "what the cookbook encrypts with given keys and vectors comes out the same",
    arguments: [
      ("jwe/5_3.key_wrap_using_pbes2-aes-keywrap_with-aes-cbc-hmac-sha2.json", .allProtected),
      ("jwe/5_6.direct_encryption_using_aes-gcm.json", .allProtected),
      ("jwe/5_7.key_wrap_using_aes-gcm_keywrap_with_aes-cbc-hmac-sha2.json", .allProtected),
      ("jwe/5_8.key_wrap_using_aes-keywrap_with_aes-gcm.json", .allProtected),
      ("jwe/5_10.including_additional_authentication_data.json", .allProtected),
      ("jwe/5_11.protecting_specific_header_fields.json", .encryptionProtected),
      ("jwe/5_12.protecting_content_only.json", .unprotected),
    ] as [(String, HeadWriter.Placement)])
  func encrypts(_ name: String, _ placement: HeadWriter.Placement) throws {
    let example = try CookbookExample(name)
    for (form, expected) in example.messages where form != "json" {
      var options = JWE.EncryptionOptions()
      options.contentEncryption = try example.encryption
      options.serialization = form == "compact" ? .compact : .json
      options.contentType = example.value("encrypting_content", "protected", "cty")?.string
      options.additionalData = Array((example.value("input", "aad")?.string ?? "").utf8)
      options.isCommitting = false
      options.placement = placement
      options.random = try random(example)
      let message = try JWE.encrypt(
        example.content, for: [recipient(example)], options: options)
      if form == "compact" {
        #expect(message == expected)
      } else {
        // The order of the members is free (RFC 8259 §4); what they hold is not.
        #expect(try VectorValue(parsing: message) == VectorValue(parsing: expected))
      }
    }
  }

  /// The key of the content, what the key's wrapping needs, and the initialization vector, in the
  /// order in which they are asked for.
  private func random(_ example: CookbookExample) throws -> RandomSource {
    let values = [
      example.value("generated", "cek"), example.value("encrypting_key", "salt"),
      example.value("encrypting_key", "iv"), example.value("generated", "iv"),
    ]
    return .scripted(try values.compactMap { try $0?.string.map { try bytes(base64URL: $0) } })
  }

  private func recipient(_ example: CookbookExample) throws -> JWE.Recipient {
    let algorithm = try KeyManagementAlgorithm(rawValue: example.text("input", "alg"))
    if let passphrase = example.value("input", "pwd")?.string {
      return try JWE.Recipient(
        passphrase: SecretBytes(passphrase),
        iterations: #require(example.value("encrypting_key", "iteration_count")?.integer),
        algorithm: #require(algorithm))
    }
    guard case .symmetric(let key) = try example.keys.first?.key() else {
      throw VectorError("the example has no shared key")
    }
    return try JWE.Recipient(key, algorithm: algorithm)
  }

  @Test(
    "what the cookbook signs deterministically comes out the same",
    arguments: [
      ("jws/4_1.rsa_v15_signature.json", .standard),
      ("jws/4_4.hmac-sha2_integrity_protection.json", .standard),
      ("jws/4_5.signature_with_detached_content.json", .standard),
      ("jws/4_6.protecting_specific_header_fields.json", .keyIDUnprotected),
      ("jws/4_7.protecting_content_only.json", .unprotected),
      ("rfc7797/hmac-sha2_b64_false.json", .standard),
      ("curve25519/jws.json", .standard),
    ] as [(String, JWS.SigningOptions.Placement)])
  func signs(_ name: String, _ placement: JWS.SigningOptions.Placement) throws {
    let example = try CookbookExample(name)
    let algorithm = try SignatureAlgorithm(rawValue: example.text("input", "alg"))
    let signer = try example.keys.first?.key().signer(#require(algorithm))
    for (form, expected) in example.messages {
      var options = JWS.SigningOptions()
      options.serialization =
        form == "compact" ? .compact : form == "json" ? .general : .flattened
      options.encodesPayload = example.value("signing", "protected", "b64") != .bool(false)
      options.isDetached = example.value("output", "json", "payload") == nil
      options.placement = placement
      let message = try JWS.sign(example.content, by: [#require(signer)], options: options)
      if form == "compact" {
        #expect(message == expected)
      } else {
        #expect(try VectorValue(parsing: message) == VectorValue(parsing: expected))
      }
    }
  }
}
