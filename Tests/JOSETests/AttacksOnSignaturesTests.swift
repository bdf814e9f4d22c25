import JOSE
import Primitives
import Testing

/// Attacks on a JWS as a format; who signed an envelope is another matter.
@Suite struct AttacksOnSignaturesTests {
  typealias Made = HandMadeEnvelope

  private func compact(_ header: String, _ signature: [UInt8]) -> [UInt8] {
    Array("\(Made.encoded(header)).AQ.\(Made.encoded(signature))".utf8)
  }

  @Test(
    "none is no algorithm, in any spelling", arguments: ["none", "None", "NONE", "noNE", "nOnE"])
  func noAlgorithm(_ name: String) throws {
    let key = try PrivateJWK.generate(.ed25519).publicKey
    let shared = try SymmetricJWK(Made.wrappingKey)
    for signature in [[], [0]] as [[UInt8]] {
      let text = compact(#"{"alg":"\#(name)"}"#, signature)
      for keys: [JWS.VerificationKey] in [[], [.publicKey(key)], [.symmetric(shared)]] {
        #expect(failure { try JWS.verify(text, with: keys) } == .verificationFailed)
      }
    }
  }

  @Test("a public key is never taken for a shared one (CVE-2015-9235)")
  func algorithmConfusion() throws {
    let rsa = try SlowKeys.rsa.get().publicKey
    for secret in [rsa.serialized, try KeyText(rsa).octets("n")] {
      let header = #"{"alg":"HS256"}"#
      let input = Array("\(Made.encoded(header)).AQ".utf8)
      let code = try HMAC.code(.sha256, key: SecretBytes(copying: secret.span), input.span)
      let text = compact(header, code)
      #expect(failure { try JWS.verify(text, with: [.publicKey(rsa)]) } == .verificationFailed)
      let shared = try SymmetricJWK(SecretBytes(copying: secret.span))
      #expect(failure { try JWS.verify(text, with: [.symmetric(shared)]) } == nil)
      var policy = JWS.VerificationPolicy()
      policy.algorithms = [.hs512]
      #expect(
        failure { try JWS.verify(text, with: [.symmetric(shared)], policy: policy) }
          == .verificationFailed)
    }
  }

