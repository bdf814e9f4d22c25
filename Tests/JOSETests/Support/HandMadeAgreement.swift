import JOSE
import Primitives

/// An envelope by key agreement whose `epk`, `apu` and `apv` a test has in its hands.
struct HandMadeAgreement {
  let key: PrivateJWK
  let ephemeral: PrivateJWK
  var algorithm = "ECDH-ES+A256KW"
  var partyUInfo: [UInt8] = []
  var partyVInfo: [UInt8] = []
  /// What the header says, where that differs from what was bound.
  var writtenUInfo: [UInt8]?
  var writtenVInfo: [UInt8]?
  /// The JSON text of `epk`, where it is not the ephemeral key's own.
  var writtenKey: String?
  /// What the KDF is told, where it is not the algorithm.
  var algorithmID: String?
  var encryption = ("A256GCM", AEAD.aes256GCM)

  init(_ kind: PrivateJWK.Kind) throws {
    key = try PrivateJWK.generate(kind)
    ephemeral = try PrivateJWK.generate(kind)
  }

  static func text(_ key: PublicJWK) -> String {
    var bare = key
    bare.metadata = KeyMetadata()
    return String(decoding: bare.serialized, as: UTF8.self)
  }

  /// The same secret from the other side: the ephemeral private key and the recipient's public key.
  func derived(_ algorithmID: String, _ byteCount: Int) throws -> SecretBytes {
    try KeyAgreement(
      ephemeral, ephemeralKey: key.publicKey, partyUInfo: partyUInfo, partyVInfo: partyVInfo
    ).derive(algorithmID: algorithmID, byteCount: byteCount)
  }

  func json() throws -> [UInt8] {
    let isDirect = algorithm == "ECDH-ES"
    var envelope = HandMadeEnvelope()
    envelope.protected = #"{"enc":"\#(encryption.0)"}"#
    envelope.cipher = encryption.1
    var members = [
      #""alg":"\#(algorithm)""#, #""epk":\#(writtenKey ?? Self.text(ephemeral.publicKey))"#,
    ]
    let parties = [
      ("apu", writtenUInfo ?? partyUInfo), ("apv", writtenVInfo ?? partyVInfo),
    ]
    for (name, value) in parties where !value.isEmpty {
      members.append(#""\#(name)":"\#(HandMadeEnvelope.encoded(value))""#)
    }
    envelope.entry.header = "{\(members.joined(separator: ","))}"
    if isDirect {
      envelope.contentKey = try derived(
        algorithmID ?? encryption.0, encryption.1.keyByteCount)
      envelope.entry.encryptedKey = nil
    } else {
      let contentKey = SecretBytes(
        copying: [UInt8](repeating: 0x2A, count: encryption.1.keyByteCount).span)
      envelope.contentKey = contentKey
      let wrapped = try AESKeyWrap.wrap(
        contentKey, with: derived(algorithmID ?? algorithm, 32))
      envelope.entry.encryptedKey = HandMadeEnvelope.encoded(wrapped)
    }
    return try envelope.json()
  }

  func opens() throws -> Bool {
    (try? JWE.decrypt(json(), with: [.privateKey(key)]).plaintext) == HandMadeEnvelope.plaintext
  }

  func refusedWith() throws -> JOSEError.Code? {
    refusal(try json(), with: [.privateKey(key)])
  }
}
