import Foundation
import JOSE
import Primitives
import Testing

/// Whoever can read an envelope knows its content key, and tries to have it say something else.
@Suite struct AttacksOnAuthorshipTests {
  private let sample: SignedSample

  init() throws { sample = try SignedSample() }

  /// The sample after `change`.
  private func changed(_ change: (inout SignedSample) throws -> Void) throws -> SignedSample {
    var copy = sample
    try change(&copy)
    return copy
  }

  @Test("a stripped signature is noticed, and so is one that typ does not announce")
  func stripped() throws {
    #expect(sample.holds())
    #expect(try changed { $0["signature"] = nil }.refused() == .verificationFailed)
    #expect(try changed { $0["commitment"] = nil }.refused() == .verificationFailed)
    // Without `typ` the tag fails; sealed again by a recipient, the member itself gives it away.
    let bare = base64URL(Array(#"{"enc":"A256GCM"}"#.utf8))
    #expect(try changed { $0["protected"] = bare }.refused() == .malformed)
    let resealed = try changed {
      $0["protected"] = bare
      try $0.reseal()
    }
    #expect(resealed.refused() == .malformed)
    // Without either it is what anybody could have made, and says so.
    let unsigned = try changed {
      $0["protected"] = bare
      $0["signature"] = nil
      try $0.reseal()
    }
    guard case .unsigned = try unsigned.open().authorship else { return #expect(Bool(false)) }
    #expect(unsigned.refused { $0.isRequired = true } == .verificationFailed)
  }

  @Test("typ says signed in any spelling of the media type, and only where it is protected")
  func spelling() throws {
    for type in ["signed", "Signed", "application/signed"] {
      let text = try HandMadeEnvelope.with { $0.protected = #"{"enc":"A256GCM","typ":"\#(type)"}"# }
      #expect(refusal(text) == .verificationFailed)
    }
    #expect(
      HandMadeEnvelope.opens(
        try HandMadeEnvelope.with { $0.protected = #"{"enc":"A256GCM","typ":"signed2"}"# }))
    let unprotected = try HandMadeEnvelope.with { $0.unprotected = #"{"typ":"signed"}"# }
    guard
      case .unsigned = try JWE.decrypt(unprotected, with: [HandMadeEnvelope.key]).authorship
    else { return #expect(Bool(false)) }
    // A foreign `signature` cannot be told from one that lost its `typ`.
    let foreign = try HandMadeEnvelope.with { $0.edit = { $0.append(("signature", "\"AAAA\"")) } }
    #expect(refusal(foreign) == .malformed)
  }

  @Test("the signature of another envelope does not hold, not even of the same text for the same")
  func attached() throws {
    let other = try SignedSample(alice: sample.alice)
    #expect(other.holds())
    let moved = try changed { $0["signature"] = other["signature"] }
    #expect(moved.refused() == .verificationFailed)
    // A recipient of both can encrypt the other's token under this envelope's key.
    let rewrapped = try changed { try $0.wrap(other.token()) }
    #expect(rewrapped.refused() == .verificationFailed)
    #expect(try changed { try $0.wrap(sample.token()) }.holds())
  }

  @Test("sent on to somebody else by a recipient, it was not signed for them")
  func forwarded() throws {
    let eve = try PrivateJWK.generate(.x25519)
    let added = try changed { try $0.add(eve.publicKey) }
    #expect(added.refused(as: eve) == .verificationFailed)
    #expect(added.holds(as: sample.bob))
    let same = try changed { try $0.forward(to: eve.publicKey) }
    #expect(same.refused(as: eve) == .verificationFailed)
    // Under a key of the forwarder's own, whose commitment nobody signed.
    let fresh = SecretBytes(copying: [UInt8](repeating: 0x33, count: 32).span)
    let other = try changed {
      let token = try $0.token()
      try $0.forward(to: sample.bob.publicKey, fresh)
      try $0.wrap(token)
    }
    #expect(other.refused(as: sample.bob) == .verificationFailed)
    // The twin: signed again by Alice for the one it is sent to.
    let meant = try changed {
      try $0.forward(to: eve.publicKey)
      let name = try eve.publicKey.thumbprintURI()
      try $0.sign { $0["aud"] = [name] }
    }
    #expect(meant.holds(as: eve))
  }

  @Test("an insider changes the content under the key that all of them know")
  func insider() throws {
    let changed = try changed { try $0.reseal(Array("meet me at nine".utf8)) }
    #expect(changed.refused() == .verificationFailed)
    #expect(try self.changed { try $0.reseal() }.holds())
    // Neither way of reading shows a byte.
    let envelope = try JWE.Envelope(BytesInMemory(changed.text), policy: changed.policy)
    let gathered = BytesGathered()
    let unlocked = try envelope.unlock(with: [.privateKey(changed.bob)])
    #expect(failure { try unlocked.decrypt(into: gathered) } == .verificationFailed)
    #expect(gathered.committed == nil)
    #expect(failure { try unlocked.verify() } == .verificationFailed)
  }

  @Test("an insider changes the header or the data beside it")
  func insiderOnHeaders() throws {
    let type = base64URL(Array(#"{"enc":"A256GCM","typ":"signed","cty":"jwk+json"}"#.utf8))
    let retyped = try changed {
      $0["protected"] = type
      try $0.reseal()
    }
    #expect(retyped.refused() == .verificationFailed)
    let added = try changed {
      $0["aad"] = base64URL(Array("pay at once".utf8))
      try $0.reseal()
    }
    #expect(added.refused() == .verificationFailed)
  }

  @Test("a co-recipient who is taken out of aud breaks the signature")
  func audience() throws {
    let names = try [sample.carol.publicKey.thumbprintURI()]
    // By a recipient, who has no key to sign with but their own.
    let mallory = try PrivateJWK.generate(.ed25519)
    let forged = try changed { try $0.sign(by: JWS.Signer(mallory)) { $0["aud"] = names } }
    #expect(forged.refused(as: sample.carol) == .verificationFailed)
    // By the signer: it holds for who is left, and Bob learns that it is not for him.
    let narrowed = try changed { try $0.sign { $0["aud"] = names } }
    #expect(narrowed.holds(as: sample.carol))
    #expect(narrowed.refused(as: sample.bob) == .verificationFailed)
    for audience in [[], "", NSNull(), [1], ["bob"]] as [Any] {
      #expect(try changed { try $0.sign { $0["aud"] = audience } }.refused() != nil)
    }
  }

  @Test("a signature from the future is refused beyond the leeway, one from the past is not")
  func clock() throws {
    let time = SignedSample.time
    #expect(sample.refused { $0.now = time - 300 } == nil)
    #expect(sample.refused { $0.now = time - 301 } == .verificationFailed)
    #expect(sample.refused { $0.now = time + 1_000_000_000 } == nil)
    let strict = sample.refused {
      $0.leeway = 0
      $0.now = time - 1
    }
    #expect(strict == .verificationFailed)
    for value in ["soon", NSNull(), -1, 1e300] as [Any] {
      #expect(try changed { try $0.sign { $0["iat"] = value } }.refused() == .malformed)
    }
    #expect(
      try changed { try $0.sign { $0["iat"] = nil } }.refused() == .verificationFailed)
  }

  @Test("whoever signs in another's name is refused")
  func swappedIssuer() throws {
    let mallory = try PrivateJWK.generate(.ed25519)
    let inHerName = try changed { try $0.sign(by: JWS.Signer(mallory)) }
    #expect(inHerName.refused() == .verificationFailed)
    // In their own name, they are who they are.
    let name = try mallory.publicKey.thumbprintURI()
    let inTheirOwn = try changed { try $0.sign(by: JWS.Signer(mallory)) { $0["iss"] = name } }
    guard case .signedByUnknownKey(name) = try inTheirOwn.open().authorship else {
      return #expect(Bool(false))
    }
    let known = try inTheirOwn.open { $0.signerKey = { _ in mallory.publicKey } }
    guard case .signed = known.authorship else { return #expect(Bool(false)) }
    for issuer in ["alice", "", name + "A", "\u{1B}[31m", name.uppercased()] {
      let text = try changed { try $0.sign { $0["iss"] = issuer } }
      #expect(text.refused() == .malformed)
    }
  }

  @Test("algorithms are bound to the key, and none and HMAC are not signatures")
  func algorithms() throws {
    let publicBytes = try KeyText(sample.alice.publicKey).octets("x")
    let key = try SymmetricJWK(SecretBytes(copying: publicBytes.span))
    let hmac = try changed { try $0.sign(by: JWS.Signer(key, algorithm: .hs256)) }
    #expect(hmac.refused() == .verificationFailed)
    let payload = try sample.token().split(separator: UInt8(ascii: "."))[1]
    for alg in ["none", "None", "ES256", "eddsa"] {
      let header = base64URL(Array(#"{"alg":"\#(alg)","typ":"valise-signature+jwt"}"#.utf8))
      let token = Array("\(header).\(text(Array(payload))).".utf8)
      #expect(try changed { try $0.wrap(token) }.refused() == .verificationFailed)
    }
    let named = try changed { try $0.sign(by: JWS.Signer(sample.alice, algorithm: .ed25519)) }
    #expect(named.holds())
    let rsa = try SlowKeys.rsa.get()
    let issuer = try rsa.publicKey.thumbprintURI()
    for (algorithm, code) in [
      (SignatureAlgorithm.rs256, JOSEError.Code.verificationFailed), (.ps256, nil),
    ] {
      let signed = try changed {
        try $0.sign(by: JWS.Signer(rsa, algorithm: algorithm)) { $0["iss"] = issuer }
      }
      #expect(signed.refused { $0.signerKey = { _ in rsa.publicKey } } == code)
    }
  }

  @Test("a key that says it is for encryption signs nothing, whatever it could")
  func use() throws {
    let alice = try PrivateJWK.generate(.p256)
    let sample = try SignedSample(alice: alice)
    #expect(sample.holds())
    let name = try alice.publicKey.thumbprintURI()
    for use in [KeyMetadata.Use.encryption, .signature] {
      var key = alice.publicKey
      key.metadata = KeyMetadata(use: use)
      let known = key
      let code = sample.refused { $0.signerKey = { $0 == name ? known : nil } }
      #expect(code == (use == .encryption ? .verificationFailed : nil))
    }
  }

  @Test("another token of the signer's does not pass for a signature")
  func otherTokens() throws {
    for type in ["JWT", "valise-message+jwt", ""] {
      #expect(try changed { try $0.sign(type: type) }.refused() == .verificationFailed)
    }
    #expect(try changed { try $0.sign(type: "application/valise-signature+jwt") }.holds())
    #expect(try changed { try $0.wrap(sample.token(), contentType: nil) }.refused() == .malformed)
    for token in ["", "a.b", "{}", "..", "AA.AA.AA"] {
      #expect(try changed { try $0.wrap(Array(token.utf8)) }.refused() == .malformed)
    }
  }

  @Test("claims that are missing, or of the wrong kind, are refused")
  func claims() throws {
    for name in ["iss", "aud", "iat", "commitment", "aad_sha512", "plaintext_sha512"] {
      #expect(try changed { try $0.sign { $0[name] = nil } }.refused() == .verificationFailed)
      #expect(try changed { try $0.sign { $0[name] = true } }.refused() == .malformed)
    }
    #expect(try changed { try $0.sign { $0["more"] = "of it" } }.holds())
  }

  @Test("a signature that is no compact JWE, or larger than any, is refused before it is read")
  func shapes() throws {
    for value in ["", "A", "A.B.C", "{}", "AAAA.AAAA.AAAA.AAAA.AAAA"] {
      #expect(try changed { $0["signature"] = value }.refused() == .malformed)
    }
    let large = String(repeating: "A", count: 2 << 20)
    #expect(try changed { $0["signature"] = large }.refused() == .malformed)
    #expect(try changed { $0["signature"] = large + "A" }.refused() == .limitExceeded)
  }

  @Test("signed and compressed at once is not read")
  func compressed() throws {
    let protected = #"{"enc":"A256GCM","zip":"DEF","typ":"signed"}"#
    let zipped = try changed {
      $0["protected"] = base64URL(Array(protected.utf8))
      try $0.reseal()
    }
    var policy = try zipped.policy
    policy.compression = .allowed(maximumByteCount: 1000)
    let code = refusal(zipped.text, with: [.privateKey(zipped.bob)], policy: policy)
    #expect(code == .unsupported)
  }
}
