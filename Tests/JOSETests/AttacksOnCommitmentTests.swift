import JOSE
import Primitives
import Testing

/// Envelopes that show two readers two texts.
@Suite struct AttacksOnCommitmentTests {
  typealias Made = HandMadeEnvelope

  private static let otherKey = SecretBytes(copying: [UInt8](repeating: 0x51, count: 32).span)

  private func commitment(_ key: SecretBytes, _ encryption: String = "A256GCM") throws -> String {
    let info = Array("valise commitment v1|\(encryption)".utf8)
    let derived = try KeyDerivation.hkdf(
      .sha256, inputKey: key, salt: [UInt8]().span, info: info.span, byteCount: 32)
    return Made.encoded(derived.withBytes { [UInt8](copying: $0) })
  }

  /// The first recipient's key is the one that the content is sealed under.
  private func made(_ commitment: String?) throws -> [UInt8] {
    try Made.with {
      $0.commitment = commitment
      $0.entries = [
        Made.Entry(header: #"{"alg":"A256KW","kid":"a"}"#),
        Made.Entry(
          header: #"{"alg":"A256KW","kid":"b"}"#, encryptedKey: Made.wrapped(Self.otherKey)),
      ]
    }
  }

  private func key(_ name: String) throws -> [JWE.DecryptionKey] {
    [.symmetric(try SymmetricJWK(Made.wrappingKey, KeyMetadata(keyID: name)))]
  }

  @Test("of two keys in one envelope, only the committed one gets to the content")
  func onlyCommitted() throws {
    let text = try made(commitment(Made.contentKey))
    let opened = try JWE.decrypt(text, with: key("a"))
    #expect(opened.consistency == .proven)
    #expect(opened.outcomes == [.opened, .notTried])
    // The reader who is named second goes on to the one that holds, and says which failed.
    #expect(try JWE.decrypt(text, with: key("b")).outcomes == [.opened, .failed])
    // Committed to the other key, whose content does not open: neither reads the first's text.
    let other = try made(commitment(Self.otherKey))
    #expect(refusal(other, with: try key("a")) == .decryptionFailed)
    #expect(refusal(other, with: try key("b")) == .decryptionFailed)
    // To neither: refused before the content, by an envelope that is never read.
    let neither = try made(commitment(Made.wrappingKey))
    let envelope = try JWE.Envelope(BytesInMemory(neither))
    #expect(failure { try envelope.unlock(with: key("a")) } == .decryptionFailed)
    #expect(failure { try envelope.unlock(with: key("b")) } == .decryptionFailed)
  }

  @Test("the commitment is bound to the cipher's name, and has 32 bytes")
  func bound() throws {
    let text = try Made.with { $0.commitment = (try? commitment(Made.contentKey)) ?? "" }
    #expect(Made.opens(text))
    let bent = try commitment(Made.contentKey, "A128GCM")
    #expect(refusal(try Made.with { $0.commitment = bent }) == .decryptionFailed)
    for count in [1, 16, 31, 33, 64] {
      let short = Made.encoded([UInt8](repeating: 1, count: count))
      #expect(refusal(try Made.with { $0.commitment = short }) == .malformed)
    }
    for value in ["null", "1", "[]", "{}"] {
      let text = try Made.with { $0.edit = { $0.append(("commitment", value)) } }
      #expect(refusal(text) == .malformed)
    }
  }

  @Test("without a commitment consistency is unproven, and can be demanded")
  func unproven() throws {
    let text = try made(nil)
    #expect(try JWE.decrypt(text, with: key("a")).consistency == .unproven)
    var policy = JWE.DecryptionPolicy()
    policy.requiredCommitment = .severalRecipients
    #expect(refusal(text, with: try key("a"), policy: policy) == .refused)
    #expect(
      refusal(try made(commitment(Made.contentKey)), with: try key("a"), policy: policy)
        == nil)
    // One recipient has nobody to differ from.
    #expect(try JWE.decrypt(Made().json(), with: [Made.key]).consistency == .notNeeded)
    #expect(Made.opens(try Made().json(), policy: policy))
  }

  @Test("what we write to several is committed, also for direct keys; compact cannot be")
  func written() throws {
    let recipient = try JWE.Recipient(SymmetricJWK(Made.wrappingKey))
    let two = try JWE.encrypt([1], for: [recipient, recipient])
    #expect(try JWE.Envelope(BytesInMemory(two)).hasCommitment)
    var options = JWE.EncryptionOptions()
    options.isCommitting = false
    let bare = try JWE.encrypt([1], for: [recipient, recipient], options: options)
    #expect(try !JWE.Envelope(BytesInMemory(bare)).hasCommitment)
  }

  @Test("of several direct keys the one that opens is found, with a commitment and without")
  func directKeys() throws {
    let keys = try (1...3).map { byte in
      JWE.DecryptionKey.symmetric(
        try SymmetricJWK(SecretBytes(copying: [UInt8](repeating: byte, count: 32).span)))
    }
    for isCommitting in [true, false] {
      var options = JWE.EncryptionOptions()
      options.isCommitting = isCommitting
      for byte in 1...3 as ClosedRange<UInt8> {
        let key = try SymmetricJWK(
          SecretBytes(copying: [UInt8](repeating: byte, count: 32).span))
        let sealed = try JWE.encrypt(
          [byte], for: [JWE.Recipient(key, algorithm: .direct)], options: options)
        #expect(try JWE.decrypt(sealed, with: keys).plaintext == [byte])
      }
    }
  }

  /// An attacker's envelope is worth something only if it works: first it must.
  @Test("two keys open one ciphertext to two texts without a commitment, and never with one")
  func twoFaces() throws {
    for made in [try TwoFacedEnvelope.gcm(), try #require(try TwoFacedEnvelope.cbc())] {
      let bare = try made.json(committedTo: nil)
      var demanding = JWE.DecryptionPolicy()
      demanding.requiredCommitment = .severalRecipients
      for reader in 0..<2 {
        #expect(try TwoFacedEnvelope.opened(bare, as: reader).consistency == .unproven)
        #expect(
          failure { try TwoFacedEnvelope.opened(bare, as: reader, policy: demanding) } == .refused)
        let seen = try #require(TwoFacedEnvelope.read(bare, as: reader))
        #expect(seen.contains(TwoFacedEnvelope.texts[reader]))
        #expect(!seen.contains(TwoFacedEnvelope.texts[1 - reader]))
      }
      for committed in 0..<2 {
        let text = try made.json(committedTo: committed)
        let seen = try #require(TwoFacedEnvelope.read(text, as: committed))
        #expect(seen.contains(TwoFacedEnvelope.texts[committed]))
        #expect(TwoFacedEnvelope.read(text, as: 1 - committed) == nil)
      }
    }
  }
}
