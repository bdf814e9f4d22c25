import JOSE
import Primitives
import Testing

/// What implementations commonly miss, numbered as in the requirements: the shape of an envelope.
@Suite struct StatementsStructureTests {
  typealias Made = HandMadeEnvelope

  @Test("1. a header is one UTF-8 object: no byte order mark, nothing after it")
  func oneObject() throws {
    #expect(Made.opens(try Made.with { $0.protected = " {\"enc\":\"A256GCM\"}\n" }))
    for text in [
      "\u{FEFF}{\"enc\":\"A256GCM\"}", "{\"enc\":\"A256GCM\"}{}", "{\"enc\":\"A256GCM\"}x",
      "{\"enc\":\"A256GCM\"}\0", "[\"A256GCM\"]", "\"enc\"", "{\"enc\":\"A256GCM\",}", "",
    ] {
      #expect(refusal(try Made.with { $0.protected = text }) == .malformed, "\(text)")
    }
    let latin = Array("{\"enc\":\"A256GCM\",\"x\":\"".utf8) + [0xE4] + Array("\"}".utf8)
    #expect(refusal(try Made.with { $0.protectedText = Made.encoded(latin) }) == .malformed)
    // The whole text likewise.
    let whole = try Made().json()
    #expect(Made.opens(whole + [0x0A]))
    #expect(refusal([0xEF, 0xBB, 0xBF] + whole) == .malformed)
    #expect(refusal(whole + Array("{}".utf8)) == .malformed)
    #expect(refusal(whole + [0]) == .malformed)
  }

  @Test("2. the authenticated data is the received bytes, never re-serialized")
  func receivedBytes() throws {
    let odd = "{ \"x\" : 1.50e+00 ,\n\t\"enc\":\"A256\\u0047CM\" , \"\\u0079\":\"\\/\" }"
    #expect(Made.opens(try Made.with { $0.protected = odd }))
    // The same object in other bytes is another header.
    let text = try Made.with {
      $0.protected = odd
      $0.edit = { members in
        members[0].value = "\"\(Made.encoded(#"{"x":1.50e+00,"enc":"A256GCM","y":"/"}"#))\""
      }
    }
    #expect(refusal(text) == .decryptionFailed)
  }

