import Primitives
import Testing
import Vectors

@Suite(.withVectors) struct SignatureVectorTests {
  @Test(
    "ECDSA with raw signatures verifies as the vectors say",
    arguments: [
      ("ecdsa_secp256r1_sha256_p1363_test.json", NISTCurve.p256),
      ("ecdsa_secp384r1_sha384_p1363_test.json", .p384),
      ("ecdsa_secp521r1_sha512_p1363_test.json", .p521),
    ])
  func ecdsa(_ name: String, _ curve: NISTCurve) throws {
    let failures = try VectorFile(wycheproof: name).failures { test in
      let point = try bytes(hex: key(test, "uncompressed"))
      let size = curve.coordinateByteCount
      return try verified(test) { signature, message in
        let key = try NISTPublicKey(
          curve, x: Array(point.dropFirst().prefix(size)), y: Array(point.suffix(size)))
        return try key.isValid(signature: signature.span, for: message.span)
      }
    }
    #expect(failures == [])
  }

  @Test(
    "EdDSA verifies as the vectors say",
    arguments: [
      ("ed25519_test.json", EdwardsCurve.ed25519), ("ed448_test.json", EdwardsCurve.ed448),
    ])
  func eddsa(_ name: String, _ curve: EdwardsCurve) throws {
    let failures = try VectorFile(wycheproof: name).failures { test in
      let x = try bytes(hex: key(test, "pk"))
      return try verified(test) { signature, message in
        let key = try EdwardsPublicKey(curve, x: x)
        return try key.isValid(signature: signature.span, for: message.span)
      }
    }
    #expect(failures == [])
  }

  @Test(
    "RSA signatures verify as the vectors say",
    arguments: [
      ("rsa_pss_2048_sha256_mgf1_32_test.json", RSASignatureScheme.pss),
      ("rsa_signature_2048_sha256_test.json", .pkcs1),
    ])
  func rsa(_ name: String, _ scheme: RSASignatureScheme) throws {
    let failures = try VectorFile(wycheproof: name).failures { test in
      let n = try minimalBytes(hex: key(test, "modulus"))
      let e = try minimalBytes(hex: key(test, "publicExponent"))
      return try verified(test) { signature, message in
        let key = try RSAPublicKey(n: n, e: e)
        return try key.isValid(
          signature: signature.span, for: message.span, scheme, hash: .sha256)
      }
    }
    #expect(failures == [])
  }

  private func key(_ test: VectorTest, _ name: String) throws -> String {
    try #require(test.value("publicKey")[name]?.string)
  }

  private func verified(
    _ test: VectorTest, _ holds: (_ signature: [UInt8], _ message: [UInt8]) throws -> Bool
  ) throws -> Outcome {
    let signature = try test.hex("sig")
    let message = try test.hex("msg")
    return try Outcome.verified { try holds(signature, message) }
  }
}

/// The bytes of a number without the leading zeros that the files' signed numbers have.
func minimalBytes(hex text: String) throws -> [UInt8] {
  Array(try bytes(hex: text).drop { $0 == 0 })
}
