import Primitives
import Testing
import Vectors

@Suite struct Argon2idTests {
  // From libsodium's own test suite (test/default/pwhash_argon2id), 34 bytes and one pass, 82 bytes
  // and three; and from the reference implementation (argon2-cffi 25.1.0), an empty passphrase in
  // the least memory, and OWASP's cost. The reference implementation yields the first two as well.
  @Test(
    "Argon2id derives as published, with one lane",
    arguments: [
      Example(
        "b540beb016a5366524d4605156493f9874514a5aa58818cd0c6dfffaa9e90205f17b",
        salt: "44071f6d181561670bda728d43fb79b4", 1, 1_631_659,
        """
        7fb72409b0987f8190c3729710e98c3f80c5a8727d425fdcde7f3644d467fe973f5b5fee683bd3fce812cb9a\
        e5e9921a2d06c2f1905e4e839692f2b934b682f11a2fe2b90482ea5dd234863516dba6f52dc0702d324ec77d\
        860c2e181f84472bd7104fedce071ffa93c5309494ad51623d214447a7b2b1462dc7d5d55a1f6fd5b54ce024\
        118d86f0c6489d16545aaa87b6689dad9f2fb47fda9894f8e12b87d978b483ccd4cc5fd9595cdc7a818452f9\
        15ce2f7df95ec12b1c72e3788d473441d884f9748eb14703c21b45d82fd667b85f5b2d98c13303b3fe762855\
        31a826b6fc0fe8e3dddecf
        """),
      Example(
        """
        4a857e2ee8aa9b6056f2424e84d24a72473378906ee04a46cb05311502d5250b82ad86b83c8f20a23dbb74f6\
        da60b0b6ecffd67134d45946ac8ebfb3064294bc097d43ced68642bfb8bbbdd0f50b30118f5e
        """,
        salt: "39d82eef32010b8b79cc5ba88ed539fb", 3, 1_432_947,
        """
        08d8cd330c57e1b4643241d05bb468ba4ee4e932cd0858816be9ef15360b27bbd06a87130ee92222be267a29\
        b81f5ae8fe8613324cfc4832dc49387fd0602f1c57b4d0f3855db94fb7e12eb05f9a484aed4a4307abf586cd\
        3d55c809bc081541e00b682772fb2066504ff935b8ebc551a2083882f874bc0fae68e56848ae34c91097c3bf\
        0cca8e75c0797eef3efde3f75e005815018db3cf7c109a812264c4de69dcb22322dbbcfa447f5b00ecd1b04a\
        7be1569c8e556adb7bba48adf81d
        """),
      Example(
        "", salt: "000102030405060708090a0b0c0d0e0f", 1, 8192,
        "31ed41e2d73f27fdfe4eb4bec651341e58ba43477051c6fe4adad735d82ee08a"),
      // "correct horse"
      Example(
        "636f727265637420686f727365", salt: "000102030405060708090a0b0c0d0e0f", 2, 19456 << 10,
        "d00b90c40f918cf889780d7d3a9ec3c2b1719df87dc5e4d4d93ea6163db04e17"),
    ])
  func derives(_ example: Example) throws {
    let expected = try bytes(hex: example.key)
    let salt = try bytes(hex: example.salt)
    let passphrase = try bytes(hex: example.passphrase)
    let key = try example.function.key(
      for: SecretBytes(copying: passphrase.span), salt: salt.span, byteCount: expected.count)
    #expect(key.copy == expected)
  }

  @Test("costs, salts and keys that Argon2id does not have are refused")
  func bounds() throws {
    let passphrase = SecretBytes(copying: [UInt8(1)].span)
    func code(
      passes: Int = 1, memory: Int = 8192, salt: Int = 16, key: Int = 16
    ) -> PrimitiveError.Code? {
      let salt = [UInt8](repeating: 0, count: salt)
      do {
        _ = try Argon2id(passCount: passes, memoryByteCount: memory)
          .key(for: passphrase, salt: salt.span, byteCount: key)
        return nil
      } catch { return error.code }
    }
    #expect(code() == nil)
    for passes in [0, -1, .min, .max] { #expect(code(passes: passes) == .invalidLength) }
    for memory in [8191, 0, -1, .min, .max] { #expect(code(memory: memory) == .invalidLength) }
    for salt in [0, 15, 17] { #expect(code(salt: salt) == .invalidLength) }
    for key in [15, 0, -1] { #expect(code(key: key) == .invalidLength) }
  }

  struct Example: Sendable, CustomTestStringConvertible {
    let passphrase, salt, key: String
    let function: Argon2id

    init(
      _ passphrase: String, salt: String, _ passCount: Int, _ memoryByteCount: Int, _ key: String
    ) {
      (self.passphrase, self.salt, self.key) = (passphrase, salt, key)
      function = Argon2id(passCount: passCount, memoryByteCount: memoryByteCount)
    }

    var testDescription: String {
      "\(function.passCount) passes over \(function.memoryByteCount) bytes"
    }
  }
}
