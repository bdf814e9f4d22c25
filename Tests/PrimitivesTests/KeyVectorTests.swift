import Primitives
import Testing
import Vectors

@Suite(.withVectors) struct KeyVectorTests {
  @Test("AES key wrap wraps and unwraps as the vectors say")
  func keyWrap() throws {
    let failures = try VectorFile(wycheproof: "aes_wrap_test.json").failures { test in
      let wrappingKey = try test.secret("key")
      let wrapped = try test.hex("ct")
      let unwrapped = try Outcome.of(test.result("msg")) {
        try AESKeyWrap.unwrap(
          wrapped.span, with: wrappingKey,
          byteCount: wrapped.count - AESKeyWrap.overheadByteCount
        ).copy
      }
      guard test.expectation != .invalid else { return unwrapped }
      let again = try Outcome.of(wrapped) {
        try AESKeyWrap.wrap(test.secret("msg"), with: wrappingKey)
      }
      return again == unwrapped ? unwrapped : .wrong("wrapping and unwrapping disagree")
    }
    #expect(failures == [])
  }

  @Test("HKDF derives as the vectors say and refuses more than 255 digests")
  func hkdf() throws {
    let failures = try VectorFile(wycheproof: "hkdf_sha256_test.json").failures { test in
      let salt = try test.hex("salt")
      let info = try test.hex("info")
      return try Outcome.of(test.result("okm")) {
        try KeyDerivation.hkdf(
          .sha256, inputKey: test.secret("ikm"), salt: salt.span, info: info.span,
          byteCount: test.integer("size")
        ).copy
      }
    }
    #expect(failures == [])
  }

  @Test(
    "PBKDF2 derives as the vectors say",
    arguments: [
      ("pbkdf2_hmacsha256_test.json", Hash.sha256), ("pbkdf2_hmacsha512_test.json", .sha512),
    ])
  func pbkdf2(_ name: String, _ hash: Hash) throws {
    let failures = try VectorFile(wycheproof: name).failures { test in
      let salt = try test.hex("salt")
      return try Outcome.of(test.result("dk")) {
        try KeyDerivation.pbkdf2(
          hash, passphrase: test.secret("password"), salt: salt.span,
          iterations: test.integer("iterationCount"), byteCount: test.integer("dkLen")
        ).copy
      }
    }
    #expect(failures == [])
  }

  @Test(
    "HMAC is computed as the vectors say, and a truncated code does not hold",
    arguments: [("hmac_sha256_test.json", Hash.sha256), ("hmac_sha512_test.json", .sha512)])
  func hmac(_ name: String, _ hash: Hash) throws {
    let failures = try VectorFile(wycheproof: name).failures { test in
      let message = try test.hex("msg")
      let tag = try test.hex("tag")
      return try Outcome.verified {
        let code = try HMAC.code(hash, key: test.secret("key"), message.span)
        return ConstantTime.areEqual(code.span, tag.span)
      }
    }
    #expect(failures == [])
  }
}
