import Foundation
import JOSE
import Primitives

/// An envelope that Alice signed for Bob and Carol, in the hands of one of them: the content key is
/// known, and every member can be changed and sealed again.
struct SignedSample {
  static let plaintext = Array("meet me at noon".utf8)
  /// When it was signed.
  static let time = 1_800_000_000

  let alice: PrivateJWK
  let bob: PrivateJWK
  let carol: PrivateJWK
  let encryption: ContentEncryptionAlgorithm
  private(set) var contentKey: SecretBytes
  /// Names and values as JSON text, in their order.
  var members: [(name: String, value: String)]

  init(
    alice: PrivateJWK? = nil, _ encryption: ContentEncryptionAlgorithm = .a256GCM,
    _ change: (inout JWE.EncryptionOptions) -> Void = { _ in }
  ) throws {
    self.alice = try alice ?? PrivateJWK.generate(.ed25519, use: .signature)
    bob = try PrivateJWK.generate(.x25519)
    carol = try PrivateJWK.generate(.p256)
    self.encryption = encryption
    contentKey = try RandomSource.system.secret(encryption.keyByteCount)
    var options = JWE.EncryptionOptions()
    options.contentEncryption = encryption
    options.signer = try JWS.Signer(self.alice)
    options.signingTime = Self.time
    options.random = Self.handingOut(contentKey)
    change(&options)
    let sealed = try JWE.encrypt(
      Self.plaintext, for: [bob, carol].map { try JWE.Recipient($0.publicKey) }, options: options)
    members = try Self.members(sealed)
  }

  /// Randomness whose first value is the content key.
  private static func handingOut(_ contentKey: SecretBytes) -> RandomSource {
    let script = RandomSource.scripted([contentKey.copy])
    return RandomSource { (span: inout MutableSpan<UInt8>) throws(PrimitiveError) in
      do throws(PrimitiveError) { try script.fill(&span) } catch {
        try RandomSource.system.fill(&span)
      }
    }
  }

  static func members(_ text: [UInt8]) throws -> [(name: String, value: String)] {
    try JSONDocument(parsing: text).root.members.map {
      ($0.name.string ?? "", String(decoding: $0.value.text.compact, as: UTF8.self))
    }
  }

  var text: [UInt8] { HandMadeEnvelope.text(members) }

  /// The value without its quotes; nil when there is no such member.
  subscript(_ name: String) -> String? {
    get { members.first { $0.name == name }?.value.trimmingCharacters(in: ["\""]) }
    set {
      let index = members.firstIndex { $0.name == name }
      guard let newValue else {
        if let index { members.remove(at: index) }
        return
      }
      let member = (name, newValue.hasPrefix("[") ? newValue : "\"\(newValue)\"")
      if let index { members[index] = member } else { members.append(member) }
    }
  }

  // MARK: What a reader makes of it

  /// Knows Alice, at the time of signing.
  var policy: JWE.DecryptionPolicy {
    get throws {
      var policy = JWE.DecryptionPolicy()
      let alice = alice.publicKey
      let name = try alice.thumbprintURI()
      policy.signature = JWE.SignaturePolicy { $0 == name ? alice : nil }
      policy.signature.now = Self.time
      return policy
    }
  }

  func open(
    as reader: PrivateJWK? = nil, _ change: (inout JWE.SignaturePolicy) -> Void = { _ in }
  ) throws -> JWE.Decrypted {
    var policy = try policy
    change(&policy.signature)
    return try JWE.decrypt(text, with: [.privateKey(reader ?? bob)], policy: policy)
  }

  /// How it is refused; nil when it opens.
  func refused(
    as reader: PrivateJWK? = nil, _ change: (inout JWE.SignaturePolicy) -> Void = { _ in }
  ) -> JOSEError.Code? { failure { try open(as: reader, change) } }

  /// Whether it opens as what Alice signed.
  func holds(as reader: PrivateJWK? = nil) -> Bool {
    guard let opened = try? open(as: reader), case .signed = opened.authorship else { return false }
    return opened.plaintext == Self.plaintext
  }

  // MARK: What a recipient can do