  @Test(
    "HMAC keys shorter than the hash are refused",
    arguments: [
      (SignatureAlgorithm.hs256, Hash.sha256), (.hs384, .sha384), (.hs512, .sha512),
    ])
  func shortKeys(_ algorithm: SignatureAlgorithm, _ hash: Hash) throws {
    for count in [1, 16, hash.byteCount - 1, hash.byteCount] {
      let secret = SecretBytes(copying: [UInt8](repeating: 3, count: count).span)
      let key = try SymmetricJWK(secret)
      let header = #"{"alg":"\#(algorithm.rawValue)"}"#
      let input = Array("\(Made.encoded(header)).AQ".utf8)
      let text = compact(header, try HMAC.code(hash, key: secret, input.span))
      let isFine = count == hash.byteCount
      #expect(
        failure { try JWS.verify(text, with: [.symmetric(key)]) }
          == (isFine ? nil : .verificationFailed))
      #expect(
        failure { try JWS.Signer(key, algorithm: algorithm) } == (isFine ? nil : .unsuitableKey))
    }
    #expect(failure { try SymmetricJWK(SecretBytes(copying: [UInt8]().span)) } == .invalidKey)
    #expect(failure { try JWK(parsing: Array(#"{"kty":"oct","k":""}"#.utf8)) } == .invalidKey)
  }

  @Test(
    "r = s = 0 and numbers out of range never verify (CVE-2022-21449)",
    arguments: [
      (PrivateJWK.Kind.p256, "ES256", 32), (.p384, "ES384", 48), (.p521, "ES512", 66),
    ])
  func zeroSignature(_ kind: PrivateJWK.Kind, _ name: String, _ size: Int) throws {
    let key = try PrivateJWK.generate(kind).publicKey
    let zero = [UInt8](repeating: 0, count: size)
    let one = Array(zero.dropLast()) + [1]
    let high = [UInt8](repeating: 0xFF, count: size)
    for (r, s) in [(zero, zero), (zero, one), (one, zero), (high, high), (one, one), (one, high)] {
      let text = compact(#"{"alg":"\#(name)"}"#, r + s)
      #expect(failure { try JWS.verify(text, with: [.publicKey(key)]) } == .verificationFailed)
    }
    for count in [0, 1, size, 2 * size - 1, 2 * size + 1, 4 * size] {
      let text = compact(#"{"alg":"\#(name)"}"#, [UInt8](repeating: 0, count: count))
      #expect(failure { try JWS.verify(text, with: [.publicKey(key)]) } == .verificationFailed)
    }
  }

  @Test("an all-zero signature under a zero key does not verify on the Edwards curves")
  func zeroEdwards() throws {
    for (curve, size) in [("Ed25519", 32), ("Ed448", 57)] {
      for first in [0, 1] as [UInt8] {
        let x = Made.encoded([first] + [UInt8](repeating: 0, count: size - 1))
        let key = try JWK(
          parsing: Array(#"{"kty":"OKP","crv":"\#(curve)","x":"\#(x)"}"#.utf8)
        ).publicKey
        let low = try #require(key)
        for start in [0, 1] as [UInt8] {
          let signature = [start] + [UInt8](repeating: 0, count: 2 * size - 1)
          let text = compact(#"{"alg":"EdDSA"}"#, signature)
          #expect(failure { try JWS.verify(text, with: [.publicKey(low)]) } == .verificationFailed)
        }
      }
    }
  }

  @Test("of several signatures it is told which hold, and only their headers count (CVE-2016-9122)")
  func severalSignatures() throws {
    let (first, second) = (try PrivateJWK.generate(.ed25519), try PrivateJWK.generate(.p256))
    var options = JWS.SigningOptions()
    options.serialization = .general
    let signed = try JWS.sign(
      [1], by: [JWS.Signer(first), JWS.Signer(second)], options: options)
    let keys = [JWS.VerificationKey.publicKey(second.publicKey)]
    let verified = try JWS.verify(signed, with: keys)
    #expect(verified.signatures.map(\.index) == [1])
    #expect(verified.signatures.map(\.algorithm) == [.es256])
    #expect(verified.signatures.map(\.keyID) == [second.metadata.keyID])
    // The first is broken, and says the most.
    let root = try JSONDocument(parsing: signed).root
    let entries = try #require(root["signatures"]?.elements)
    let header = Made.encoded(#"{"alg":"EdDSA","typ":"admin","kid":"root"}"#)
    let bad = Made.encoded([UInt8](repeating: 1, count: 64))
    let good = String(decoding: entries[1].source, as: UTF8.self)
    let mixed =
      #"{"payload":"AQ","signatures":[{"protected":"\#(header)","signature":"\#(bad)"},\#(good)]}"#
    let all = keys + [.publicKey(first.publicKey)]
    let result = try JWS.verify(Array(mixed.utf8), with: all)
    #expect(result.signatures.map(\.index) == [1])
    #expect(result.signatures.allSatisfy { $0.type == nil && $0.keyID != "root" })
    // A header of one signature is not that of another.
    let parts = entries.compactMap { $0["protected"]?.string }
    let signatures = entries.compactMap { $0["signature"]?.string }
    let swapped = (0..<2).map {
      #"{"protected":"\#(parts[1 - $0])","signature":"\#(signatures[$0])"}"#
    }
    let text = #"{"payload":"AQ","signatures":[\#(swapped.joined(separator: ","))]}"#
    #expect(failure { try JWS.verify(Array(text.utf8), with: all) } == .verificationFailed)
  }

  @Test("general and flattened at once, or neither, is refused")
  func forms() throws {
    let key = try SymmetricJWK(Made.wrappingKey)
    var options = JWS.SigningOptions()
    options.serialization = .flattened
    let signed = try JWS.sign([1], by: [JWS.Signer(key, algorithm: .hs256)], options: options)
    let inner = String(decoding: signed.dropLast(), as: UTF8.self)
    for text in [
      inner + #","signatures":[]}"#, inner + #","signatures":null}"#, #"{"payload":"AQ"}"#,
      #"{"payload":"AQ","signatures":[]}"#, #"{"payload":"AQ","signatures":[{}]}"#,
      #"{"payload":"AQ","signatures":[1]}"#, #"{"payload":1,"signature":"AQ"}"#,
      #"{"payload":"AQ","signature":""}"#, #"{"payload":"AQ","signature":"AQ","protected":""}"#,
      #"{"payload":"AQ","signature":"AR"}"#, inner + #","signature":"AQ"}"#,
    ] {
      #expect(
        failure { try JWS.verify(Array(text.utf8), with: [.symmetric(key)]) } == .malformed,
        "\(text)"
      )
    }
    let attached = failure { try JWS.verify(signed, detachedPayload: [1], with: [.symmetric(key)]) }
    #expect(attached == .malformed)
  }
}
