import JOSE
import Primitives
import Testing

/// Attacks on how headers and members are read.
@Suite struct AttacksOnHeadersTests {
  typealias Made = HandMadeEnvelope

  @Test(
    "a member name that stands twice is refused, also when escapes hide it",
    arguments: [
      #""x":1,"x":1"#, #""x":1,"\u0078":1"#, #""\u0078":1,"\u0078":2"#, #""a":{"b":1,"b":2}"#,
      #""a":[{"b":1,"\u0062":2}]"#, #""\/":1,"/":2"#, #""\ud83d\ude00":1,"😀":2"#,
      #""\u00e9":1,"é":2"#, #""\u0000":1,"\u0000":1"#,
    ])
  func duplicates(_ members: String) throws {
    #expect(
      refusal(try Made.with { $0.protected = #"{"enc":"A256GCM",\#(members)}"# })
        == .malformed)
    #expect(refusal(try Made.with { $0.unprotected = "{\(members)}" }) == .malformed)
    let outside = try Made.with { $0.edit = { $0.append(("z", "{\(members)}")) } }
    #expect(refusal(outside) == .malformed)
  }

  @Test("an unprotected header that is empty is refused: it is absent then (RFC 7516 §7.2.1)")
  func emptyUnprotected() throws {
    #expect(refusal(try Made.with { $0.unprotected = "{}" }) == .malformed)
    #expect(Made.opens(try Made.with { $0.unprotected = #"{"x":1}"# }))
  }

  @Test("an algorithm that stands twice is refused, in any order and spelling")
  func duplicateAlgorithm() throws {
    for header in [
      #"{"alg":"A256KW","alg":"none"}"#, #"{"alg":"none","alg":"A256KW"}"#,
      #"{"alg":"A256KW","\u0061lg":"A256KW"}"#, #"{"\u0061lg":"A256KW","alg":"dir"}"#,
    ] {
      #expect(refusal(try Made.with { $0.entry.header = header }) == .malformed)
    }
    #expect(Made.opens(try Made.with { $0.entry.header = #"{"\u0061lg":"A256\u004bW"}"# }))
  }

  @Test(
    "a top-level member that stands twice is refused",
    arguments: [
      "protected", "header", "encrypted_key", "iv", "ciphertext", "tag",
    ])
  func duplicateMember(_ name: String) throws {
    for spelling in [name, "\\u00" + String(name.utf8.first ?? 0, radix: 16) + name.dropFirst()] {
      for atFront in [true, false] {
        let text = try Made.with {
          $0.edit = { members in
            guard let value = members.first(where: { $0.name == name })?.value else { return }
            members.insert((spelling, value), at: atFront ? 0 : members.count)
          }
        }
        #expect(refusal(text) == .malformed, "\(spelling)")
      }
    }
  }

  @Test("a ciphertext whose name is written with escapes opens all the same")
  func escapedCiphertext() throws {
    let text = try Made.with {
      $0.edit = { members in
        for index in members.indices where members[index].name == "ciphertext" {
          members[index].name = #"cip\u0068ertext"#
        }
      }
    }
    #expect(Made.opens(text))
  }

  @Test(
    "no name stands in two of the three headers",
    arguments: [
      #""alg":"A256KW""#, #""enc":"A256GCM""#, #""kid":"x""#, #""x":1"#, #""\u0078":1"#,
      #""apu":"AA""#, #""":1"#,
    ])
  func disjointness(_ member: String) throws {
    let isAlgorithm = member.hasPrefix("\"alg")
    let isEncryption = member.hasPrefix("\"enc")
    for (first, second) in [(0, 1), (0, 2), (1, 2), (0, 0), (1, 1), (2, 2)] {
      func members(_ index: Int) -> String {
        var list: [String] = []
        if index == 0, !isEncryption || (first != 0 && second != 0) {
          list.append(#""enc":"A256GCM""#)
        }
        if index == 2, !isAlgorithm { list.append(#""alg":"A256KW""#) }
        if index == first || index == second { list.append(member) }
        return "{\(list.joined(separator: ","))}"
      }
      for isGeneral in [true, false] {
        let text = try Made.with {
          $0.protected = members(0)
          // What is empty is absent.
          $0.unprotected = members(1) == "{}" ? nil : members(1)
          $0.entry.header = members(2)
          if isGeneral { $0.entries = [$0.entry] }
        }
        // Standing in one header alone, it does no harm; enc must be the protected one.
        let isFine = first == second && (!isEncryption || first == 0)
        #expect(refusal(text) == (isFine ? nil : .malformed), "\(member) \(first) \(second)")
      }
    }
  }

  @Test("two recipients may use the same names")
  func sameNamesApart() throws {
    let entry = Made.Entry(header: #"{"alg":"A256KW","kid":"x"}"#)
    #expect(Made.opens(try Made.with { $0.entries = [entry, entry] }))
  }

  @Test(
    "base64url is canonical everywhere",
    arguments: [
      "protected", "encrypted_key", "iv", "ciphertext", "tag", "aad", "commitment",
    ])
  func canonicalText(_ name: String) throws {
    func text(_ bend: @escaping (String) -> String) throws -> [UInt8] {
      try Made.with {
        $0.additionalData = "AQ"
        if name == "commitment" { $0.commitment = Made.encoded([UInt8](repeating: 1, count: 32)) }
        $0.edit = { members in
          for index in members.indices where members[index].name == name {
            let inner = members[index].value.dropFirst().dropLast()
            members[index].value = "\"\(bend(String(inner)))\""
          }
        }
      }
    }
    for bend: (String) -> String in [
      { $0 + "=" }, { $0 + "==" }, { $0 + " " }, { " " + $0 }, { $0 + "\\n" }, { $0 + "A" + "=" },
      { "+" + $0.dropFirst() }, { "/" + $0.dropFirst() }, { "é" + $0.dropFirst() },
      { "." + $0.dropFirst() }, { $0.prefix(4) + "\\r\\n" + $0.dropFirst(4) },
      { $0.prefix(4) + "\\u0000" + $0.dropFirst(4) },
    ] {
      #expect(refusal(try text(bend)) == .malformed)
    }
  }

  @Test("bits that a last character does not use are zero")
  func unusedBits() throws {
    // AQ stands for 01; AR, AS and AT would, if those bits were not looked at.
    #expect(Made.opens(try Made.with { $0.additionalData = "AQ" }))
    for text in ["AR", "AS", "AX", "AB", "AAB", "AAD", "A"] {
      #expect(refusal(try Made.with { $0.additionalData = text }) == .malformed, "\(text)")
    }
    #expect(Made.opens(try Made.with { $0.additionalData = "AAE" }))
  }

  @Test(
    "kid is opaque bytes: whatever it says, nothing is looked up by it",
    arguments: [
      "../../etc/passwd", #"\u0000"#, #"\u001b[2J"#, "' OR 1=1 --", #"\u202e\u2066"#, "",
      "/dev/zero",
      #"\ud83d\ude00"#, "$(reboot)", "http://127.0.0.1/",
    ])
  func keyIdentifier(_ kid: String) throws {
    let text = try Made.with { $0.entry.header = #"{"alg":"A256KW","kid":"\#(kid)"}"# }
    #expect(Made.opens(text))
    #expect(try JWE.Envelope(BytesInMemory(text)).recipients[0].keyID != nil)
  }

  @Test("a kid is matched as bytes")
  func keyIdentifierForms() throws {
    let key = try SymmetricJWK(Made.wrappingKey, KeyMetadata(keyID: "\u{E9}"))
    let wrong = Made.encoded([UInt8](repeating: 3, count: 40))
    let text = try Made.with {
      $0.entries = [
        Made.Entry(header: "{\"alg\":\"A256KW\",\"kid\":\"e\u{301}\"}", encryptedKey: wrong),
        Made.Entry(header: "{\"alg\":\"A256KW\",\"kid\":\"\u{E9}\"}"),
      ]
    }
    // The one that is named comes first, and so the other is not tried.
    #expect(try JWE.decrypt(text, with: [.symmetric(key)]).outcomes == [.notTried, .opened])
  }

  @Test("a key in the header is never trusted", arguments: ["jwk", "jku", "x5u", "x5c"])
  func keyInHeader(_ name: String) throws {
    let attacker = try PrivateJWK.generate(.ed25519)
    let jwk = HandMadeAgreement.text(attacker.publicKey)
    let value = ["jwk": jwk, "x5c": #"["MIIB"]"#][name] ?? #""https://127.0.0.1:1/keys""#
    let header = Made.encoded(#"{"alg":"EdDSA","\#(name)":\#(value)}"#)
    let seed = SecretBytes(copying: [UInt8](repeating: 4, count: 32).span)
    let signer = try EdwardsPrivateKey(.ed25519, d: seed)
    let input = Array("\(header).AQ".utf8)
    let signature = try signer.signature(for: input.span)
    let text = input + Array(".\(Made.encoded(signature))".utf8)
    let own = try JWK(
      parsing: Array(
        #"{"kty":"OKP","crv":"Ed25519","x":"\#(Made.encoded(signer.publicKey.x))"}"#.utf8)
    ).publicKey
    let right = try #require(own)
    let victim = try PrivateJWK.generate(.ed25519).publicKey
    #expect(failure { try JWS.verify(text, with: []) } == .verificationFailed)
    #expect(failure { try JWS.verify(text, with: [.publicKey(victim)]) } == .verificationFailed)
    #expect(failure { try JWS.verify(text, with: [.publicKey(right)]) } == nil)
    #expect(
      Made.opens(
        try Made.with { $0.entry.header = #"{"alg":"A256KW","\#(name)":\#(value)}"# }))
  }

  @Test("a JWS is not decrypted and a JWE is not verified, in any form")
  func formatConfusion() throws {
    let key = try SymmetricJWK(Made.wrappingKey)
    let signer = try JWS.Signer(key, algorithm: .hs256)
    for form in [JWS.Serialization.compact, .flattened, .general] {
      var options = JWS.SigningOptions()
      options.serialization = form
      let signed = try JWS.sign([1], by: [signer], options: options)
      #expect(failure { try JWS.verify(signed, with: [.symmetric(key)]) } == nil)
      #expect(refusal(signed) == .malformed)
    }
    for sealed in [
      try Made().json(), try Made.compactDefaults().compact(),
      try Made.with { $0.entries = [Made.Entry()] },
    ] {
      #expect(Made.opens(sealed))
      #expect(failure { try JWS.verify(sealed, with: [.symmetric(key)]) } == .malformed)
    }
    for text in ["", " ", "{}", "[]", "null", "\"\"", "....", "..", "a.b.c", "{\"x\":"] {
      #expect(refusal(Array(text.utf8)) == .malformed, "\(text)")
      #expect(failure { try JWS.verify(Array(text.utf8), with: []) } == .malformed, "\(text)")
    }
  }
}
