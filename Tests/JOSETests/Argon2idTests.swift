import JOSE
import Primitives
import Testing

/// Messages whose key Argon2id makes of a passphrase.
@Suite struct Argon2idTests {
  typealias Made = HandMadeEnvelope

  private static let passphrase = SecretBytes("correct horse")
  private static let keys = [JWE.DecryptionKey.passphrase(passphrase)]
  private static let parameters = Result { try JWE.Argon2idParameters(memory: 8192, passes: 1) }
  private static let member = #"{"m":8192,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#

  private static func recipient() throws -> JWE.Recipient {
    JWE.Recipient(passphrase: passphrase, argon2id: try parameters.get())
  }

  private static func contentKey(
    _ passphrase: SecretBytes = passphrase, byteCount: Int = 32
  ) throws -> SecretBytes {
    let salt = Array(UInt8(0)...15)
    return try Argon2id(passCount: 1, memoryByteCount: 8 << 20)
      .key(for: passphrase, salt: salt.span, byteCount: byteCount)
  }

  private static func commitment(_ key: SecretBytes) throws -> String {
    let info = Array("valise commitment v1|A256GCM".utf8)
    return Made.encoded(
      try KeyDerivation.hkdf(
        .sha256, inputKey: key, salt: [UInt8]().span, info: info.span, byteCount: 32
      ).copy)
  }

