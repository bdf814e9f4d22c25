import JOSE
import Testing

// Encrypting anew, for others.
extension RecipientChangeTests {
  private func reencrypted(
    _ text: [UInt8], as key: JWE.DecryptionKey? = nil,
    _ change: (inout JWE.EncryptionOptions) -> Void = { _ in }
  ) throws -> [UInt8] {
    let envelope = try JWE.Envelope(BytesInMemory(text))
    let gathered = BytesGathered()
    var options = try envelope.encryptionOptions()
    change(&options)
    _ = try envelope.unlock(with: [key ?? .privateKey(bob)]).reencrypt(
      for: [JWE.Recipient(carol.publicKey)], into: gathered, options: options)
    try gathered.commit()
    return try #require(gathered.committed)
  }

  @Test(
    "whoever is left out reads no more, whoever stays reads the same",
    arguments: ContentEncryptionAlgorithm.allCases)
  func removing(_ encryption: ContentEncryptionAlgorithm) throws {
    for byteCount in [0, 1, 98_303, 98_304, 98_305, 500_000] {
      let plaintext = plaintext.prefix(byteCount) + plaintext.prefix(max(0, byteCount - 200_000))
      var options = JWE.EncryptionOptions()
      options.contentEncryption = encryption
      options.contentType = "text/plain"
      options.additionalData = [7]
      let recipients = try [bob, carol].map { try JWE.Recipient($0.publicKey) }
      let old = try JWE.encrypt(Array(plaintext), for: recipients, options: options)
      let new = try reencrypted(old)
      let opened = try JWE.decrypt(new, with: [.privateKey(carol)])
      #expect(opened.plaintext == Array(plaintext))
      #expect(opened.additionalData == [7])
      #expect(try JWE.Envelope(BytesInMemory(new)).contentType == "text/plain")
      #expect(refusal(new, with: [.privateKey(bob)]) == .noMatchingKey)
      #expect(try member("commitment", of: new) != member("commitment", of: old))
      #expect(try member("iv", of: new) != member("iv", of: old))
    }
  }

  @Test("compact and foreign envelopes, and those for one by their nature, come to have others")
  func foreignAnew() throws {
    #expect(try opens(reencrypted(sealed { $0.serialization = .compact }), as: carol))
    #expect(try opens(reencrypted(sealed { $0.placement = .allProtected }), as: carol))
    let passphrase = SecretBytes("secret")
    let secret = try JWE.encrypt(
      plaintext, for: [JWE.Recipient(passphrase: passphrase, iterations: 1000)])
    #expect(try opens(reencrypted(secret, as: .passphrase(passphrase)), as: carol))
  }

  @Test("nothing opens of a message that was changed, and no end of it is written")
  func changedAnew() throws {
    var old = try sealed { $0.contentEncryption = .a256CBCHS512 }
    let index = try #require(old.lastIndex(of: UInt8(ascii: "\"")))
    // Another letter of the tag, and never one that base64url does not have.
    old[index - 20] = old[index - 20] == 0x41 ? 0x42 : 0x41
    let shown = Shown()
    let options = try JWE.Envelope(BytesInMemory(old)).encryptionOptions()
    let recipients = [try JWE.Recipient(carol.publicKey)]
    let code = failure {
      try unlocked(old).reencrypt(for: recipients, into: shown, options: options)
    }
    #expect(code == .decryptionFailed)
    #expect(refusal(shown.bytes, with: [.privateKey(carol)]) == .malformed)
  }

  @Test("a signature is checked, not kept, and another can be made in its place")
  func signedAnew() throws {
    let sample = try SignedSample()
    let envelope = try JWE.Envelope(BytesInMemory(sample.text), policy: sample.policy)
    let dave = try PrivateJWK.generate(.ed25519)
    for signer in [nil, try JWS.Signer(dave)] {
      var options = try envelope.encryptionOptions()
      options.signer = signer
      let gathered = BytesGathered()
      let opening = try envelope.unlock(with: [.privateKey(sample.bob)]).reencrypt(
        for: [JWE.Recipient(carol.publicKey)], into: gathered, options: options)
      guard case .signed = opening.authorship else { return #expect(Bool(false)) }
      try gathered.commit()
      var policy = JWE.DecryptionPolicy()
      policy.signature = JWE.SignaturePolicy { _ in dave.publicKey }
      let opened = try JWE.decrypt(
        #require(gathered.committed), with: [.privateKey(carol)], policy: policy)
      #expect(opened.plaintext == SignedSample.plaintext)
      switch opened.authorship {
      case .unsigned: #expect(signer == nil)
      case .signed(let signature): #expect(signature.signer.isSameKey(as: dave.publicKey))
      case .signedByUnknownKey: Issue.record("unknown")
      }
    }
    // What an insider put there is not passed on under a new signature.
    var changed = sample
    try changed.reseal([1])
    let forged = try JWE.Envelope(BytesInMemory(changed.text), policy: sample.policy)
    let code = failure {
      var options = try forged.encryptionOptions()
      options.signer = try JWS.Signer(dave)
      return try forged.unlock(with: [.privateKey(sample.bob)]).reencrypt(
        for: [JWE.Recipient(carol.publicKey)], into: Shown(), options: options)
    }
    #expect(code == .verificationFailed)
  }

  @Test("a compressed message is not encrypted anew")
  func compressed() throws {
    var policy = JWE.DecryptionPolicy()
    policy.compression = .allowed(maximumByteCount: 1000)
    let text = try Made.with { $0.protected = #"{"enc":"A256GCM","zip":"DEF"}"# }
    let unlocked = try JWE.Envelope(BytesInMemory(text), policy: policy).unlock(with: [Made.key])
    let code = failure {
      try unlocked.reencrypt(
        for: [JWE.Recipient(carol.publicKey)], into: Shown(), options: JWE.EncryptionOptions())
    }
    #expect(code == .unsupported)
  }
}
