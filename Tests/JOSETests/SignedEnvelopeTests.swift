import JOSE
import Primitives
import Testing

/// Who sealed it: envelopes that are signed, and what a reader learns.
@Suite struct SignedEnvelopeTests {
  @Test("each recipient learns who signed, when, and for whom")
  func learns() throws {
    let sample = try SignedSample()
    for reader in [sample.bob, sample.carol] {
      let opened = try sample.open(as: reader)
      #expect(opened.plaintext == SignedSample.plaintext)
      guard case .signed(let signature) = opened.authorship else {
        Issue.record("\(opened.authorship)")
        continue
      }
      #expect(signature.signer.isSameKey(as: sample.alice.publicKey))
      #expect(try signature.signerThumbprintURI == sample.alice.publicKey.thumbprintURI())
      #expect(signature.issuedAt == SignedSample.time)
      #expect(signature.algorithm == .edDSA)
      let names = try [sample.bob, sample.carol].map { try $0.publicKey.thumbprintURI() }
      #expect(signature.audience == names.sorted())
    }
  }

  @Test(
    "under every cipher, by every kind of signing key",
    arguments: [
      (PrivateJWK.Kind.ed25519, ContentEncryptionAlgorithm.a256GCM), (.ed448, .a128GCM),
      (.p256, .a128CBCHS256), (.p384, .a192CBCHS384), (.p521, .a256CBCHS512), (.ed25519, .xc20P),
      (.p256, .a192GCM),
    ])
  func kinds(_ kind: PrivateJWK.Kind, _ encryption: ContentEncryptionAlgorithm) throws {
    #expect(try SignedSample(alice: .generate(kind), encryption).holds())
  }

  @Test("an RSA key signs with PS256")
  func rsa() throws {
    let sample = try SignedSample(alice: SlowKeys.rsa.get())
    guard case .signed(let signature) = try sample.open().authorship else {
      return #expect(Bool(false))
    }
    #expect(signature.algorithm == .ps256)
  }

