import JOSE
import Testing

@Suite struct KeySetTests {
  private static let first = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
  private static let second = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"

  @Test("a set may repeat a name: every key that bears it is tried")
  func repeatedNames() throws {
    let set = try JWKSet(
      parsing: Array(
        """
        {"keys":[{"kty":"oct","kid":"same","k":"\(Self.first)"},
        {"kty":"oct","kid":"same","k":"\(Self.second)"}]}
        """.utf8))
    let verifiers = set.keys.map(\.verificationKey)
    for (index, key) in set.keys.enumerated() {
      let signer = try #require(try key.signer(.hs256))
      let message = try JWS.sign([0x2A], by: [signer])
      #expect(try JWS.verify(message, with: verifiers).signatures.map(\.keyIndex) == [index])
    }
  }

  @Test("a set may mix shared keys and key pairs: a public key is never taken for a shared one")
  func mixedKinds() throws {
    let pair = try PrivateJWK.generate(.p256)
    let shared = try #require(
      try JWKSet(parsing: Array(#"{"kty":"oct","k":"\#(Self.first)"}"#.utf8)).keys.first)
    let set = JWKSet([.publicKey(pair.publicKey), shared])
    let signer = try #require(try shared.signer(.hs256))
    let message = try JWS.sign([0x2A], by: [signer])
    let verified = try JWS.verify(message, with: set.keys.map(\.verificationKey))
    #expect(verified.signatures.map(\.keyIndex) == [1])
    // What an attacker would do who knows the public key (CVE-2015-9235).
    let forger = try JWS.Signer(
      SymmetricJWK(SecretBytes(text(pair.publicKey.serialized))), algorithm: .hs256)
    let forged = try JWS.sign([0x2A], by: [forger])
    #expect(throws: JOSEError.self) {
      try JWS.verify(forged, with: set.keys.map(\.verificationKey))
    }
  }
}
