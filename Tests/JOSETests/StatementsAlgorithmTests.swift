import JOSE
import Primitives
import Testing

/// What implementations commonly miss, numbered as in the requirements: algorithms.
@Suite struct StatementsAlgorithmTests {
  typealias Made = HandMadeEnvelope

  private func decoded(_ text: String) throws -> [UInt8] {
    let bytes = Array(text.utf8)
    return try Base64URL.decode(bytes.span)
  }

  private func bytes(_ secret: SecretBytes) -> [UInt8] {
    secret.withBytes { [UInt8](copying: $0) }
  }

  private func key(_ text: String) throws -> JWK { try JWK(parsing: Array(text.utf8)) }

  @Test("18. Concat KDF: the key of RFC 7518 appendix C comes out")
  func concatExample() throws {
    guard
      case .privateKey(let own) = try key(
        #"{"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","#
          + #""y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck","#
          + #""d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"}"#),
      let peer = try key(
        #"{"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","#
          + #""y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}"#
      ).publicKey
    else {
      Issue.record("no keys")
      return
    }
    let agreement = try KeyAgreement(
      own, ephemeralKey: peer, partyUInfo: Array("Alice".utf8), partyVInfo: Array("Bob".utf8))
    let derived = try agreement.derive(algorithmID: "A128GCM", byteCount: 16)
    #expect(Made.encoded(bytes(derived)) == "VqqN6vgjbSBcIijNcacQGg")
  }

  @Test("18. AlgorithmID is enc for direct agreement and alg where a key is wrapped")
  func algorithmID() throws {
    var made = try HandMadeAgreement(.x25519)
    #expect(try made.opens())
    made.algorithmID = "A256GCM"
    #expect(try made.refusedWith() == .decryptionFailed)
    made.algorithm = "ECDH-ES"
    #expect(try made.opens())
    made.algorithmID = "ECDH-ES"
    #expect(try made.refusedWith() == .decryptionFailed)
  }

  @Test("18. SuppPubInfo is a 32-bit big-endian count of bits", arguments: [16, 32, 48, 64])
  func keySizeIsBound(_ byteCount: Int) throws {
    let made = try HandMadeAgreement(.x25519)
    let d = try KeyText(made.ephemeral).octets("d")
    let own = try MontgomeryPrivateKey(
      .x25519, d: SecretBytes(copying: d.span))
    let peer = try MontgomeryPublicKey(.x25519, x: KeyText(made.key.publicKey).octets("x"))
    let shared = bytes(try own.sharedSecret(with: peer))
    var expected: [UInt8] = []
    for round in 1...2 as ClosedRange<UInt8> {
      let bits = UInt16(byteCount * 8)
      let input: [UInt8] =
        [0, 0, 0, round] + shared + [0, 0, 0, 3] + Array("alg".utf8) + [0, 0, 0, 0, 0, 0, 0, 0]
        + [0, 0, UInt8(bits >> 8), UInt8(bits & 0xFF)]
      expected += try Hash.sha256.digest(input.span)
    }
    // 19. More than one digest takes a second round.
    #expect(bytes(try made.derived("alg", byteCount)) == Array(expected.prefix(byteCount)))
  }

  @Test(
    "19. direct agreement with two rounds of the KDF opens",
    arguments: [
      ("A192CBC-HS384", AEAD.aes192CBCHMACSHA384), ("A256CBC-HS512", .aes256CBCHMACSHA512),
    ])
  func twoRounds(_ name: String, _ cipher: AEAD) throws {
    var made = try HandMadeAgreement(.p256)
    made.algorithm = "ECDH-ES"
    made.encryption = (name, cipher)
    #expect(try made.opens())
  }

  @Test("20. each recipient has an epk of its own, and one with d is refused")
  func freshEphemeralKeys() throws {
    for kind in [PrivateJWK.Kind.p256, .x25519, .x448] {
      let key = try PrivateJWK.generate(kind).publicKey
      var seen: Set<String> = []
      for _ in 0..<3 {
        let sealed = try JWE.encrypt([1], for: Array(repeating: JWE.Recipient(key), count: 3))
        for entry in try JSONDocument(parsing: sealed).root["recipients"]?.elements ?? [] {
          seen.insert(entry["header"]?["epk"]?["x"]?.string ?? "")
          #expect(entry["header"]?["epk"]?["d"] == nil)
        }
      }
      #expect(seen.count == 9)
    }
    var made = try HandMadeAgreement(.p256)
    #expect(try made.opens())
    var key = try KeyText(made.ephemeral)
    key = key.with("kid", nil)
    made.writtenKey = String(decoding: try key.text, as: UTF8.self)
    #expect(try made.refusedWith() == .malformed)
  }

  @Test("21. the PBES2 salt is alg, a zero byte and p2s of at least 8 bytes")
  func passphraseSalt() throws {
    let passphrase = SecretBytes(copying: Array("correct horse".utf8).span)
    let alg = "PBES2-HS256+A128KW"
    func made(_ count: Int, _ prefix: [UInt8]) throws -> [UInt8] {
      let salt = [UInt8](repeating: 5, count: count)
      let whole = prefix + salt
      let key = try KeyDerivation.pbkdf2(
        .sha256, passphrase: passphrase, salt: whole.span, iterations: 1000, byteCount: 16)
      let wrapped = Made.encoded(try AESKeyWrap.wrap(Made.contentKey, with: key))
      return try Made.with {
        $0.entry.header = #"{"alg":"\#(alg)","p2s":"\#(Made.encoded(salt))","p2c":1000}"#
        $0.entry.encryptedKey = wrapped
      }
    }
    let right = Array(alg.utf8) + [0]
    let keys = [JWE.DecryptionKey.passphrase(passphrase)]
    for count in [8, 16, 1024] { #expect(refusal(try made(count, right), with: keys) == nil) }
    for count in [0, 1, 7, 1025] {
      #expect(refusal(try made(count, right), with: keys) == .malformed)
    }
    for prefix in [[], Array(alg.utf8), Array("PBES2-HS256+A128Kw".utf8) + [0]] {
      #expect(refusal(try made(16, prefix), with: keys) == .decryptionFailed)
    }
    let ours = try JWE.encrypt([1], for: [JWE.Recipient(passphrase: passphrase, iterations: 1000)])
    let salt = try JSONDocument(parsing: ours).root["header"]?["p2s"]?.base64URL("p2s")
    #expect(salt?.count == 16)
  }

  /// PS256 over one input by one key with salts of other sizes, made with another program.
  @Test("22. a PSS salt is as long as the hash")
  func saltLength() throws {
    let n = PSSExample.n
    let key = try JWK(parsing: Array(#"{"kty":"RSA","e":"AQAB","n":"\#(n)"}"#.utf8))
    guard let key = key.publicKey else { return }
    for (count, signature) in PSSExample.signatures {
      let text = Array("eyJhbGciOiJQUzI1NiJ9.cGF5bG9hZA.\(signature)".utf8)
      let code = failure { try JWS.verify(text, with: [.publicKey(key)]) }
      #expect(code == (count == 32 ? nil : .verificationFailed), "\(count)")
    }
  }

  @Test(
    "22. an ECDSA signature is R and S of full size, not DER",
    arguments: [
      (PrivateJWK.Kind.p256, 64), (.p384, 96), (.p521, 132),
    ])
  func rawSignature(_ kind: PrivateJWK.Kind, _ byteCount: Int) throws {
    let key = try PrivateJWK.generate(kind)
    let signed = try JWS.sign([1], by: [JWS.Signer(key)])
    let parts = String(decoding: signed, as: UTF8.self).split(separator: ".")
    let signature = try decoded(String(parts[2]))
    #expect(signature.count == byteCount)
    func code(_ signature: [UInt8]) -> JOSEError.Code? {
      let text = Array("\(parts[0]).\(parts[1]).\(Made.encoded(signature))".utf8)
      return failure { try JWS.verify(text, with: [.publicKey(key.publicKey)]) }
    }
    #expect(code(signature) == nil)
    let (r, s) = (signature.prefix(byteCount / 2), signature.suffix(byteCount / 2))
    func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
      let minimal = Array(bytes.drop { $0 == 0 })
      let value = (minimal.first ?? 0x80) & 0x80 == 0 ? minimal : [0] + minimal
      return [2, UInt8(value.count)] + value
    }
    let body = integer(r) + integer(s)
    let der = [0x30] + (body.count > 127 ? [0x81] : []) + [UInt8(body.count)] + body
    #expect(code(der) == .verificationFailed)
    #expect(code([0] + Array(r) + [0] + Array(s)) == .verificationFailed)
    #expect(code(signature + [0]) == .verificationFailed)
    #expect(code(Array(s) + r) == .verificationFailed)
  }

  @Test("23. CBC-HMAC: RFC 7518 appendix B.1 comes out, MAC key first, tag the leading half")
  func cbcExample() throws {
    let key = SecretBytes(copying: Array<UInt8>(0..<32).span)
    let text =
      "A cipher system must not be required to be secret, and it must be able to fall into the "
      + "hands of the enemy without inconvenience"
    let nonce: [UInt8] = [
      0x1A, 0xF3, 0x8C, 0x2D, 0xC2, 0xB9, 0x6F, 0xFD, 0xD8, 0x66, 0x94, 0x09, 0x23, 0x41, 0xBC,
      0x04,
    ]
    let data = Array("The second principle of Auguste Kerckhoffs".utf8)
    let plaintext = Array(text.utf8)
    let sealer = try AEAD.aes128CBCHMACSHA256.sealer(
      key: key, nonce: nonce.span, additionalData: data.span)
    var ciphertext: [UInt8] = []
    try sealer.update(plaintext.span, appendingTo: &ciphertext)
    let tag = try sealer.finish(appendingTo: &ciphertext)
    #expect(Array(ciphertext.prefix(8)) == [0xC8, 0x0E, 0xDF, 0xA3, 0x2D, 0xDF, 0x39, 0xD5])
    #expect(
      tag == [
        0x65, 0x2C, 0x3F, 0xA3, 0x6B, 0x0A, 0x7C, 0x5B, 0x32, 0x19, 0xFA, 0xB3, 0xA3, 0x0B, 0xC1,
        0xC4,
      ])
  }
}