  @Test("3. with aad the authenticated data is protected.aad, without it there is no dot")
  func additionalData() throws {
    let aad = Made.encoded("header of the file")
    let with = try Made.with { $0.additionalData = aad }
    #expect(Made.opens(with))
    #expect(
      try JWE.decrypt(with, with: [Made.key]).additionalData == Array("header of the file".utf8))
    #expect(Made.opens(try Made().json()))
    func edited(_ edit: @escaping (inout [(name: String, value: String)]) -> Void) throws -> [UInt8]
    {
      try Made.with {
        $0.additionalData = aad
        $0.edit = edit
      }
    }
    #expect(refusal(try edited { $0.removeAll { $0.name == "aad" } }) == .decryptionFailed)
    #expect(
      refusal(try Made.with { $0.edit = { $0.append(("aad", "\"\(aad)\"")) } })
        == .decryptionFailed)
    // Without a protected header the data begins with the dot.
    var policy = JWE.DecryptionPolicy()
    policy.allowsUnprotectedEncryption = true
    let bare = try Made.with {
      $0.protected = nil
      $0.unprotected = #"{"enc":"A256GCM"}"#
      $0.additionalData = aad
    }
    #expect(Made.opens(bare, policy: policy))
    // As the library writes it.
    var options = JWE.EncryptionOptions()
    options.additionalData = [1, 2, 3]
    let sealed = try JWE.encrypt(
      Made.plaintext, for: [JWE.Recipient(SymmetricJWK(Made.wrappingKey))], options: options)
    #expect(Made.opens(sealed))
  }

  @Test(
    "4. members that would be empty are absent, and \"\" is refused",
    arguments: [
      "protected", "aad", "iv", "tag", "encrypted_key", "commitment",
    ])
  func emptyMembers(_ name: String) throws {
    let text = try Made.with {
      $0.edit = { members in
        members.removeAll { $0.name == name }
        members.append((name, "\"\""))
      }
    }
    #expect(refusal(text) == .malformed)
    let ours = try JWE.encrypt([], for: [JWE.Recipient(SymmetricJWK(Made.wrappingKey))])
    #expect(
      !String(decoding: ours, as: UTF8.self).replacing("\"ciphertext\":\"\"", with: "")
        .contains("\"\""))
  }

  @Test(
    "4. an unprotected header that is no object is refused",
    arguments: [
      "\"\"", "null", "[]", "1", "true",
    ])
  func unprotectedKind(_ value: String) throws {
    #expect(refusal(try Made.with { $0.unprotected = value }) == .malformed)
    #expect(refusal(try Made.with { $0.entry.header = value }) == .malformed)
    #expect(Made.opens(try Made.with { $0.unprotected = #"{"x":1}"# }))
  }

  @Test("4. an empty ciphertext is text of no bytes and opens to nothing")
  func emptyCiphertext() throws {
    let text = try Made.with { $0.plaintext = [] }
    #expect(try Made.open(text) == [])
    #expect(
      refusal(try Made.with { $0.edit = { $0.removeAll { $0.name == "ciphertext" } } })
        == .malformed)
  }

  @Test("5. general has recipients, at least one, {} allowed; flattened has none; never both")
  func generalOrFlattened() throws {
    #expect(Made.opens(try Made.with { $0.entries = [Made.Entry()] }))
    // All of the recipient's header may be shared, and then its own entry is nearly empty.
    let shared = try Made.with {
      $0.unprotected = #"{"alg":"dir"}"#
      $0.contentKey = Made.wrappingKey
      $0.entries = [Made.Entry(header: nil, encryptedKey: nil)]
    }
    #expect(Made.opens(shared))
    for value in ["[]", "{}", "null", "\"\"", "[1]", "[[]]", "[null]"] {
      let text = try Made.with {
        $0.entries = []
        $0.edit = { members in
          guard let index = members.firstIndex(where: { $0.name == "recipients" }) else { return }
          members[index].value = value
        }
      }
      #expect(refusal(text) == .malformed, "\(value)")
    }
    for extra in [("header", #"{"x":1}"#), ("encrypted_key", "\"AAAA\"")] {
      let text = try Made.with {
        $0.entries = [Made.Entry()]
        $0.edit = { $0.append(extra) }
      }
      #expect(refusal(text) == .malformed, "\(extra.0)")
    }
  }

  @Test("5. one recipient is written flattened, two are written general")
  func writtenForms() throws {
    let recipient = try JWE.Recipient(SymmetricJWK(Made.wrappingKey))
    let one = try JWE.encrypt(Made.plaintext, for: [recipient])
    #expect(try JWE.Envelope(BytesInMemory(one)).form == "flattened")
    let two = try JWE.encrypt(Made.plaintext, for: [recipient, recipient])
    #expect(try JWE.Envelope(BytesInMemory(two)).form == "general")
    #expect(failure { try JWE.encrypt(Made.plaintext, for: []) } == .refused)
  }

  @Test("6. unknown members and header parameters that are not critical are ignored")
  func unknownIgnored() throws {
    let text = try Made.with {
      $0.protected = #"{"x":[1,{"y":null}],"enc":"A256GCM"}"#
      $0.unprotected = #"{"u":-1.5e9}"#
      $0.entry.header = #"{"alg":"A256KW","b64":true,"z":"\u0000"}"#
      $0.edit = { $0.insert(("future", #"{"ciphertext":"no","tag":["a"]}"#), at: 0) }
    }
    #expect(Made.opens(text))
  }

  @Test(
    "7. crit is protected, not empty, unique, and names what is there",
    arguments: [
      (#""crit":[]"#, JOSEError.Code.malformed), (#""crit":"x","x":1"#, .malformed),
      (#""crit":[1],"x":1"#, .malformed), (#""crit":["x","x"],"x":1"#, .malformed),
      (#""crit":["x"]"#, .malformed), (#""crit":null"#, .malformed), (#""crit":{}"#, .malformed),
      (#""crit":[""]"#, .malformed), (#""crit":["x"],"x":1"#, .unsupported),
      (#""crit":["b64"],"b64":true"#, .unsupported), (#""\u0063rit":["x"],"x":1"#, .unsupported),
    ])
  func critical(_ members: String, _ code: JOSEError.Code) throws {
    #expect(refusal(try Made.with { $0.protected = #"{"enc":"A256GCM",\#(members)}"# }) == code)
    let withoutIt = try Made.with { $0.protected = #"{"enc":"A256GCM","x":1}"# }
    #expect(Made.opens(withoutIt))
  }

  @Test("7. crit outside of the protected header is refused")
  func criticalUnprotected() throws {
    #expect(
      refusal(try Made.with { $0.unprotected = #"{"crit":["x"],"x":1}"# }) == .malformed)
    let own = try Made.with { $0.entry.header = #"{"alg":"A256KW","crit":["x"],"x":1}"# }
    #expect(refusal(own) == .malformed)
  }

  @Test(
    "8. crit never holds a registered name",
    arguments: [
      "alg", "enc", "zip", "kid", "jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256", "typ", "cty",
      "crit",
      "epk", "apu", "apv", "iv", "tag", "p2s", "p2c",
    ])
  func criticalRegistered(_ name: String) throws {
    let present = ["enc", "crit"].contains(name) ? "" : #","\#(name)":"x""#
    let text = try Made.with {
      $0.protected = #"{"enc":"A256GCM","crit":["\#(name)"]\#(present)}"#
      if name == "alg" {
        $0.protected = #"{"enc":"A256GCM","crit":["alg"],"alg":"A256KW"}"#
        $0.entry.header = nil
      }
    }
    #expect(refusal(text) == .malformed)
  }

  @Test("9. enc is the same for all recipients: it is protected, or alike in each header")
  func sameEncryption() throws {
    #expect(
      refusal(try Made.with { $0.entry.header = #"{"alg":"A256KW","enc":"A256GCM"}"# })
        == .malformed)
    #expect(refusal(try Made.with { $0.unprotected = #"{"enc":"A256GCM"}"# }) == .malformed)
    var policy = JWE.DecryptionPolicy()
    policy.allowsUnprotectedEncryption = true
    func two(_ first: String, _ second: String) throws -> [UInt8] {
      try Made.with {
        $0.protected = nil
        $0.entries = [first, second].map {
          Made.Entry(header: #"{"alg":"A256KW"\#($0)}"#)
        }
      }
    }
    let same = #","enc":"A256GCM""#
    #expect(Made.opens(try two(same, same), policy: policy))
    #expect(refusal(try two(same, same)) == .malformed)
    #expect(refusal(try two(same, #","enc":"A128GCM""#), policy: policy) == .malformed)
    #expect(refusal(try two(same, ""), policy: policy) == .malformed)
    #expect(refusal(try two("", same), policy: policy) == .malformed)
  }

  @Test("10. dir and ECDH-ES have no encrypted key and exactly one recipient")
  func directStandsAlone() throws {
    let direct = Made.Entry(header: #"{"alg":"dir"}"#, encryptedKey: nil)
    func made(_ entries: [Made.Entry]) throws -> [UInt8] {
      try Made.with {
        $0.contentKey = Made.wrappingKey
        $0.entries = entries
      }
    }
    #expect(Made.opens(try made([direct])))
    let keyed = Made.Entry(header: direct.header, encryptedKey: "AAAA")
    #expect(refusal(try made([keyed])) == .malformed)
    let wrapped = Made.Entry(encryptedKey: Made.wrapped(Made.wrappingKey))
    #expect(Made.opens(try made([wrapped])))
    #expect(refusal(try made([direct, wrapped])) == .malformed)
    #expect(refusal(try made([wrapped, direct])) == .malformed)
    #expect(refusal(try made([direct, direct])) == .malformed)
    let agreement = Made.Entry(header: #"{"alg":"ECDH-ES"}"#, encryptedKey: nil)
    #expect(refusal(try made([wrapped, agreement])) == .malformed)
    // When writing, too.
    let symmetric = try JWE.Recipient(SymmetricJWK(Made.wrappingKey), algorithm: .direct)
    let other = try JWE.Recipient(PrivateJWK.generate(.x25519).publicKey)
    #expect(failure { try JWE.encrypt([], for: [symmetric, other]) } == .refused)
    let pair = try JWE.Recipient(PrivateJWK.generate(.p256).publicKey, algorithm: .ecdhES)
    #expect(failure { try JWE.encrypt([], for: [other, pair]) } == .refused)
  }

  @Test("10. an algorithm that wraps has an encrypted key")
  func wrappedKeyMissing() throws {
    #expect(refusal(try Made.with { $0.entry.encryptedKey = nil }) == .malformed)
  }
}
