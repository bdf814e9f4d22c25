import Foundation
import JOSE

/// A key as both sides take it.
struct InteropKey {
  enum Kind {
    case pair(PrivateJWK)
    case shared(SymmetricJWK)
    case passphrase(SecretBytes)
  }

  let kind: Kind

  /// Few enough iterations for panva/jose, which ends at 10,000.
  static let iterations = 4096

  func recipient(_ algorithm: KeyManagementAlgorithm) throws -> JWE.Recipient {
    switch kind {
    case .pair(let key): try JWE.Recipient(key.publicKey, algorithm: algorithm)
    case .shared(let key): try JWE.Recipient(key, algorithm: algorithm)
    case .passphrase(let passphrase):
      try JWE.Recipient(
        passphrase: passphrase, iterations: Self.iterations, algorithm: algorithm)
    }
  }

  var decryptionKey: JWE.DecryptionKey {
    switch kind {
    case .pair(let key): .privateKey(key)
    case .shared(let key): .symmetric(key)
    case .passphrase(let passphrase): .passphrase(passphrase)
    }
  }

  func signer(_ algorithm: SignatureAlgorithm) throws -> JWS.Signer? {
    switch kind {
    case .pair(let key): try JWS.Signer(key, algorithm: algorithm)
    case .shared(let key): try JWS.Signer(key, algorithm: algorithm)
    case .passphrase: nil
    }
  }

  var verificationKey: JWS.VerificationKey? {
    switch kind {
    case .pair(let key): .publicKey(key.publicKey)
    case .shared(let key): .symmetric(key)
    case .passphrase: nil
    }
  }

  /// The JWK that a peer seals or verifies with.
  func publicObject() throws -> Any {
    guard case .pair(let key) = kind else { return try privateObject() }
    return try JSONSerialization.jsonObject(with: Data(key.publicKey.serialized))
  }

  /// The JWK that a peer opens or signs with; a passphrase is an `oct` key to all of them.
  func privateObject() throws -> Any {
    let text: SecretBytes
    switch kind {
    case .pair(let key): text = key.serialized(.exposingPrivateKey)
    case .shared(let key): text = key.serialized(.exposingPrivateKey)
    case .passphrase(let passphrase):
      let key = try SymmetricJWK(passphrase, KeyMetadata(keyID: "passphrase"))
      text = key.serialized(.exposingPrivateKey)
    }
    return try JSONSerialization.jsonObject(with: text.withBytes { Data(Array(copying: $0)) })
  }
}

/// The keys of a run: made once, for RSA keys are slow to make.
enum InteropKeys {
  static let rsa = pairs(.rsa(bitCount: 2048))
  static let p256 = pairs(.p256)
  static let p384 = pairs(.p384)
  static let p521 = pairs(.p521)
  static let x25519 = pairs(.x25519)
  static let x448 = pairs(.x448)
  static let ed25519 = pairs(.ed25519, 1)
  static let shared = (0..<16).compactMap { key(32, "shared \($0)") }
  static let passphrase = [
    InteropKey(kind: .passphrase(SecretBytes(copying: Array("correct horse battery".utf8).span)))
  ]
  /// For `dir`, whose key is as long as the cipher's.
  static let direct = Dictionary(
    uniqueKeysWithValues: Set(ContentEncryptionAlgorithm.registered.map(\.keyByteCount)).map {
      ($0, [key($0, "direct \($0)")].compactMap(\.self))
    })

  private static func pairs(_ kind: PrivateJWK.Kind, _ count: Int = 16) -> [InteropKey] {
    (0..<count).compactMap { _ in
      (try? PrivateJWK.generate(kind)).map { InteropKey(kind: .pair($0)) }
    }
  }

  private static func key(_ byteCount: Int, _ name: String) -> InteropKey? {
    let bytes = (0..<byteCount).map { _ in UInt8.random(in: 0...255) }
    let key = try? SymmetricJWK(SecretBytes(copying: bytes.span), KeyMetadata(keyID: name))
    return key.map { InteropKey(kind: .shared($0)) }
  }
}
