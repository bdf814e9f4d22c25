import JOSE
import Primitives
import Testing
import Vectors

@Suite(.withVectors) struct KeyAgreementVectorTests {
  @Test(
    "keys agree on a secret, or refuse to, as Wycheproof says",
    arguments: [
      "ecdh_secp256r1_webcrypto_test.json", "ecdh_secp384r1_webcrypto_test.json",
      "ecdh_secp521r1_webcrypto_test.json", "x25519_jwk_test.json", "x448_jwk_test.json",
    ])
  func agreement(_ name: String) throws {
    let failures = try VectorFile(wycheproof: name).failures { test in
      let privateText = try test.value("private")
      let publicText = try test.value("public")
      let expected = test.expectation == .invalid ? nil : try derived(from: test.hex("shared"))
      return try Outcome.of(expected) {
        guard case .privateKey(let own) = try privateText.key() else {
          throw VectorError("the private key is none")
        }
        guard case .publicKey(let peer) = try publicText.key() else {
          throw VectorError("the public key is none")
        }
        return try KeyAgreement(own, ephemeralKey: peer)
          .derive(algorithmID: "A256GCM", byteCount: 32).copy
      }
    }
    #expect(failures == [])
  }

  /// What the KDF makes of the file's secret: the library never shows the secret itself.
  private func derived(from sharedSecret: [UInt8]) throws -> [UInt8] {
    let algorithm = Array("A256GCM".utf8)
    let info = [0, 0, 0, 7] + algorithm + [0, 0, 0, 0] + [0, 0, 0, 0] + [0, 0, 1, 0]
    return try KeyDerivation.concat(
      .sha256, sharedSecret: SecretBytes(copying: sharedSecret.span), otherInfo: info.span,
      byteCount: 32
    ).copy
  }
}