  /// An envelope that opens, after `change`.
  private static func made(
    _ member: String = member, _ change: (inout Made) -> Void = { _ in }
  ) throws -> [UInt8] {
    let contentKey = try contentKey()
    let commitment = try commitment(contentKey)
    return try Made.with {
      $0.protected = #"{"enc":"A256GCM","argon2id":\#(member)}"#
      $0.entry = Made.Entry(header: #"{"alg":"dir"}"#, encryptedKey: nil)
      $0.contentKey = contentKey
      $0.commitment = commitment
      change(&$0)
    }
  }

  @Test("a passphrase opens what it sealed", arguments: ContentEncryptionAlgorithm.allCases)
  func roundTrip(_ encryption: ContentEncryptionAlgorithm) throws {
    var options = JWE.EncryptionOptions()
    options.contentEncryption = encryption
    let sealed = try JWE.encrypt(Made.plaintext, for: [Self.recipient()], options: options)
    let opened = try JWE.decrypt(sealed, with: Self.keys)
    #expect(opened.plaintext == Made.plaintext)
    #expect(opened.consistency == .proven)
    #expect(opened.outcomes == [.opened])
  }

  @Test("the parameters stand in the protected header, and the salt is fresh each time")
  func written() throws {
    let heads = try (0..<2).map { _ in
      let sealed = try JWE.encrypt([1], for: [Self.recipient()])
      let root = try JSONDocument(parsing: sealed).root
      #expect(root["header"]?.source == Array(#"{"alg":"dir"}"#.utf8))
      #expect(root["encrypted_key"] == nil)
      let envelope = try JWE.Envelope(BytesInMemory(sealed))
      #expect(envelope.hasCommitment)
      #expect(envelope.recipients.map(\.means) == [.passphrase])
      return try text(bytes(base64URL: #require(root["protected"]?.string)))
    }
    let pattern = #/\{"enc":"A256GCM","argon2id":\{"m":8192,"t":1,"p":1,"s":"[\w-]{22}"\}\}/#
    for head in heads { #expect(head.wholeMatch(of: pattern) != nil) }
    #expect(heads[0] != heads[1])
  }

  @Test("whoever made the key with another tool opens it as a plain dir message")
  func symmetric() throws {
    let key = JWE.DecryptionKey.symmetric(try SymmetricJWK(Self.contentKey()))
    #expect(try JWE.decrypt(Self.made(), with: [key]).plaintext == Made.plaintext)
    #expect(try JWE.decrypt(Self.made(), with: Self.keys).plaintext == Made.plaintext)
  }

  @Test(
    "a wrong passphrase fails as any wrong key does, a passphrase for plain dir matches nothing")
  func wrongPassphrase() throws {
    let wrong = [JWE.DecryptionKey.passphrase(SecretBytes("battery staple"))]
    let ours = refusalError(try Self.made(), with: wrong)
    #expect(ours?.code == .decryptionFailed)
    let iterated = try JWE.encrypt(
      [1], for: [JWE.Recipient(passphrase: Self.passphrase, iterations: 1000)])
    #expect(ours?.reason == refusalError(iterated, with: wrong)?.reason)
    let plain = try Self.made { $0.protected = #"{"enc":"A256GCM"}"# }
    #expect(refusal(plain, with: Self.keys) == .noMatchingKey)
  }

  @Test(
    "a parameter that is out of range or not as it is written is refused before any work",
    arguments: [
      (#"{"m":8191,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, JOSEError.Code.refused),
      (#"{"m":1048577,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .refused),
      (#"{"m":1048576,"t":5,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .refused),
      (#"{"m":-65536,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .refused),
      (#"{"m":9223372036854775807,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .refused),
      (#"{"m":9223372036854775808,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .malformed),
      (#"{"m":8192,"t":0,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .refused),
      (#"{"m":8192,"t":17,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .refused),
      (#"{"m":8192,"t":-1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .refused),
      (#"{"m":8192,"t":1,"p":4,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .unsupported),
      (#"{"m":8192,"t":1,"p":0,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .unsupported),
      (#"{"m":8192.0,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .malformed),
      (#"{"m":8192,"t":1e0,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .malformed),
      (#"{"m":"8192","t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .malformed),
      (#"{"m":8192,"t":null,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .malformed),
      (#"{"m":8192,"t":1,"p":true,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .malformed),
      (#"{"m":8192,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0O"}"#, .malformed),
      (#"{"m":8192,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODxA"}"#, .malformed),
      (#"{"m":8192,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODx"}"#, .malformed),
      (#"{"m":8192,"t":1,"p":1,"s":[0]}"#, .malformed),
      (#"{"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .malformed),
      (#"{"m":8192,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .malformed),
      (#"{"m":8192,"t":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .malformed),
      (#"{"m":8192,"t":1,"p":1}"#, .malformed),
      (#"{"m":8192,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw","v":19}"#, .malformed),
      (#"{"m":8192,"t":1,"v":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .malformed),
      (#"{"m":8192,"m":8192,"t":1,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#, .malformed),
      ("{}", .malformed), ("[]", .malformed), ("1", .malformed), ("null", .malformed),
      (#""argon2id""#, .malformed),
    ])
  func parameters(_ member: String, _ code: JOSEError.Code) throws {
    #expect(refusal(try Self.made(member), with: Self.keys) == code)
  }

  @Test("a reader's own bounds go before the defaults")
  func policy() throws {
    let text = try Self.made()
    var policy = JWE.DecryptionPolicy()
    #expect(refusal(text, with: Self.keys, policy: policy) == nil)
    policy.maximumArgon2idWork = 8191
    #expect(refusal(text, with: Self.keys, policy: policy) == .refused)
    policy = JWE.DecryptionPolicy()
    policy.argon2idMemory = 9000...10_000
    #expect(refusal(text, with: Self.keys, policy: policy) == .refused)
  }

  @Test("a cost that readers refuse is not written")
  func writing() {
    for (memory, passes) in [(8191, 1), (1 << 21, 1), (8192, 0), (8192, 17), (1 << 20, 5)] {
      #expect(
        failure { try JWE.Argon2idParameters(memory: memory, passes: passes) } == .refused)
    }
    #expect(failure { try JWE.Argon2idParameters(memory: 1 << 20, passes: 4) } == nil)
    #expect(JWE.Argon2idParameters.standard.memory == 65536)
  }

  @Test("a parameter that was changed afterwards does not open")
  func changedParameter() throws {
    // Sealed under the key of one salt, the other one written: the commitment tells.
    let other = #"{"m":8192,"t":1,"p":1,"s":"AQECAwQFBgcICQoLDA0ODw"}"#
    #expect(refusal(try Self.made(other), with: Self.keys) == .decryptionFailed)
    // The same parameters in another order: the same key, and other authenticated bytes.
    let reordered = #"{"t":1,"m":8192,"p":1,"s":"AAECAwQFBgcICQoLDA0ODw"}"#
    #expect(refusal(try Self.made(reordered), with: Self.keys) == nil)
    let swapped = try Self.made {
      $0.edit = { members in
        let header = #"{"enc":"A256GCM","argon2id":\#(reordered)}"#
        members[0].value = "\"\(Made.encoded(header))\""
      }
    }
    #expect(refusal(swapped, with: Self.keys) == .decryptionFailed)
  }

  @Test("without the commitment it is not read, and not written")
  func commitment() throws {
    #expect(refusal(try Self.made { $0.commitment = nil }, with: Self.keys) == .malformed)
    let wrong = Made.encoded([UInt8](repeating: 1, count: 32))
    #expect(refusal(try Self.made { $0.commitment = wrong }, with: Self.keys) == .decryptionFailed)
    var options = JWE.EncryptionOptions()
    options.isCommitting = false
    #expect(
      failure { try JWE.encrypt([1], for: [Self.recipient()], options: options) } == .refused)
    options = JWE.EncryptionOptions()
    options.serialization = .compact
    #expect(
      failure { try JWE.encrypt([1], for: [Self.recipient()], options: options) } == .refused)
  }

  @Test("the parameters are protected, and the recipient is the only one")
  func structure() throws {
    for header in [#"{"alg":"dir","argon2id":\#(Self.member)}"#, #"{"alg":"dir"}"#] {
      let isOwn = header.contains("argon2id")
      let text = try Self.made {
        $0.protected = #"{"enc":"A256GCM"}"#
        $0.unprotected = isOwn ? nil : #"{"argon2id":\#(Self.member)}"#
        $0.entry.header = header
      }
      #expect(refusal(text, with: Self.keys) == .malformed)
    }
    let direct = Made.Entry(header: #"{"alg":"dir"}"#, encryptedKey: nil)
    #expect(refusal(try Self.made { $0.entries = [direct] }, with: Self.keys) == nil)
    for entries in [[direct, direct], [direct, Made.Entry()]] {
      #expect(refusal(try Self.made { $0.entries = entries }, with: Self.keys) == .malformed)
    }
    let withKey = try Self.made { $0.entry.encryptedKey = "AAAA" }
    #expect(refusal(withKey, with: Self.keys) == .malformed)
    let recipient = try Self.recipient()
    #expect(failure { try JWE.encrypt([1], for: [recipient, recipient]) } == .refused)
    let other = try JWE.Recipient(SymmetricJWK(Made.wrappingKey))
    #expect(failure { try JWE.encrypt([1], for: [other, recipient]) } == .refused)
  }

  @Test("one ciphertext that holds under two passphrases opens under the committed one alone")
  func partitioning() throws {
    let passphrases = (Self.passphrase, SecretBytes("battery staple"))
    let keys = (try Self.contentKey(passphrases.0), try Self.contentKey(passphrases.1))
    func collided(_ protected: String, commitment: String?) throws -> [UInt8] {
      let collision = try GCMCollision(
        keys, nonce: [UInt8](repeating: 9, count: 12),
        additionalData: Array(Made.encoded(protected).utf8))
      return try Self.made {
        $0.protected = protected
        $0.commitment = commitment
        $0.edit = { members in
          members[members.count - 2].value = "\"\(Made.encoded(collision.ciphertext))\""
          members[members.count - 1].value = "\"\(Made.encoded(collision.tag))\""
        }
      }
    }
    func isOpened(_ text: [UInt8], by passphrase: SecretBytes) -> Bool {
      refusal(text, with: [.passphrase(passphrase)]) == nil
    }

    // The attack is one: under plain `dir` both keys open it.
    let plain = try collided(#"{"enc":"A256GCM"}"#, commitment: nil)
    for key in [keys.0, keys.1] {
      #expect(refusal(plain, with: [.symmetric(try SymmetricJWK(key))]) == nil)
    }
    let header = #"{"enc":"A256GCM","argon2id":\#(Self.member)}"#
    let committed = try collided(header, commitment: Self.commitment(keys.0))
    #expect(isOpened(committed, by: passphrases.0))
    #expect(!isOpened(committed, by: passphrases.1))
    let stripped = try collided(header, commitment: nil)
    #expect(!isOpened(stripped, by: passphrases.0))
    #expect(!isOpened(stripped, by: passphrases.1))
  }
}
