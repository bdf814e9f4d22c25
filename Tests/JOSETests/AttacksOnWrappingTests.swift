import JOSE
import Primitives
import Synchronization
import Testing

/// Attacks on how the content encryption key is wrapped, chosen and committed to.
@Suite struct AttacksOnWrappingTests {
  typealias Made = HandMadeEnvelope

  private func flipped(_ text: String?, at index: Int) throws -> String {
    let bytes = Array((text ?? "").utf8)
    var octets = try Base64URL.decode(bytes.span)
    octets[(index + octets.count) % octets.count] ^= 1
    return Made.encoded(octets)
  }

  /// What may go wrong below one algorithm, each time as code and reason.
  private func failures(
    _ keys: [JWE.DecryptionKey], _ header: String, wrap: (SecretBytes) throws -> [UInt8]
  ) throws -> Set<String> {
    func made(_ change: (inout Made) throws -> Void) throws -> [UInt8] {
      var envelope = Made()
      envelope.entry.header = header
      envelope.entry.encryptedKey = Made.encoded(try wrap(Made.contentKey))
      try change(&envelope)
      return try envelope.json()
    }
    #expect(refusal(try made { _ in }, with: keys) == nil)
    var texts: [[UInt8]] = []
    for position in [0, 1, 20, -1] {
      texts.append(
        try made { $0.entry.encryptedKey = try flipped($0.entry.encryptedKey, at: position) })
    }
    for count in [16, 24, 40, 64] {
      let other = SecretBytes(copying: [UInt8](repeating: 1, count: count).span)
      texts.append(try made { $0.entry.encryptedKey = Made.encoded(try wrap(other)) })
    }
    // A key of the right size that is not the one.
    let wrong = SecretBytes(copying: [UInt8](repeating: 1, count: 32).span)
    texts.append(try made { $0.entry.encryptedKey = Made.encoded(try wrap(wrong)) })
    for name in ["tag", "ciphertext"] {
      texts.append(
        try made {
          $0.edit = { members in
            for index in members.indices where members[index].name == name {
              let value = String(members[index].value.dropFirst().dropLast())
              members[index].value = "\"\((try? flipped(value, at: 0)) ?? "")\""
            }
          }
        })
    }
    return Set(
      texts.map { text in
        let error = refusalError(text, with: keys)
        return error.map { "\($0.code): \($0.reason)" } ?? "opened"
      })
  }

  @Test("whatever is wrong below RSA-OAEP or a key wrap, the error is one and the same")
  func oracle() throws {
    let rsa = try SlowKeys.rsa.get()
    let n = try KeyText(rsa.publicKey).octets("n")
    let publicKey = try RSAPublicKey(n: n, e: [1, 0, 1])
    let oaep = try failures([.privateKey(rsa)], #"{"alg":"RSA-OAEP-256"}"#) {
      try publicKey.encryptOAEP($0, hash: .sha256)
    }
    let keyWrap = try failures([Made.key], #"{"alg":"A256KW"}"#) {
      try AESKeyWrap.wrap($0, with: Made.wrappingKey)
    }
    let made = try HandMadeAgreement(.x25519)
    let wrappingKey = try made.derived("ECDH-ES+A256KW", 32)
    let agreement = try failures(
      [.privateKey(made.key)],
      #"{"alg":"ECDH-ES+A256KW","epk":\#(HandMadeAgreement.text(made.ephemeral.publicKey))}"#
    ) { try AESKeyWrap.wrap($0, with: wrappingKey) }
    #expect(oaep == ["decryptionFailed: it does not open"])
    #expect(keyWrap == oaep)
    #expect(agreement == oaep)
  }

