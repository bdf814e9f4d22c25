import Primitives
import Testing
import Vectors

@Suite(.withVectors) struct RSAOAEPVectorTests {
  @Test(
    "RSA-OAEP decrypts as the vectors say, with an empty label and one hash for all",
    arguments: [
      "rsa_oaep_2048_sha1_mgf1sha1_test.json", "rsa_oaep_2048_sha256_mgf1sha256_test.json",
      "rsa_oaep_2048_sha384_mgf1sha384_test.json", "rsa_oaep_2048_sha512_mgf1sha512_test.json",
      "rsa_oaep_misc_test.json",
    ])
  func decrypt(_ name: String) throws {
    let hashes: [String: Hash] = [
      "SHA-1": .sha1, "SHA-256": .sha256, "SHA-384": .sha384, "SHA-512": .sha512,
    ]
    var keys: [VectorValue: RSAPrivateKey] = [:]
    let failures = try VectorFile(wycheproof: name).failures { test in
      // There is no name in JOSE for OAEP with another hash.
      guard let hash = try hashes[test.text("sha")] else { return .refused }
      let numbers = try test.value("privateKey")
      let ciphertext = try test.hex("ct")
      return try Outcome.of(test.result("msg")) {
        let key = try keys[numbers] ?? privateKey(numbers)
        keys[numbers] = key
        return try key.decryptOAEP(ciphertext.span, hash: hash).copy
      }
    }
    #expect(failures == [])
  }

  private func privateKey(_ numbers: VectorValue) throws -> RSAPrivateKey {
    func number(_ name: String) throws -> [UInt8] {
      try minimalBytes(hex: #require(numbers[name]?.string))
    }
    func secret(_ name: String) throws -> SecretBytes {
      let bytes = try number(name)
      return SecretBytes(copying: bytes.span)
    }
    return try RSAPrivateKey(
      RSAPublicKey(n: number("modulus"), e: number("publicExponent")),
      d: secret("privateExponent"),
      factors: RSAPrivateKey.Factors(
        p: secret("prime1"), q: secret("prime2"), dp: secret("exponent1"),
        dq: secret("exponent2"), qi: secret("coefficient")))
  }
}