  /// Seals other content, under another header or beside other data, with the same key.
  mutating func reseal(
    _ plaintext: [UInt8] = SignedSample.plaintext, under protected: String? = nil,
    beside aad: String? = nil
  ) throws {
    if let protected { self["protected"] = protected }
    if let aad { self["aad"] = aad }
    let data = Array(((self["protected"] ?? "") + (self["aad"].map { ".\($0)" } ?? "")).utf8)
    let nonce = try bytes(base64URL: self["iv"] ?? "")
    let sealer = try AEAD.named(encryption).sealer(
      key: contentKey, nonce: nonce.span, additionalData: data.span)
    var ciphertext: [UInt8] = []
    try sealer.update(plaintext.span, appendingTo: &ciphertext)
    self["tag"] = base64URL(try sealer.finish(appendingTo: &ciphertext))
    self["ciphertext"] = base64URL(ciphertext)
  }

  /// Puts the same content under another key for `reader`, as whoever can read it may.
  mutating func forward(to reader: PublicJWK, _ contentKey: SecretBytes? = nil) throws {
    if let contentKey { self.contentKey = contentKey }
    self["recipients"] = try "[\(entry(reader))]"
    self["commitment"] = base64URL(try Self.derived(self.contentKey, commitmentName))
    try reseal()
  }

  private var commitmentName: String { "valise commitment v1|\(encryption.rawValue)" }

  /// A recipient's element, for a key on X25519.
  private func entry(_ reader: PublicJWK) throws -> String {
    let ephemeral = try PrivateJWK.generate(.x25519)
    let wrappingKey = try KeyAgreement(ephemeral, ephemeralKey: reader).derive(
      algorithmID: "ECDH-ES+A256KW", byteCount: 32)
    let encryptedKey = base64URL(try AESKeyWrap.wrap(contentKey, with: wrappingKey))
    let epk = HandMadeAgreement.text(ephemeral.publicKey)
    return #"""
      {"header":{"alg":"ECDH-ES+A256KW","epk":\#(epk)},"encrypted_key":"\#(encryptedKey)"}
      """#
  }

  mutating func add(_ reader: PublicJWK) throws {
    self["recipients"] = try "\((self["recipients"] ?? "").dropLast()),\(entry(reader))]"
  }

  static func derived(_ contentKey: SecretBytes, _ name: String) throws -> [UInt8] {
    let info = Array(name.utf8)
    return try KeyDerivation.hkdf(
      .sha256, inputKey: contentKey, salt: [UInt8]().span, info: info.span, byteCount: 32
    ).copy
  }

  /// The signed token within the signature, three parts.
  func token() throws -> [UInt8] {
    try JWE.decrypt(Array((self["signature"] ?? "").utf8), with: [signatureKey()]).plaintext
  }

  private func signatureKey() throws -> JWE.DecryptionKey {
    let key = try Self.derived(contentKey, "valise signature v1")
    return .symmetric(try SymmetricJWK(SecretBytes(copying: key.span)))
  }

  /// Puts `token` in the signature's place, encrypted as the format says.
  mutating func wrap(_ token: [UInt8], contentType: String? = "JWT") throws {
    guard case .symmetric(let key) = try signatureKey() else { return }
    var options = JWE.EncryptionOptions()
    options.serialization = .compact
    options.contentType = contentType
    let recipient = try JWE.Recipient(key, algorithm: .direct)
    self["signature"] = text(try JWE.encrypt(token, for: [recipient], options: options))
  }

  /// The claims after `change`, signed by `signer` and put in the signature's place.
  mutating func sign(
    by signer: JWS.Signer? = nil, type: String = "valise-signature+jwt",
    _ change: (inout [String: Any]) -> Void = { _ in }
  ) throws {
    let payload = try token().split(separator: UInt8(ascii: "."))[1]
    let decoded = try bytes(base64URL: text(Array(payload)))
    var claims =
      try JSONSerialization.jsonObject(with: Data(decoded)) as? [String: Any] ?? [:]
    change(&claims)
    var options = JWS.SigningOptions()
    options.type = type
    let signed = try JWS.sign(
      Array(JSONSerialization.data(withJSONObject: claims)), by: [signer ?? JWS.Signer(alice)],
      options: options)
    try wrap(signed)
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension AEAD {
  /// The cipher called so.
  static func named(_ encryption: ContentEncryptionAlgorithm) -> AEAD {
    switch encryption {
    case .a128GCM: .aes128GCM
    case .a192GCM: .aes192GCM
    case .a256GCM: .aes256GCM
    case .a128CBCHS256: .aes128CBCHMACSHA256
    case .a192CBCHS384: .aes192CBCHMACSHA384
    case .a256CBCHS512: .aes256CBCHMACSHA512
    case .xc20P: .xchacha20Poly1305
    }
  }
}