  @Test("a wrong key of the same kind fails with that error, too")
  func wrongKey() throws {
    for kind in [PrivateJWK.Kind.p256, .x25519, .x448] {
      let made = try HandMadeAgreement(kind)
      let other = try PrivateJWK.generate(kind)
      let error = refusalError(try made.json(), with: [.privateKey(other)])
      #expect(error?.code == .decryptionFailed)
      #expect(error?.reason == "it does not open")
    }
    let sealed = try JWE.encrypt([1], for: [JWE.Recipient(SlowKeys.rsa.get().publicKey)])
    let other = try PrivateJWK.generate(.rsa(bitCount: 2048))
    #expect(refusalError(sealed, with: [.privateKey(other)])?.reason == "it does not open")
  }

  @Test("an encrypted key of another size than its algorithm's is refused before any arithmetic")
  func encryptedKeySize() throws {
    let rsa = try SlowKeys.rsa.get()
    for count in [1, 16, 255, 257, 512, 100_000] {
      let text = try Made.with {
        $0.entry.header = #"{"alg":"RSA-OAEP-256"}"#
        $0.entry.encryptedKey = Made.encoded([UInt8](repeating: 1, count: count))
      }
      #expect(refusal(text, with: [.privateKey(rsa)]) == .noMatchingKey)
    }
    // As large as the modulus, or larger than it: no number to decrypt.
    for byte in [0x00, 0xFF] as [UInt8] {
      let text = try Made.with {
        $0.entry.header = #"{"alg":"RSA-OAEP-256"}"#
        $0.entry.encryptedKey = Made.encoded([UInt8](repeating: byte, count: 256))
      }
      #expect(refusal(text, with: [.privateKey(rsa)]) == .decryptionFailed)
    }
    for count in [1, 8, 16, 24, 32, 39, 41, 48, 100_000] {
      let text = try Made.with {
        $0.entry.encryptedKey = Made.encoded([UInt8](repeating: 1, count: count))
      }
      #expect(refusal(text) == .decryptionFailed)
    }
  }