  @Test("flattened for one, general for more, with hidden recipients and data beside, of any size")
  func forms() throws {
    let bob = try PrivateJWK.generate(.x25519)
    let signer = try PrivateJWK.generate(.ed25519)
    let recipient = try JWE.Recipient(bob.publicKey)
    let direct = try JWE.Recipient(bob.publicKey, algorithm: .ecdhES)
    let sets = [
      [recipient], [recipient.hidden], [direct], [recipient, recipient.hidden],
      try [JWE.Recipient(PrivateJWK.generate(.x25519).publicKey).hidden, recipient.hidden],
    ]
    var policy = JWE.DecryptionPolicy()
    policy.signature = JWE.SignaturePolicy { _ in signer.publicKey }
    for (recipients, byteCount) in zip(sets, [0, 1, 98_303, 98_304, 1_000_000]) {
      var options = JWE.EncryptionOptions()
      options.signer = try JWS.Signer(signer)
      options.additionalData = Array("readable".utf8)
      let plaintext = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0) }
      let sealed = try JWE.encrypt(plaintext, for: recipients, options: options)
      let opened = try JWE.decrypt(sealed, with: [.privateKey(bob)], policy: policy)
      #expect(opened.plaintext == plaintext)
      guard case .signed(let signature) = opened.authorship else {
        Issue.record("\(opened.authorship)")
        continue
      }
      #expect(signature.audience.count == Set(signature.audience).count)
    }
  }

  @Test("of many keys at hand the recipient's opens it, and is looked for in the audience")
  func manyKeys() throws {
    let sample = try SignedSample()
    let others = try (0..<3).map { _ in JWE.DecryptionKey.privateKey(try .generate(.x25519)) }
    let keys = others + [.privateKey(sample.carol), .privateKey(sample.bob)]
    let opened = try JWE.decrypt(sample.text, with: keys, policy: sample.policy)
    guard case .signed = opened.authorship else { return #expect(Bool(false)) }
    #expect(failure { try JWE.decrypt(sample.text, with: others) } == .decryptionFailed)
  }

  @Test("for ten thousand recipients the signature stays within its bound")
  func manyRecipients() throws {
    let bob = try PrivateJWK.generate(.x25519)
    let keys = try (1..<10_000).map { _ in try PrivateJWK.generate(.x25519).publicKey }
    var options = JWE.EncryptionOptions()
    options.signer = try JWS.Signer(PrivateJWK.generate(.ed25519))
    let recipients = try (keys + [bob.publicKey]).map { try JWE.Recipient($0) }
    let sealed = try JWE.encrypt([1, 2], for: recipients, options: options)
    let opened = try JWE.decrypt(sealed, with: [.privateKey(bob)])
    #expect(opened.plaintext == [1, 2])
    guard case .signedByUnknownKey = opened.authorship else { return #expect(Bool(false)) }
  }

  @Test("after a ciphertext so large that it is looked for from the end")
  func large() throws {
    let bob = try PrivateJWK.generate(.x25519)
    let signer = try PrivateJWK.generate(.ed25519)
    var options = JWE.EncryptionOptions()
    options.signer = try JWS.Signer(signer)
    let plaintext = [UInt8](repeating: 0x5A, count: 20 << 20)
    let sealed = try JWE.encrypt(
      plaintext, for: [JWE.Recipient(bob.publicKey)], options: options)
    var policy = JWE.DecryptionPolicy()
    policy.signature = JWE.SignaturePolicy { _ in signer.publicKey }
    let opened = try JWE.decrypt(sealed, with: [.privateKey(bob)], policy: policy)
    #expect(opened.plaintext == plaintext)
    guard case .signed = opened.authorship else { return #expect(Bool(false)) }
  }

  @Test("the verifying pass says who signed, and the emitting one shows the same content")
  func twoPasses() throws {
    let sample = try SignedSample()
    let envelope = try JWE.Envelope(BytesInMemory(sample.text), policy: sample.policy)
    #expect(envelope.isSigned)
    let verified = try envelope.unlock(with: [.privateKey(sample.carol)]).verify()
    guard case .signed = verified.opening.authorship else { return #expect(Bool(false)) }
    let shown = Shown()
    try verified.emit(into: shown)
    #expect(shown.bytes == SignedSample.plaintext)
  }

  @Test("a signer who is not known is named, vouches for nothing, and can be refused")
  func unknown() throws {
    let sample = try SignedSample()
    let name = try sample.alice.publicKey.thumbprintURI()
    let opened = try sample.open { $0.signerKey = { _ in nil } }
    guard case .signedByUnknownKey(name) = opened.authorship else {
      return #expect(Bool(false))
    }
    let code = sample.refused {
      $0.signerKey = { _ in nil }
      $0.isRequired = true
    }
    #expect(code == .verificationFailed)
    #expect(sample.refused { $0.isRequired = true } == nil)
  }

  @Test("a look-up that fails is an error, and one that finds another key too")
  func lookUp() throws {
    struct Problem: Error {}
    let sample = try SignedSample()
    #expect(sample.refused { $0.signerKey = { _ in throw Problem() } } == .inputOutput)
    let other = try PrivateJWK.generate(.ed25519).publicKey
    #expect(sample.refused { $0.signerKey = { _ in other } } == .unsuitableKey)
  }

  @Test("an envelope that nobody signed says so, and can be refused")
  func unsigned() throws {
    let sealed = try HandMadeEnvelope().json()
    guard case .unsigned = try JWE.decrypt(sealed, with: [HandMadeEnvelope.key]).authorship
    else { return #expect(Bool(false)) }
    var policy = JWE.DecryptionPolicy()
    policy.signature.isRequired = true
    #expect(refusal(sealed, policy: policy) == .verificationFailed)
  }

  @Test("who signed shows to the recipients alone")
  func hidden() throws {
    let sample = try SignedSample()
    let shown = String(decoding: sample.text, as: UTF8.self)
    #expect(try !shown.contains(sample.alice.publicKey.thumbprintText()))
    #expect(try sample.token().count > 0)
  }

  @Test("what a signature cannot cover, or could not be read with it, is refused")
  func refusedToSign() throws {
    let key = try PrivateJWK.generate(.x25519).publicKey
    let recipient = try JWE.Recipient(key)
    func refused(
      _ recipients: [JWE.Recipient], _ change: (inout JWE.EncryptionOptions) throws -> Void
    ) -> JOSEError.Code? {
      failure {
        var options = JWE.EncryptionOptions()
        options.signer = try JWS.Signer(PrivateJWK.generate(.ed25519))
        try change(&options)
        return try JWE.encrypt([1], for: recipients, options: options)
      }
    }
    #expect(refused([recipient]) { _ in } == nil)
    #expect(refused([recipient]) { $0.serialization = .compact } == .refused)
    #expect(refused([recipient]) { $0.isCommitting = false } == .refused)
    #expect(refused([recipient]) { $0.type = "letter" } == .refused)
    #expect(refused([recipient]) { ($0.type, $0.signer) = ("Application/Signed", nil) } == .refused)
    // No thumbprint of a symmetric key is ever published.
    let shared = try SymmetricJWK(HandMadeEnvelope.wrappingKey)
    #expect(refused([try JWE.Recipient(shared)]) { _ in } == .refused)
    #expect(refused([recipient, try JWE.Recipient(shared)]) { _ in } == .refused)
    #expect(refused([try JWE.Recipient(passphrase: SecretBytes("secret"))]) { _ in } == .refused)
    // A key that the reader has too does not tell who signed.
    #expect(
      refused([recipient]) { $0.signer = try JWS.Signer(shared, algorithm: .hs256) }
        == .unsuitableKey)
    let rsa = try SlowKeys.rsa.get()
    #expect(
      refused([recipient]) { $0.signer = try JWS.Signer(rsa, algorithm: .rs256) }
        == .unsuitableKey)
    #expect(refused([recipient]) { $0.signer = try JWS.Signer(rsa, algorithm: .ps256) } == nil)
  }
}
