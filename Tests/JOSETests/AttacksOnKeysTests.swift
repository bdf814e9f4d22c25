import Foundation
import JOSE
import Primitives
import Testing

/// Weak, foreign and misused keys.
@Suite struct AttacksOnKeysTests {
  typealias Made = HandMadeEnvelope

  @Test(
    "a point that is not on the curve is refused, as a key and as epk",
    arguments: [
      PrivateJWK.Kind.p256, .p384, .p521,
    ])
  func invalidCurve(_ kind: PrivateJWK.Kind) throws {
    var made = try HandMadeAgreement(kind)
    #expect(try made.opens())
    let epk = try KeyText(made.ephemeral.publicKey).keeping("kty", "crv", "x", "y")
    let y = try epk.octets("y")
    var bent = y
    bent[bent.count - 1] ^= 1
    let zero = [UInt8](repeating: 0, count: y.count)
    for text in [
      epk.with("y", octets: bent), epk.with("x", octets: zero).with("y", octets: zero),
      epk.with("x", octets: [0xFF] + Array(y.dropFirst())),
      epk.with("x", octets: [UInt8](repeating: 0xFF, count: y.count)),
    ] {
      #expect(failure { try text.publicKey() } == .invalidKey)
      made.writtenKey = String(decoding: try text.text, as: UTF8.self)
      #expect(try made.refusedWith() == .decryptionFailed)
    }
  }

  @Test("an epk of another kind or curve is no match, and one that is none is refused")
  func foreignEphemeralKey() throws {
    var made = try HandMadeAgreement(.p256)
    for kind in [PrivateJWK.Kind.p384, .x25519, .ed25519] {
      made.writtenKey = HandMadeAgreement.text(try PrivateJWK.generate(kind).publicKey)
      #expect(try made.refusedWith() == .noMatchingKey)
    }
    for text in ["null", "[]", "\"\"", "{}", #"{"kty":"EC"}"#, #"{"kty":"EC","crv":"p-256"}"#] {
      made.writtenKey = text
      #expect(try made.refusedWith() == .noMatchingKey)
    }
    made.writtenKey = #"{"kty":"EC","crv":"P-256"}"#
    #expect(try made.refusedWith() == .malformed)
  }

  @Test(
    "points of low order are refused: the shared secret would be zero",
    arguments: [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "0000000000000000000000000000000000000000000000000000000000000080",
    ])
  func lowOrder(_ point: String) throws {
    let octets = stride(from: 0, to: 64, by: 2).compactMap { index in
      UInt8(point.dropFirst(index).prefix(2), radix: 16)
    }
    var made = try HandMadeAgreement(.x25519)
    made.writtenKey = #"{"kty":"OKP","crv":"X25519","x":"\#(Made.encoded(octets))"}"#
    #expect(try made.refusedWith() == .decryptionFailed)
    // Nor is anything encrypted to such a key.
    let key = try #require(JWK(parsing: Array((made.writtenKey ?? "").utf8)).publicKey)
    #expect(failure { try JWE.encrypt([1], for: [JWE.Recipient(key)]) } == .invalidKey)
  }

  @Test("points of low order on X448 are refused")
  func lowOrder448() throws {
    for byte in [0, 1] as [UInt8] {
      var made = try HandMadeAgreement(.x448)
      let octets = [byte] + [UInt8](repeating: 0, count: 55)
      made.writtenKey = #"{"kty":"OKP","crv":"X448","x":"\#(Made.encoded(octets))"}"#
      #expect(try made.refusedWith() == .decryptionFailed)
    }
  }

