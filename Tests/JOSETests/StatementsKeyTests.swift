import JOSE
import Primitives
import Testing

/// What implementations commonly miss, numbered as in the requirements: keys.
@Suite struct StatementsKeyTests {
  typealias Made = HandMadeEnvelope

  /// A key on P-521 one of whose numbers begins with a zero byte, as half of them do.
  private func key(withZeroAt name: String) throws -> KeyText {
    while true {
      let text = try KeyText(PrivateJWK.generate(.p521))
      if try text.octets(name).first == 0 { return text }
    }
  }

  @Test("15. P-521 numbers are 66 bytes, left-padded", arguments: ["x", "y", "d"])
  func p521(_ name: String) throws {
    let key = try key(withZeroAt: name)
    let octets = try key.octets(name)
    #expect(octets.count == 66)
    #expect(failure { try key.parsed() } == nil)
    #expect(
      failure { try key.with(name, octets: Array(octets.dropFirst())).parsed() }
        == .invalidKey)
    #expect(failure { try key.with(name, octets: [0] + octets).parsed() } == .invalidKey)
    #expect(failure { try key.with(name, octets: []).parsed() } == .invalidKey)
  }

  @Test(
    "15. epk coordinates have full size, too",
    arguments: [
      PrivateJWK.Kind.p256, .p384, .p521, .x25519, .x448,
    ])
  func ephemeralCoordinates(_ kind: PrivateJWK.Kind) throws {
    var made = try HandMadeAgreement(kind)
    #expect(try made.opens())
    let epk = try KeyText(made.ephemeral.publicKey).keeping("kty", "crv", "x", "y")
    let x = try epk.octets("x")
    for octets in [[0] + x, Array(x.dropFirst()), Array(x.dropLast()), x + [0], []] {
      made.writtenKey = String(decoding: try epk.with("x", octets: octets).text, as: UTF8.self)
      #expect(try made.refusedWith() == .decryptionFailed)
    }
  }

  @Test("16. n and e are in minimal octets", arguments: ["n", "e"])
  func minimalOctets(_ name: String) throws {
    let key = try KeyText(SlowKeys.rsa.get().publicKey)
    #expect(failure { try key.parsed() } == nil)
    #expect(failure { try key.with(name, octets: [0] + key.octets(name)).parsed() } == .invalidKey)
    #expect(failure { try key.with(name, octets: []).parsed() } == .invalidKey)
    #expect(failure { try key.with(name, nil).parsed() } == .malformed)
  }

  @Test("17. any of p, q, dp, dq, qi means all of them", arguments: ["p", "q", "dp", "dq", "qi"])
  func allFactors(_ name: String) throws {
    let key = try KeyText(SlowKeys.rsa.get())
    #expect(failure { try key.parsed() } == nil)
    #expect(failure { try key.with(name, nil).parsed() } == .malformed)
    let alone = key.keeping("kty", "n", "e", "d")
    #expect(failure { try alone.parsed() } == nil)
    #expect(failure { try alone.with(name, octets: key.octets(name)).parsed() } == .malformed)
    // And without d it is no public key.
    #expect(failure { try key.keeping("kty", "n", "e", name).parsed() } == .invalidKey)
    var bent = try key.octets(name)
    bent[bent.count - 1] ^= 2
    #expect(failure { try key.with(name, octets: bent).parsed() } == .invalidKey)
  }

  @Test("17. oth is refused, and n, e, d alone open what is sealed for them")
  func otherPrimes() throws {
    let key = try KeyText(SlowKeys.rsa.get())
    for value in [[], [["r": "AQ", "d": "AQ", "t": "AQ"]]] as [[[String: String]]] {
      #expect(failure { try key.with("oth", value).parsed() } == .unsupported)
    }
    let alone = try key.keeping("kty", "n", "e", "d").privateKey()
    let sealed = try JWE.encrypt(Made.plaintext, for: [JWE.Recipient(alone.publicKey)])
    #expect(try JWE.decrypt(sealed, with: [.privateKey(alone)]).plaintext == Made.plaintext)
  }

  @Test("24. an operation named twice is refused, and use and key_ops are consistent")
  func operations() throws {
    let key = try KeyText(PrivateJWK.generate(.p256))
    for (use, operations, isFine) in [
      (nil, ["sign"], true), (nil, ["sign", "sign"], false), ("sig", ["sign"], true),
      ("sig", ["deriveKey"], false), ("enc", ["deriveKey", "deriveBits"], true),
      ("enc", ["sign"], false), ("enc", ["deriveKey", "verify"], false),
      (nil, ["sign", "deriveKey"], true), ("sig", ["sign", "future"], true), (nil, [], true),
    ] as [(String?, [String], Bool)] {
      let bent = key.with("use", use).with("key_ops", operations)
      #expect(failure { try bent.parsed() } == (isFine ? nil : .invalidKey), "\(operations)")
    }
    #expect(failure { try key.with("key_ops", "sign").parsed() } == .malformed)
    #expect(failure { try key.with("key_ops", [1]).parsed() } == .malformed)
  }

  @Test("25. a JWK Set skips unknown kinds, it does not fail")
  func unknownKinds() throws {
    let key = String(decoding: try PrivateJWK.generate(.x25519).publicKey.serialized, as: UTF8.self)
    let set = try JWKSet(
      parsing: Array(
        #"{"x":1,"keys":[{"kty":"AKP"},{"kty":"EC","crv":"secp256k1"},\#(key),{"kty":"okp"}]}"#.utf8
      ))
    #expect(set.keys.count == 1)
    #expect(set.skippedCount == 3)
    #expect(failure { try JWKSet(parsing: Array(#"{"kty":"AKP"}"#.utf8)) } == .unsupported)
    #expect(failure { try JWKSet(parsing: Array(#"{"keys":{}}"#.utf8)) } == .malformed)
    #expect(failure { try JWKSet(parsing: Array(#"{"keys":[1]}"#.utf8)) } == .malformed)
    #expect(failure { try JWKSet(parsing: Array(#"{"keys":[{}]}"#.utf8)) } == .malformed)
  }

  @Test(
    "27. a thumbprint is made of the required members alone, in their order",
    arguments: [
      (PrivateJWK.Kind.p256, ["crv", "kty", "x", "y"]), (.p521, ["crv", "kty", "x", "y"]),
      (.x25519, ["crv", "kty", "x"]), (.ed448, ["crv", "kty", "x"]),
      (.rsa(bitCount: 2048), ["e", "kty", "n"]),
    ])
  func thumbprint(_ kind: PrivateJWK.Kind, _ names: [String]) throws {
    let key = kind == .rsa(bitCount: 2048) ? try SlowKeys.rsa.get() : try .generate(kind)
    let members = try KeyText(key.publicKey).members
    let text = names.map { "\"\($0)\":\"\(members[$0] ?? "")\"" }.joined(separator: ",")
    let bytes = Array("{\(text)}".utf8)
    #expect(try key.publicKey.thumbprint() == Hash.sha256.digest(bytes.span))
    // What else a key says of itself does not matter.
    var other = key.publicKey
    other.metadata = KeyMetadata(keyID: "x", use: .signature)
    #expect(try other.thumbprint() == key.publicKey.thumbprint())
  }

  @Test("27. the thumbprint of RFC 8037 appendix A.3 comes out")
  func thumbprintExample() throws {
    let text =
      #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
    let key = try JWK(parsing: Array(text.utf8)).publicKey
    #expect(try key?.thumbprintText() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
  }

  // That a SymmetricJWK has no thumbprint is a fact of its type: there is no such member to call.
  @Test("28. no thumbprint of a symmetric key is ever published")
  func symmetricThumbprint() throws {
    let key = try SymmetricJWK(Made.wrappingKey)
    #expect(try JWE.Recipient(key).keyID == nil)
    let sealed = try JWE.encrypt([1], for: [JWE.Recipient(key)])
    let canonical = Array(
      #"{"k":"\#(Made.encoded([UInt8](repeating: 7, count: 32)))","kty":"oct"}"#.utf8)
    let thumbprint = Made.encoded(try Hash.sha256.digest(canonical.span))
    #expect(!String(decoding: sealed, as: UTF8.self).contains(thumbprint))
    #expect(try JWE.Envelope(BytesInMemory(sealed)).recipients[0].keyID == nil)
    #expect(
      !String(decoding: JWKSet([.symmetric(key)]).publicJSON.compact, as: UTF8.self)
        .contains(thumbprint))
  }

  @Test(
    "29. on import the private key is compared with the public",
    arguments: [
      PrivateJWK.Kind.p256, .p384, .p521, .x25519, .x448, .ed25519, .ed448, .rsa(bitCount: 2048),
    ])
  func keysBelongTogether(_ kind: PrivateJWK.Kind) throws {
    let key =
      kind == .rsa(bitCount: 2048) ? try KeyText(SlowKeys.rsa.get()) : try KeyText(.generate(kind))
    #expect(failure { try key.parsed() } == nil)
    let other = try KeyText(PrivateJWK.generate(kind))
    #expect(failure { try key.with("d", octets: other.octets("d")).parsed() } == .invalidKey)
    for name in ["x", "n"] where key.members[name] != nil {
      #expect(failure { try key.with(name, octets: other.octets(name)).parsed() } == .invalidKey)
    }
    if kind == .rsa(bitCount: 2048) {
      let alone = key.keeping("kty", "n", "e", "d")
      #expect(failure { try alone.with("d", octets: other.octets("d")).parsed() } == .invalidKey)
    }
  }

  @Test(
    "29. a private value out of range is refused",
    arguments: [
      PrivateJWK.Kind.p256, .p384, .p521,
    ])
  func privateRange(_ kind: PrivateJWK.Kind) throws {
    let key = try KeyText(PrivateJWK.generate(kind))
    let count = try key.octets("d").count
    for byte in [0, 0xFF] as [UInt8] {
      let octets = [UInt8](repeating: byte, count: count)
      #expect(failure { try key.with("d", octets: octets).parsed() } == .invalidKey)
    }
  }

  @Test("30. Ed25519 and X25519 are never interchanged")
  func curvesApart() throws {
    let signing = try PrivateJWK.generate(.ed25519)
    let agreeing = try PrivateJWK.generate(.x25519)
    #expect(failure { try JWE.Recipient(signing.publicKey) } == .unsuitableKey)
    #expect(failure { try JWE.Recipient(signing.publicKey, algorithm: .ecdhES) } == .unsuitableKey)
    #expect(failure { try JWS.Signer(agreeing) } == .unsuitableKey)
    #expect(failure { try JWS.Signer(agreeing, algorithm: .edDSA) } == .unsuitableKey)
    #expect(!signing.publicKey.canEncrypt)
    // The same numbers under the other name are another key, and do not belong together.
    #expect(failure { try KeyText(signing).with("crv", "X25519").parsed() } == .invalidKey)
    #expect(failure { try KeyText(agreeing).with("crv", "Ed25519").parsed() } == .invalidKey)
    var made = try HandMadeAgreement(.x25519)
    let epk = try KeyText(made.ephemeral.publicKey).keeping("kty", "crv", "x")
    made.writtenKey = String(decoding: try epk.with("crv", "Ed25519").text, as: UTF8.self)
    #expect(try made.refusedWith() == .noMatchingKey)
    #expect(refusal(try made.json(), with: [.privateKey(signing)]) == .noMatchingKey)
    let signed = try JWS.sign([1], by: [JWS.Signer(signing)])
    #expect(
      failure { try JWS.verify(signed, with: [.publicKey(agreeing.publicKey)]) }
        == .verificationFailed)
  }

  @Test("31. a thumbprint URI is that of RFC 9278")
  func thumbprintURI() throws {
    let key = try PrivateJWK.generate(.p256).publicKey
    let prefix = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"
    #expect(try key.thumbprintURI() == prefix + key.thumbprintText())
    #expect(try key.thumbprintText().utf8.count == 43)
  }

  @Test("32. one key, one algorithm: another than the key's own is refused")
  func oneAlgorithm() throws {
    let key = try SlowKeys.rsa.get()
    func named(_ algorithm: String) throws -> PrivateJWK {
      try KeyText(key).with("alg", algorithm).privateKey()
    }
    let oaep = try named("RSA-OAEP-512")
    #expect(try JWE.Recipient(oaep.publicKey).algorithm == .rsaOAEP512)
    #expect(failure { try JWE.Recipient(oaep.publicKey, algorithm: .rsaOAEP) } == .unsuitableKey)
    #expect(failure { try JWS.Signer(oaep, algorithm: .ps256) } == .unsuitableKey)
    #expect(failure { try JWS.Signer(oaep) } == .unsuitableKey)
    let sealed = try JWE.encrypt([1], for: [JWE.Recipient(oaep.publicKey)])
    #expect(refusal(sealed, with: [.privateKey(oaep)]) == nil)
    #expect(refusal(sealed, with: [.privateKey(try named("RSA-OAEP"))]) == .unsuitableKey)
    #expect(refusal(sealed, with: [.privateKey(try named("rsa-oaep-512"))]) == .unsuitableKey)
    // A signature under another algorithm than the key's own does not count.
    let signed = try JWS.sign([1], by: [JWS.Signer(key, algorithm: .rs256)])
    #expect(
      failure { try JWS.verify(signed, with: [.publicKey(named("RS256").publicKey)]) } == nil)
    #expect(
      failure { try JWS.verify(signed, with: [.publicKey(named("PS256").publicKey)]) }
        == .verificationFailed)
  }
}