  @Test(
    "algorithms are an allow-list: RSA1_5, none and other spellings are refused by name",
    arguments: [
      "RSA1_5", "none", "NONE", "noNE", "", "a256kw", "A256KW ", "A256kw", "HS256", "ECDH-1PU",
      "Dir", "DIR", "RSA-OAEP-224", "A256GCM", "PBES2-HS512+A128KW",
    ])
  func unknownAlgorithm(_ name: String) throws {
    let text = try Made.with { $0.entry.header = #"{"alg":"\#(name)"}"# }
    let keys = [try Made.key, .privateKey(try SlowKeys.rsa.get())]
    let error = refusalError(text, with: keys)
    #expect(error?.code == .unsupported)
    if name == "RSA1_5" { #expect(error?.reason.contains("RSA1_5") == true) }
    #expect(
      refusal(try Made.with { $0.protected = #"{"enc":"\#(name)"}"# })
        == (name == "A256GCM" ? nil : .unsupported))
  }

  @Test("the caller narrows the algorithms")
  func policy() throws {
    let text = try Made().json()
    var policy = JWE.DecryptionPolicy()
    policy.keyManagement = [.a128KW]
    #expect(refusal(text, policy: policy) == .unsupported)
    policy.keyManagement = [.a256KW]
    policy.contentEncryption = [.a128GCM]
    #expect(refusal(text, policy: policy) == .refused)
    policy.contentEncryption = [.a256GCM]
    #expect(Made.opens(text, policy: policy))
  }

  @Test("a thousand messages have a thousand keys and initialization vectors")
  func freshKeys() throws {
    let key = try SymmetricJWK(Made.wrappingKey)
    let recipient = try JWE.Recipient(key)
    var keys: Set<[UInt8]> = []
    var vectors: Set<[UInt8]> = []
    for _ in 0..<1000 {
      let root = try JSONDocument(parsing: JWE.encrypt([1], for: [recipient])).root
      let wrapped = try root["encrypted_key"]?.base64URL("encrypted_key") ?? []
      let contentKey = try AESKeyWrap.unwrap(
        wrapped.span, with: Made.wrappingKey, byteCount: 32)
      keys.insert(contentKey.withBytes { [UInt8](copying: $0) })
      vectors.insert(try root["iv"]?.base64URL("iv") ?? [])
    }
    #expect(keys.count == 1000)
    #expect(vectors.count == 1000)
    #expect(!keys.contains([UInt8](repeating: 0, count: 32)))
  }

  @Test("when the system yields no randomness, nothing is written", arguments: 0..<4)
  func failingRandom(_ successes: Int) throws {
    let recipients = try [
      JWE.Recipient(SymmetricJWK(Made.wrappingKey), algorithm: .a256GCMKW),
      JWE.Recipient(PrivateJWK.generate(.x25519).publicKey),
    ]
    // The content key, a nonce for the first recipient, an epk for the second, the message's nonce.
    let left = Mutex(successes)
    var options = JWE.EncryptionOptions()
    options.random = RandomSource { (span: inout MutableSpan<UInt8>) throws(PrimitiveError) in
      let isLeft = left.withLock { count in
        count -= 1
        return count >= 0
      }
      guard isLeft else { throw PrimitiveError(.randomUnavailable, "none left") }
      try RandomSource.system.fill(&span)
    }
    let shown = Shown()
    #expect(
      failure {
        try JWE.encrypt(
          from: BytesInMemory([1]), into: shown, for: recipients, options: options)
      } == .internalFailure)
    #expect(shown.bytes.isEmpty)
  }

  @Test(
    "p2c is an integer from 1,000 to 1,200,000, checked before any work",
    arguments: [
      ("2147483647", JOSEError.Code.refused), ("-1", .refused), ("1000000000", .refused),
      ("999", .refused), ("0", .refused), ("1200001", .refused), ("\"600000\"", .malformed),
      ("1000.0", .malformed), ("1e4", .malformed), ("99999999999999999999", .malformed),
      ("null", .malformed), ("true", .malformed), ("[1000]", .malformed),
    ])
  func iterations(_ value: String, _ code: JOSEError.Code) throws {
    let text = try Made.with {
      $0.entry.header = #"{"alg":"PBES2-HS512+A256KW","p2s":"AAAAAAAAAAA","p2c":\#(value)}"#
    }
    let passphrase = JWE.DecryptionKey.passphrase(SecretBytes(copying: [UInt8(1)].span))
    let time = ContinuousClock().measure { #expect(refusal(text, with: [passphrase]) == code) }
    #expect(time < .seconds(5))
    // One may also stand beside a key that opens.
    let both = try Made.with {
      $0.entries = [
        Made.Entry(
          header: #"{"alg":"PBES2-HS512+A256KW","p2s":"AAAAAAAAAAA","p2c":\#(value)}"#),
        Made.Entry(),
      ]
    }
    #expect(refusal(both, with: [passphrase, try Made.key]) == code)
  }

  @Test("two passphrase recipients are refused, when reading and when writing")
  func twoPassphrases() throws {
    let entry = Made.Entry(
      header: #"{"alg":"PBES2-HS256+A128KW","p2s":"AAAAAAAAAAA","p2c":1000}"#)
    let keys = [
      JWE.DecryptionKey.passphrase(SecretBytes(copying: [UInt8(1)].span)), try Made.key,
    ]
    let one = try Made.with { $0.entries = [entry, Made.Entry()] }
    #expect(refusal(one, with: keys) == nil)
    let two = try Made.with { $0.entries = [entry, entry, Made.Entry()] }
    #expect(refusal(two, with: keys) == .refused)
    let secret = SecretBytes(copying: [UInt8(1)].span)
    let recipient = try JWE.Recipient(passphrase: secret, iterations: 1000)
    #expect(failure { try JWE.encrypt([1], for: [recipient, recipient]) } == .refused)
    let other = try JWE.Recipient(SymmetricJWK(Made.wrappingKey))
    #expect(failure { try JWE.encrypt([1], for: [other, recipient]) } == .refused)
    for count in [999, 1_200_001, -1] {
      #expect(failure { try JWE.Recipient(passphrase: secret, iterations: count) } == .refused)
    }
  }
}
