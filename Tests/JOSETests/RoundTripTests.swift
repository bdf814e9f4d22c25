import JOSE
import Testing

/// Every way of sealing opens again, with the library alone.
@Suite struct RoundTripTests {
  static let kinds: [PrivateJWK.Kind] = [.p256, .p384, .p521, .x25519, .x448, .rsa(bitCount: 2048)]

  @Test("each kind of key opens what was sealed for it, under each cipher", arguments: kinds)
  func everyKind(_ kind: PrivateJWK.Kind) throws {
    let key = try PrivateJWK.generate(kind)
    for encryption in ContentEncryptionAlgorithm.allCases {
      for serialization in [JWE.Serialization.json, .compact] {
        var options = JWE.EncryptionOptions()
        options.contentEncryption = encryption
        options.serialization = serialization
        let plaintext = Array("attack at dawn".utf8)
        let sealed = try JWE.encrypt(
          plaintext, for: [JWE.Recipient(key.publicKey)], options: options)
        let opened = try JWE.decrypt(sealed, with: [.privateKey(key)])
        #expect(opened.plaintext == plaintext)
        #expect(opened.outcomes == [.opened])
      }
    }
  }

  @Test(
    "sizes around the pieces of the stream survive",
    arguments: [
      0, 1, 15, 16, 17, 196_607, 196_608, 196_609, 262_144, 1_000_003,
    ])
  func sizes(_ count: Int) throws {
    let key = try PrivateJWK.generate(.x25519)
    let plaintext = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    for encryption in [ContentEncryptionAlgorithm.a256GCM, .a256CBCHS512, .xc20P] {
      var options = JWE.EncryptionOptions()
      options.contentEncryption = encryption
      let sealed = try JWE.encrypt(
        plaintext, for: [JWE.Recipient(key.publicKey)], options: options)
      #expect(try JWE.decrypt(sealed, with: [.privateKey(key)]).plaintext == plaintext)
    }
  }

  @Test("a passphrase, shared keys and direct agreement open what they sealed")
  func otherWays() throws {
    let plaintext = Array("hello".utf8)
    let passphrase = SecretBytes(copying: Array("correct horse".utf8).span)
    for algorithm in [
      KeyManagementAlgorithm.pbes2HS256A128KW, .pbes2HS384A192KW, .pbes2HS512A256KW,
    ] {
      let recipient = try JWE.Recipient(
        passphrase: passphrase, iterations: 1000, algorithm: algorithm)
      let sealed = try JWE.encrypt(plaintext, for: [recipient])
      #expect(try JWE.decrypt(sealed, with: [.passphrase(passphrase)]).plaintext == plaintext)
    }
    let pair = try PrivateJWK.generate(.p256)
    let direct = try JWE.encrypt(
      plaintext, for: [JWE.Recipient(pair.publicKey, algorithm: .ecdhES)])
    #expect(try JWE.decrypt(direct, with: [.privateKey(pair)]).plaintext == plaintext)
    for (byteCount, algorithm) in [
      (16, KeyManagementAlgorithm.a128KW), (24, .a192KW), (32, .a256KW), (16, .a128GCMKW),
      (24, .a192GCMKW), (32, .a256GCMKW), (32, .direct),
    ] {
      let key = try SymmetricJWK(SecretBytes(copying: [UInt8](repeating: 7, count: byteCount).span))
      let sealed = try JWE.encrypt(
        plaintext, for: [JWE.Recipient(key, algorithm: algorithm)])
      #expect(try JWE.decrypt(sealed, with: [.symmetric(key)]).plaintext == plaintext)
    }
  }

  @Test("each of many recipients opens, and the outcome names the one that did")
  func many() throws {
    let keys = try [PrivateJWK.Kind.p256, .x25519, .p521, .x448].map { try PrivateJWK.generate($0) }
    let sealed = try JWE.encrypt(
      Array("team".utf8), for: keys.map { try JWE.Recipient($0.publicKey) })
    for (index, key) in keys.enumerated() {
      let opened = try JWE.decrypt(sealed, with: [.privateKey(key)])
      #expect(opened.outcomes[index] == .opened)
      #expect(opened.consistency == .proven)
    }
  }

  @Test("every signature algorithm verifies what it signed")
  func signatures() throws {
    let payload = Array("payload".utf8)
    for (kind, algorithms) in [
      (
        PrivateJWK.Kind.rsa(bitCount: 2048),
        [SignatureAlgorithm.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
      ),
      (.p256, [.es256]), (.p384, [.es384]), (.p521, [.es512]), (.ed25519, [.edDSA, .ed25519]),
      (.ed448, [.edDSA, .ed448]),
    ] {
      let key = try PrivateJWK.generate(kind)
      for algorithm in algorithms {
        for serialization in [JWS.Serialization.compact, .flattened, .general] {
          var options = JWS.SigningOptions()
          options.serialization = serialization
          let signed = try JWS.sign(
            payload, by: [JWS.Signer(key, algorithm: algorithm)], options: options)
          let verified = try JWS.verify(signed, with: [.publicKey(key.publicKey)])
          #expect(verified.payload == payload)
          #expect(verified.signatures.first?.algorithm == algorithm)
        }
      }
    }
  }
}
