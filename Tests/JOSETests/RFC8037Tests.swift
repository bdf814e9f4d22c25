import JOSE
import Primitives
import Testing
import Vectors

/// RFC 8037, appendix A, and RFC 9864's name for the same signature.
@Suite struct RFC8037Tests {
  private static let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
  private static let d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
  private static let message =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PG"
    + "cvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
  private static let payload = Array("Example of Ed25519 signing".utf8)

  private func privateKey() throws -> PrivateJWK {
    let text = #"{"kty":"OKP","crv":"Ed25519","d":"\#(Self.d)","x":"\#(Self.x)"}"#
    guard case .privateKey(let key) = try JWK(parsing: Array(text.utf8)) else {
      throw VectorError("the key is not private")
    }
    return key
  }

  @Test("the private key of A.1 holds the public key of A.2 and has the thumbprint of A.3")
  func thumbprint() throws {
    let key = try privateKey().publicKey
    #expect(text(key.serialized) == #"{"kty":"OKP","crv":"Ed25519","x":"\#(Self.x)"}"#)
    #expect(try key.thumbprintText() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
  }

  @Test("the signature of A.4 is made byte for byte, and verifies as in A.5")
  func signature() throws {
    let key = try privateKey()
    let message = try JWS.sign(Self.payload, by: [JWS.Signer(key)])
    #expect(text(message) == Self.message)
    let verified = try JWS.verify(message, with: [.publicKey(key.publicKey)])
    #expect(verified.payload == Self.payload)
  }

  @Test("the full name of RFC 9864 signs and verifies too, and the two are not interchanged")
  func fullName() throws {
    let key = try privateKey()
    let message = try JWS.sign(Self.payload, by: [JWS.Signer(key, algorithm: .ed25519)])
    var policy = JWS.VerificationPolicy()
    policy.algorithms = [.ed25519]
    let keys = [JWS.VerificationKey.publicKey(key.publicKey)]
    #expect(try JWS.verify(message, with: keys, policy: policy).payload == Self.payload)
    #expect(throws: JOSEError.self) {
      try JWS.verify(Array(Self.message.utf8), with: keys, policy: policy)
    }
  }

  @Test(
    "both sides of A.6 and A.7 agree on the secret of RFC 7748 §6",
    arguments: [
      Agreement(
        curve: .x25519,
        ownSecret: "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
        peerSecret: "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
        ownPublic: "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo",
        peerPublic: "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
        shared: "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"),
      Agreement(
        curve: .x448,
        ownSecret:
          "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28d"
          + "d9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
        peerSecret:
          "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d"
          + "6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d",
        ownPublic:
          "mwj3zDG34-Z9ItWuoSEHSic70rg94Jxj-qc9LCLF2bvINmRyQdlT1AxbEtqIEg1TF3-A5TLEH6A",
        peerPublic:
          "PreoKbDNIPW8_AtZm2_sz22kYnEHvbDU80W0MCfYuXL8PjT7QjKhPKcG3LV67D2uB73BxnvzNgk",
        shared:
          "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282b"
          + "b60c0b56fd2464c335543936521c24403085d59a449a5037514a879d"),
    ])
  func agreement(_ example: Agreement) throws {
    let own = try example.key(example.ownSecret)
    let peer = try example.key(example.peerSecret)
    #expect(base64URL(own.publicKey.x) == example.ownPublic)
    #expect(base64URL(peer.publicKey.x) == example.peerPublic)
    let shared = try bytes(hex: example.shared)
    #expect(try own.sharedSecret(with: peer.publicKey).copy == shared)
    #expect(try peer.sharedSecret(with: own.publicKey).copy == shared)
  }

  struct Agreement: Sendable {
    let curve: MontgomeryCurve
    let ownSecret, peerSecret, ownPublic, peerPublic, shared: String

    func key(_ secret: String) throws -> MontgomeryPrivateKey {
      let secret = try bytes(hex: secret)
      return try MontgomeryPrivateKey(curve, d: SecretBytes(copying: secret.span))
    }
  }
}
