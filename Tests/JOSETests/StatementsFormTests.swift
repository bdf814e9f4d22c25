import JOSE
import Primitives
import Testing

/// What implementations commonly miss, numbered as in the requirements: outcomes, forms and types.
@Suite struct StatementsFormTests {
  typealias Made = HandMadeEnvelope

  @Test("11. success and failure are reported for each recipient")
  func outcomes() throws {
    let wrong = Made.encoded([UInt8](repeating: 3, count: 40))
    let text = try Made.with {
      $0.entries = [
        Made.Entry(header: #"{"alg":"RSA1_5"}"#, encryptedKey: wrong),
        Made.Entry(header: #"{"alg":"A256KW"}"#, encryptedKey: wrong),
        Made.Entry(), Made.Entry(header: #"{"alg":"A128KW"}"#, encryptedKey: wrong),
        Made.Entry(header: "{}", encryptedKey: nil), Made.Entry(),
      ]
    }
    let opened = try JWE.decrypt(text, with: [Made.key])
    #expect(opened.plaintext == Made.plaintext)
    #expect(
      opened.outcomes == [.unsupported, .failed, .opened, .notTried, .unsupported, .notTried])
  }

  @Test(
    "11. a recipient whose own entry is broken does not keep the others from opening",
    arguments: [
      #"{"alg":"A256GCMKW","iv":"AAAA","tag":"AAAA"}"#, #"{"alg":"A256GCMKW"}"#,
      #"{"alg":"A256GCMKW","iv":7,"tag":"*"}"#, #"{"alg":7}"#, #"{"kid":{}}"#,
    ])
  func brokenEntry(_ header: String) throws {
    let text = try Made.with {
      $0.entries = [Made.Entry(header: header), Made.Entry()]
    }
    #expect(Made.opens(text))
  }

  @Test("12. members of a JWE and of a JWS together are refused by both")
  func mixedMembers() throws {
    for (name, value) in [("payload", "\"\""), ("signatures", "[]"), ("signatures", "null")] {
      #expect(refusal(try Made.with { $0.edit = { $0.append((name, value)) } }) == .malformed)
    }
    let key = try SymmetricJWK(Made.wrappingKey)
    var options = JWS.SigningOptions()
    options.serialization = .flattened
    let signed = try JWS.sign([1], by: [JWS.Signer(key, algorithm: .hs256)], options: options)
    #expect(try JWS.verify(signed, with: [.symmetric(key)]).payload == [1])
    for member in [#""ciphertext":"""#, #""recipients":[]"#, #""encrypted_key":"AA""#] {
      let mixed = signed.dropLast() + Array(",\(member)}".utf8)
      #expect(failure { try JWS.verify(Array(mixed), with: [.symmetric(key)]) } == .malformed)
    }
  }

  @Test("13. a compact JWE has exactly five parts")
  func fiveParts() throws {
    let text = try Made.compactDefaults().compact()
    #expect(Made.opens(text))
    #expect(Made.opens(text + [0x0A]))
    for edit: (inout [String]) -> Void in [
      { $0.removeLast() }, { $0.append("") }, { $0.append("AAAA") }, { $0.insert("", at: 0) },
      { $0.insert("AAAA", at: 3) }, { $0.removeSubrange(1...) }, { $0.removeFirst() },
      { $0[0] = "" }, { $0[2] = "" }, { $0[4] = "" }, { $0[0] = " " + $0[0] },
      { $0[4] += " " }, { $0[4] += "\n\n" }, { $0[1] += "=" },
    ] {
      var envelope = Made.compactDefaults()
      envelope.editParts = edit
      #expect(refusal(try envelope.compact()) == .malformed)
    }
  }

  @Test("13. a compact JWS has exactly three parts")
  func threeParts() throws {
    let key = try SymmetricJWK(Made.wrappingKey)
    let signed = try JWS.sign([1], by: [JWS.Signer(key, algorithm: .hs256)])
    #expect(try JWS.verify(signed, with: [.symmetric(key)]).payload == [1])
    let dot = UInt8(ascii: ".")
    for bent in [
      signed + [dot], [dot] + signed, signed + Array(".AAAA".utf8), signed + Array("=".utf8),
      Array(signed.prefix(while: { $0 != dot })), [dot, dot], [], [dot],
    ] {
      #expect(failure { try JWS.verify(bent, with: [.symmetric(key)]) } == .malformed)
    }
  }

  @Test(
    "14. cty without a slash implies application/, whatever its case",
    arguments: [
      ("jwk+json", true), ("application/jwk+json", true), ("JWK+JSON", true),
      ("Application/JWK-Set+json", true), ("jwk-set+json", true), ("text/jwk+json", false),
      ("x/jwk+json", false), ("jwk", false), ("", false), ("application/", false),
      ("jw\u{212A}+json", false),
    ])
  func contentType(_ type: String, _ isKey: Bool) throws {
    let inner = try PrivateJWK.generate(.x25519)
    var options = JWE.EncryptionOptions()
    options.contentType = type
    let plaintext = inner.serialized(.exposingPrivateKey).withBytes { Array(copying: $0) }
    let sealed = try JWE.encrypt(
      plaintext, for: [JWE.Recipient(SymmetricJWK(Made.wrappingKey))], options: options)
    let code = failure { try JWKSet(decrypting: sealed, with: [Made.key]) }
    #expect(code == (isKey ? nil : .malformed))
  }

  @Test("26. an encrypted JWK says so in cty, and comes back whole")
  func encryptedKey() throws {
    let inner = try PrivateJWK.generate(.ed25519)
    let recipient = try JWE.Recipient(SymmetricJWK(Made.wrappingKey))
    let sealed = try JWKSet([.privateKey(inner)]).encrypted(for: [recipient])
    #expect(try JWE.Envelope(BytesInMemory(sealed)).contentType == "jwk-set+json")
    let set = try JWKSet(decrypting: sealed, with: [Made.key])
    guard case .privateKey(let key)? = set.keys.first else {
      Issue.record("no private key")
      return
    }
    #expect(key.serialized(.exposingPrivateKey) == inner.serialized(.exposingPrivateKey))
    // Without cty it may be anything.
    let plain = try JWE.encrypt(Array("{}".utf8), for: [recipient])
    #expect(failure { try JWKSet(decrypting: plain, with: [Made.key]) } == .malformed)
  }

  @Test("33. of a nested message both layers are validated")
  func nested() throws {
    let signer = try PrivateJWK.generate(.ed25519)
    let stranger = try PrivateJWK.generate(.ed25519)
    let reader = try PrivateJWK.generate(.x25519)
    func seal(_ by: PrivateJWK) throws -> [UInt8] {
      var options = JWE.EncryptionOptions()
      options.contentType = "JWT"
      let signed = try JWS.sign(Array("{}".utf8), by: [JWS.Signer(by)])
      return try JWE.encrypt(
        signed, for: [JWE.Recipient(reader.publicKey)], options: options)
    }
    func open(_ text: [UInt8]) throws -> [UInt8] {
      let inner = try JWE.decrypt(text, with: [.privateKey(reader)]).plaintext
      return try JWS.verify(inner, with: [.publicKey(signer.publicKey)]).payload
    }
    #expect(try open(seal(signer)) == Array("{}".utf8))
    #expect(failure { try open(seal(stranger)) } == .verificationFailed)
    // Neither layer passes for the other.
    #expect(
      failure { try JWS.verify(seal(signer), with: [.publicKey(signer.publicKey)]) }
        == .malformed)
  }

  @Test("34. EdDSA and Ed25519 are one algorithm under two names")
  func edwardsNames() throws {
    let key = try PrivateJWK.generate(.ed25519)
    for name in [SignatureAlgorithm.edDSA, .ed25519] {
      let signed = try JWS.sign([7], by: [JWS.Signer(key, algorithm: name)])
      let verified = try JWS.verify(signed, with: [.publicKey(key.publicKey)])
      #expect(verified.signatures.first?.algorithm == name)
    }
    #expect(failure { try JWS.Signer(key, algorithm: .ed448) } == .unsuitableKey)
  }

  @Test("35. b64 false counts only if it is protected and critical")
  func unencodedPayload() throws {
    let key = try SymmetricJWK(Made.wrappingKey)
    func signed(_ header: String, _ payload: String, own: String = "") throws -> [UInt8] {
      let text = Made.encoded(header)
      let input = Array("\(text).\(payload)".utf8)
      let code = try HMAC.code(.sha256, key: Made.wrappingKey, input.span)
      return Array(
        #"{"payload":"\#(payload)","protected":"\#(text)"\#(own),"signature":"\#(Made.encoded(code))"}"#
          .utf8)
    }
    let good = try signed(#"{"alg":"HS256","b64":false,"crit":["b64"]}"#, "$.02")
    #expect(try JWS.verify(good, with: [.symmetric(key)]).payload == Array("$.02".utf8))
    for (header, own) in [
      (#"{"alg":"HS256","b64":false}"#, ""), (#"{"alg":"HS256","crit":["b64"]}"#, ""),
      (#"{"alg":"HS256"}"#, #","header":{"b64":false}"#),
      (#"{"alg":"HS256","crit":["b64"]}"#, #","header":{"b64":false}"#),
      (#"{"alg":"HS256","b64":"false","crit":["b64"]}"#, ""),
      (#"{"alg":"HS256","b64":0,"crit":["b64"]}"#, ""),
    ] {
      let text = try signed(header, "AAAA", own: own)
      #expect(failure { try JWS.verify(text, with: [.symmetric(key)]) } == .malformed, "\(header)")
    }
  }

  @Test("36. RFC 7520 §5.8 comes out byte for byte")
  func deterministicExample() throws {
    func decoded(_ text: String) throws -> [UInt8] {
      let bytes = Array(text.utf8)
      return try Base64URL.decode(bytes.span)
    }
    let contentKey = try decoded("aY5_Ghmk9KxWPBLu_glx1w")
    let nonce = try decoded("Qx0pmsDa8KnJc9Jo")
    let wrappingKey = try decoded("GZy6sIZ6wl9NJOKB-jnmVQ")
    // The key is asked for first, then the initialization vector.
    var options = JWE.EncryptionOptions()
    options.serialization = .compact
    options.contentEncryption = .a128GCM
    options.random = RandomSource { (span: inout MutableSpan<UInt8>) throws(PrimitiveError) in
      let source = span.count == 16 ? contentKey : nonce
      for index in 0..<span.count { span[index] = source[index] }
    }
    let key = try SymmetricJWK(
      SecretBytes(copying: wrappingKey.span),
      KeyMetadata(keyID: "81b20965-8332-43d9-a468-82160ad91ac8", use: .encryption))
    let plaintext =
      "You can trust us to stick with you through thick and thin\u{2013}to the bitter end. And "
      + "you can trust us to keep any secret of yours\u{2013}closer than you keep it yourself. But "
      + "you cannot trust us to let you face trouble alone, and go off without a word. We are your "
      + "friends, Frodo."
    let sealed = try JWE.encrypt(
      Array(plaintext.utf8), for: [JWE.Recipient(key)], options: options)
    let expected =
      "eyJhbGciOiJBMTI4S1ciLCJraWQiOiI4MWIyMDk2NS04MzMyLTQzZDktYTQ2OC04MjE2MGFkOTFhYzgiLCJlbmMiOiJB"
      + "MTI4R0NNIn0.CBI6oDw8MydIx1IBntf_lQcw2MmJKIQx.Qx0pmsDa8KnJc9Jo.AwliP-KmWgsZ37BvzCefNen6VTbRK"
      + "3QMA4TkvRkH0tP1bTdhtFJgJxeVmJkLD61A1hnWGetdg11c9ADsnWgL56NyxwSYjU1ZEHcGkd3EkU0vjHi9gTlb90qS"
      + "YFfeF0LwkcTtjbYKCsiNJQkcIp1yeM03OmuiYSoYJVSpf7ej6zaYcMv3WwdxDFl8REwOhNImk2Xld2JXq6BR53TSFky"
      + "T7PwVLuq-1GwtGHlQeg7gDT6xW0JqHDPn_H-puQsmthc9Zg0ojmJfqqFvETUxLAF-KjcBTS5dNy6egwkYtOt8EIHK-o"
      + "EsKYtZRaa8Z7MOZ7UGxGIMvEmxrGCPeJa14slv2-gaqK0kEThkaSqdYw0FkQZF.ER7MWJZ1FBI_NKvn7Zb1Lw"
    #expect(String(decoding: sealed, as: UTF8.self) == expected)
    #expect(try JWE.decrypt(sealed, with: [.symmetric(key)]).plaintext == Array(plaintext.utf8))
  }

  @Test("37. member names are compared as bytes: a name in another normal form is another name")
  func normalForms() throws {
    // Swift's == holds these two to be the same.
    let (composed, decomposed) = ("\u{E9}", "e\u{301}")
    #expect(composed == decomposed)
    #expect(
      Made.opens(
        try Made.with { $0.protected = #"{"enc":"A256GCM","\#(composed)":1,"\#(decomposed)":2}"# }))
    #expect(
      Made.opens(
        try Made.with {
          $0.unprotected = #"{"\#(composed)":1}"#
          $0.entry.header = #"{"alg":"A256KW","\#(decomposed)":1}"#
        }))
    let document = try JSONDocument(parsing: Array(#"{"\#(composed)":1}"#.utf8))
    #expect(document.root[decomposed] == nil)
    #expect(document.root[composed] != nil)
  }

  @Test("37. the names of algorithms and kinds are compared as bytes, too")
  func kelvin() throws {
    // U+212A, the sign for kelvin, is canonically equivalent to K.
    let sign = "\u{212A}"
    #expect("A256\(sign)W" == "A256KW")
    #expect(
      refusal(try Made.with { $0.entry.header = #"{"alg":"A256\#(sign)W"}"# })
        == .unsupported)
    let key = try KeyText(PrivateJWK.generate(.x25519))
    #expect(failure { try key.parsed() } == nil)
    #expect(failure { try key.with("kty", "O\(sign)P").parsed() } == .unsupported)
    let restricted = key.with("key_ops", ["derive\(sign)ey"])
    let sealed = try JWE.encrypt([1], for: [JWE.Recipient(key.privateKey().publicKey)])
    #expect(refusal(sealed, with: [.privateKey(try key.privateKey())]) == nil)
    #expect(
      refusal(sealed, with: [.privateKey(try restricted.privateKey())]) == .unsuitableKey)
  }

  @Test(
    "38. numbers are what was written: 1000.0 and 1e3 are no integers",
    arguments: [
      ("1000", 1000), ("0", 0), ("-5", -5), ("1000.0", nil), ("1e3", nil), ("1E3", nil),
      ("\"1000\"", nil), ("9223372036854775808", nil), ("true", nil), ("[1]", nil),
    ] as [(String, Int?)])
  func integers(_ text: String, _ value: Int?) throws {
    #expect(try JSONDocument(parsing: Array(text.utf8)).root.integer == value)
  }

  @Test(
    "38. numbers that JSON does not know are refused",
    arguments: [
      "01", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN", "Infinity", "-", "--1", "1_000",
      "\u{661}",
    ])
  func badNumbers(_ text: String) {
    #expect(failure { try JSONDocument(parsing: Array(text.utf8)) } == .malformed)
  }
}