  @Test("apu and apv are bound: bent, left out or swapped, they do not open")
  func parties() throws {
    var made = try HandMadeAgreement(.p256)
    made.partyUInfo = Array("Alice".utf8)
    made.partyVInfo = Array("Bob".utf8)
    #expect(try made.opens())
    for (u, v) in [
      ("Bob", "Alice"), ("Alicf", "Bob"), ("Alice", ""), ("", "Bob"), ("", "AliceBob"),
    ] {
      made.writtenUInfo = Array(u.utf8)
      made.writtenVInfo = Array(v.utf8)
      #expect(try made.refusedWith() == .decryptionFailed, "\(u) \(v)")
    }
    let text = String(decoding: try made.json(), as: UTF8.self)
    let bent = text.replacing(#""apv":"#, with: #""apu":7,"apv":"#)
    #expect(refusal(Array(bent.utf8), with: [.privateKey(made.key)]) == .malformed)
  }

  @Test("weak RSA: too small, too large, even, or an exponent of no use")
  func weakRSA() throws {
    let key = try KeyText(SlowKeys.rsa.get().publicKey)
    let n = try key.octets("n")
    #expect(failure { try key.parsed() } == nil)
    var even = n
    even[255] &= 0xFE
    let huge = [0x80] + [UInt8](repeating: 1, count: 2048)
    for modulus in [
      Array(n.suffix(128)), [0x7F] + Array(n.dropFirst()), Array(n.dropLast()), even, huge, [3],
      [0],
    ] as [[UInt8]] {
      #expect(failure { try key.with("n", octets: modulus).parsed() } == .invalidKey)
    }
    for exponent in [[0], [1], [2], [1, 0, 0], [0, 3], [1, 0, 0, 0, 0, 0, 0, 0, 1]] as [[UInt8]] {
      #expect(failure { try key.with("e", octets: exponent).parsed() } == .invalidKey)
    }
    for exponent in [[3], [1, 0, 1], [0xFF, 0, 0, 0, 0, 0, 0, 1]] as [[UInt8]] {
      #expect(failure { try key.with("e", octets: exponent).parsed() } == nil)
    }
    #expect(failure { try PrivateJWK.generate(.rsa(bitCount: 1024)) } == .invalidKey)
    #expect(failure { try PrivateJWK.generate(.rsa(bitCount: 16_385)) } == .invalidKey)
  }

  private static let vectors = ProcessInfo.processInfo.environment["VALISE_VECTORS"]

  @Test("the ROCA fingerprint is refused", .enabled(if: vectors != nil))
  func roca() throws {
    let path = "\(Self.vectors ?? "")/wycheproof/json_web_key_test.json"
    let root = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
    let groups = (root as? [String: Any])?["testGroups"] as? [[String: Any]] ?? []
    var count = 0
    for group in groups {
      let tests = group["tests"] as? [[String: Any]] ?? []
      guard tests.contains(where: { ($0["comment"] as? String)?.contains("Roca") == true }),
        let set = (group["public"] ?? group["private"]) as? [String: Any],
        let keys = set["keys"] as? [[String: Any]]
      else { continue }
      for members in keys {
        var key = try KeyText(SlowKeys.rsa.get().publicKey)
        key = key.with("n", members["n"]).with("e", members["e"])
        #expect(failure { try key.parsed() } == .invalidKey)
        count += 1
      }
    }
    #expect(count > 0)
  }

  @Test("use, key_ops and alg are enforced when a key is used")
  func purposes() throws {
    let key = try PrivateJWK.generate(.p256)
    func bent(_ change: (inout KeyMetadata) -> Void) -> PrivateJWK {
      var copy = key
      change(&copy.metadata)
      return copy
    }
    let sealed = try JWE.encrypt([1], for: [JWE.Recipient(key.publicKey)])
    let signed = try JWS.sign([1], by: [JWS.Signer(key)])
    for (change, decrypts, signs): ((inout KeyMetadata) -> Void, Bool, Bool) in [
      ({ _ in }, true, true), ({ $0.use = .encryption }, true, false),
      ({ $0.use = .signature }, false, true), ({ $0.operations = ["deriveKey"] }, true, false),
      ({ $0.operations = ["deriveBits"] }, true, false), ({ $0.operations = [] }, false, false),
      // So latchset's jose calls an agreement that wraps a key.
      ({ $0.operations = ["unwrapKey"] }, true, false),
      ({ $0.operations = ["decrypt"] }, false, false),
      ({ $0.operations = ["sign"] }, false, true), ({ $0.algorithm = "ES256" }, false, true),
      ({ $0.algorithm = "ECDH-ES+A256KW" }, true, false),
      ({ $0.algorithm = "ECDH-ES" }, false, false), ({ $0.algorithm = "es256" }, false, false),
    ] {
      let bent = bent(change)
      #expect(refusal(sealed, with: [.privateKey(bent)]) == (decrypts ? nil : .unsuitableKey))
      #expect(failure { try JWS.Signer(bent, algorithm: .es256) } == (signs ? nil : .unsuitableKey))
      if bent.metadata.operations == nil {
        let verified = failure { try JWS.verify(signed, with: [.publicKey(bent.publicKey)]) }
        #expect(verified == (signs ? nil : .verificationFailed))
      }
    }
    let signOnly = bent { $0.operations = ["sign"] }.publicKey
    #expect(signOnly.metadata.operations == ["verify"])
    #expect(failure { try JWE.Recipient(signOnly) } == .unsuitableKey)
  }

  @Test("a shared key for one purpose is refused for another")
  func sharedKeyPurposes() throws {
    let text = try Made().json()
    for (metadata, isFine) in [
      (KeyMetadata(use: .encryption), true), (KeyMetadata(use: .signature), false),
      (KeyMetadata(operations: ["unwrapKey"]), true), (KeyMetadata(operations: ["wrapKey"]), false),
      (KeyMetadata(operations: ["sign"]), false), (KeyMetadata(algorithm: "A256KW"), true),
      (KeyMetadata(algorithm: "A256GCMKW"), false), (KeyMetadata(algorithm: "HS256"), false),
      (KeyMetadata(algorithm: "dir"), false), (KeyMetadata(algorithm: "A256GCM"), false),
    ] {
      let key = try SymmetricJWK(Made.wrappingKey, metadata)
      #expect(refusal(text, with: [.symmetric(key)]) == (isFine ? nil : .unsuitableKey))
    }
  }

  @Test(
    "no private member is ever in a public export",
    arguments: [
      PrivateJWK.Kind.p256, .p384, .p521, .x25519, .x448, .ed25519, .ed448, .rsa(bitCount: 2048),
    ])
  func publicExport(_ kind: PrivateJWK.Kind) throws {
    let generated = try PrivateJWK.generate(kind)
    let imported = try KeyText(generated).with("extra", "x").privateKey()
    let allowed: Set = ["kty", "crv", "x", "y", "n", "e", "kid", "use", "key_ops", "alg"]
    let secrets = try KeyText(generated).members.filter {
      ["d", "p", "q", "dp", "dq", "qi"].contains($0.key)
    }
    #expect(secrets.count == (kind == .rsa(bitCount: 2048) ? 6 : 1))
    for key in [generated, imported] {
      let set = JWKSet([
        .privateKey(key), .symmetric(try SymmetricJWK(Made.wrappingKey)),
        .publicKey(key.publicKey),
      ])
      let texts = [
        key.publicKey.serialized, set.publicJSON.compact, set.publicJSON.readable,
        try #require(set.publicKeys.first).serialized,
      ]
      for text in texts {
        let text = String(decoding: text, as: UTF8.self)
        for (_, value) in secrets { #expect(!text.contains(value as? String ?? "?")) }
        #expect(!text.contains("\"k\"") && !text.contains("oct"))
      }
      let members = try KeyText(key.publicKey).members
      #expect(Set(members.keys).isSubset(of: allowed))
      #expect(set.publicKeys.count == 2)
    }
  }

  @Test(
    "a key says nothing of its secret when it is printed",
    arguments: [
      PrivateJWK.Kind.p256, .x25519, .ed25519, .rsa(bitCount: 2048),
    ])
  func printedKey(_ kind: PrivateJWK.Kind) throws {
    let key = kind == .rsa(bitCount: 2048) ? try SlowKeys.rsa.get() : try .generate(kind)
    let d = try KeyText(key).octets("d")
    var dumped = ""
    dump(key, to: &dumped)
    for text in [String(describing: key), String(reflecting: key), dumped] {
      #expect(!text.contains(Made.encoded(d)))
      #expect(!text.contains(d.prefix(4).map(String.init).joined(separator: ", ")))
    }
  }
}
