import JOSE
import Primitives
import Testing

/// Small messages that would cost their reader much: depth, counts, sizes.
@Suite struct AttacksOnSizeTests {
  typealias Made = HandMadeEnvelope

  /// How long `body` takes; the bounds are wide, since what they tell apart are minutes.
  private func duration(_ body: () throws -> Void) rethrows -> Duration {
    try ContinuousClock().measure(body)
  }

  @Test("10^5 brackets are refused wherever they stand")
  func depth() throws {
    for brackets in [
      String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
    ] {
      #expect(failure { try JSONDocument(parsing: Array(brackets.utf8)) } == .limitExceeded)
      let text = try Made.with { $0.edit = { $0.insert(("x", brackets), at: 0) } }
      #expect(refusal(text) == .limitExceeded)
      let header = try Made.with { $0.protected = #"{"enc":"A256GCM","x":\#(brackets)"# }
      let code = refusal(header)
      #expect(code == .limitExceeded)
      #expect(failure { try JWKSet(parsing: Array(brackets.utf8)) } == .limitExceeded)
    }
  }

  @Test("sixteen levels are read and seventeen are not")
  func depthLimit() throws {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    #expect(failure { try JSONDocument(parsing: nested(16)) } == nil)
    #expect(failure { try JSONDocument(parsing: nested(17)) } == .limitExceeded)
  }

  @Test("10^5 recipients are refused and 10,000 are read")
  func recipients() throws {
    let wrong = Made.Entry(header: #"{"alg":"A128KW"}"#, encryptedKey: nil)
    func made(_ count: Int) throws -> [UInt8] {
      try Made.with { $0.entries = Array(repeating: wrong, count: count - 1) + [Made.Entry()] }
    }
    #expect(refusal(try made(100_000)) == .limitExceeded)
    #expect(refusal(try made(10_001)) == .limitExceeded)
    #expect(Made.opens(try made(10_000)))
  }

  @Test("a protected header over 64 KiB is refused")
  func longHeader() throws {
    func made(_ count: Int) throws -> [UInt8] {
      try Made.with {
        $0.protected = #"{"enc":"A256GCM","x":"\#(String(repeating: "a", count: count))"}"#
      }
    }
    // 64 KiB of base64url are 48 KiB.
    #expect(Made.opens(try made(49_000)))
    #expect(refusal(try made(49_200)) == .limitExceeded)
    #expect(
      refusal(
        try Made.compactDefaults(#","x":"\#(String(repeating: "a", count: 49_200))""#)
          .compact()) == .limitExceeded)
  }

  @Test("an unprotected header or a recipient's over 64 KiB is refused")
  func longUnprotectedHeader() throws {
    let long = String(repeating: "a", count: 1 << 16)
    let short = String(repeating: "a", count: 60_000)
    #expect(Made.opens(try Made.with { $0.unprotected = #"{"x":"\#(short)"}"# }))
    #expect(refusal(try Made.with { $0.unprotected = #"{"x":"\#(long)"}"# }) == .limitExceeded)
    #expect(Made.opens(try Made.with { $0.entry.header = #"{"alg":"A256KW","x":"\#(short)"}"# }))
    #expect(
      refusal(try Made.with { $0.entry.header = #"{"alg":"A256KW","x":"\#(long)"}"# })
        == .limitExceeded)
  }

  @Test("many parameters and many recipients do not multiply")
  func manyParameters() throws {
    func made(_ count: Int, _ recipientCount: Int) throws -> [UInt8] {
      func names(_ prefix: String) -> String {
        (0..<count).map { "\"\(prefix)\($0)\":0" }.joined(separator: ",")
      }
      return try Made.with {
        $0.protected = #"{"enc":"A256GCM",\#(names("p"))}"#
        $0.unprotected = "{\(names("u"))}"
        $0.entries =
          Array(repeating: Made.Entry(header: "{}", encryptedKey: nil), count: recipientCount)
          + [Made.Entry()]
      }
    }
    // 200 KiB; comparing each name with each, for each recipient, would be 10^11 steps.
    let hostile = try made(5000, 5000)
    let time = duration { #expect(refusal(hostile) == .limitExceeded) }
    #expect(time < .seconds(10), "\(time)")
    #expect(Made.opens(try made(255, 3)))
    #expect(refusal(try made(256, 3)) == .limitExceeded)
  }

  @Test("a JWS of nothing but dots costs no memory (CVE-2025-27144)")
  func dots() throws {
    let dots = [UInt8](repeating: UInt8(ascii: "."), count: 8 << 20)
    let time = duration {
      #expect(failure { try JWS.verify([0x61] + dots, with: []) } == .malformed)
      #expect(refusal([0x61] + dots) == .malformed)
    }
    #expect(time < .seconds(10), "\(time)")
  }

  @Test("a JWS with a header over 64 KiB, or too many signatures, is refused")
  func signatures() throws {
    let key = try SymmetricJWK(Made.wrappingKey)
    func header(_ count: Int) throws -> [UInt8] {
      let text = Made.encoded(#"{"alg":"HS256","x":"\#(String(repeating: "a", count: count))"}"#)
      let input = Array("\(text).AQ".utf8)
      let code = try HMAC.code(.sha256, key: Made.wrappingKey, input.span)
      return input + Array(".\(Made.encoded(code))".utf8)
    }
    #expect(failure { try JWS.verify(header(49_000), with: [.symmetric(key)]) } == nil)
    #expect(failure { try JWS.verify(header(49_200), with: [.symmetric(key)]) } == .limitExceeded)
    var options = JWS.SigningOptions()
    options.serialization = .general
    let signer = try JWS.Signer(key, algorithm: .hs256)
    for (count, code) in [(100, nil), (101, JOSEError.Code.limitExceeded)] {
      let signed = try JWS.sign(
        [1], by: Array(repeating: signer, count: count), options: options)
      #expect(failure { try JWS.verify(signed, with: [.symmetric(key)]) } == code)
    }
    let long = [UInt8](repeating: 0x41, count: (32 << 20) + 1)
    #expect(failure { try JWS.verify(long, with: [.symmetric(key)]) } == .limitExceeded)
  }

  @Test("trials with asymmetric keys are capped, and a recipient named by kid comes first")
  func trials() throws {
    let agreement = try HandMadeAgreement(.x25519)
    let epk = HandMadeAgreement.text(agreement.ephemeral.publicKey)
    let wrong = Made.Entry(
      header: #"{"alg":"ECDH-ES+A256KW","epk":\#(epk)}"#,
      encryptedKey: Made.encoded([UInt8](repeating: 3, count: 40)))
    let wrappingKey = try agreement.derived("ECDH-ES+A256KW", 32)
    let right = Made.encoded(try AESKeyWrap.wrap(Made.contentKey, with: wrappingKey))
    func made(_ kid: String) throws -> [UInt8] {
      try Made.with {
        $0.entries =
          Array(repeating: wrong, count: 20) + [
            Made.Entry(
              header: #"{"alg":"ECDH-ES+A256KW",\#(kid)"epk":\#(epk)}"#, encryptedKey: right)
          ]
      }
    }
    var policy = JWE.DecryptionPolicy()
    policy.maximumAgreementTrials = 20
    let key = [JWE.DecryptionKey.privateKey(agreement.key)]
    #expect(refusal(try made(""), with: key) == nil)
    #expect(refusal(try made(""), with: key, policy: policy) == .decryptionFailed)
    let kid = try agreement.key.publicKey.thumbprintText()
    let named = try made(#""kid":"\#(kid)","#)
    policy.maximumAgreementTrials = 1
    let opened = try JWE.decrypt(named, with: key, policy: policy)
    #expect(opened.outcomes == Array(repeating: .notTried, count: 20) + [.opened])
  }

  @Test("trials with RSA keys are capped")
  func rsaTrials() throws {
    let key = try SlowKeys.rsa.get()
    let wrong = Made.Entry(
      header: #"{"alg":"RSA-OAEP-256"}"#,
      encryptedKey: Made.encoded([1] + [UInt8](repeating: 3, count: 255)))
    let text = try Made.with { $0.entries = Array(repeating: wrong, count: 5) }
    var policy = JWE.DecryptionPolicy()
    policy.maximumRSATrials = 2
    #expect(refusal(text, with: [.privateKey(key)], policy: policy) == .decryptionFailed)
    policy.maximumRSATrials = 0
    #expect(refusal(text, with: [.privateKey(key)], policy: policy) == .noMatchingKey)
  }
}
