import JOSE
import Primitives

/// One ciphertext that two keys open to two texts, each key wrapped for a reader of its own: what a
/// malicious sender makes of ciphers that do not commit to their key (eprint 2020/1491).
struct TwoFacedEnvelope {
  /// What the readers see somewhere in their texts; the rest is noise.
  static let texts = ["pay 100 to alice", "pay 900 to mandy"]
  static let names = ["a", "b"]
  static let wrappingKeys = [3, 4].map { (byte: UInt8) in
    SecretBytes(copying: [UInt8](repeating: byte, count: 32).span)
  }

  let encryption: ContentEncryptionAlgorithm
  let keys: [SecretBytes]
  private let nonce: [UInt8]
  private var ciphertext: [UInt8] = []
  private var tag: [UInt8] = []

  private var protected: String {
    base64URL(Array(#"{"enc":"\#(encryption.rawValue)"}"#.utf8))
  }

  /// The general form, with a commitment to one of the keys or none.
  func json(committedTo index: Int?) throws -> [UInt8] {
    let entries = try (0..<2).map {
      let wrapped = base64URL(try AESKeyWrap.wrap(keys[$0], with: Self.wrappingKeys[$0]))
      return """
        {"header":{"alg":"A256KW","kid":"\(Self.names[$0])"},"encrypted_key":"\(wrapped)"}
        """
    }
    var members = [
      ("protected", "\"\(protected)\""), ("recipients", "[\(entries[0]),\(entries[1])]"),
      ("iv", "\"\(base64URL(nonce))\""), ("ciphertext", "\"\(base64URL(ciphertext))\""),
      ("tag", "\"\(base64URL(tag))\""),
    ]
    if let index {
      let name = "valise commitment v1|\(encryption.rawValue)"
      members.append(
        ("commitment", "\"\(base64URL(try SignedSample.derived(keys[index], name)))\""))
    }
    return HandMadeEnvelope.text(members.map { (name: $0.0, value: $0.1) })
  }

  /// What a reader sees; nil when the envelope does not open for them.
  static func read(_ text: [UInt8], as index: Int) -> String? {
    (try? opened(text, as: index)).map { String(decoding: $0.plaintext, as: UTF8.self) }
  }

  /// Likewise, with all that is told of it.
  static func opened(
    _ text: [UInt8], as index: Int, policy: JWE.DecryptionPolicy = JWE.DecryptionPolicy()
  ) throws -> JWE.Decrypted {
    let key = try SymmetricJWK(wrappingKeys[index], KeyMetadata(keyID: names[index]))
    return try JWE.decrypt(text, with: [.symmetric(key)], policy: policy)
  }

  /// AES-256 of one block: the first of CBC over zeros, with the block for a vector.
  private static func aes(_ key: [UInt8], _ block: [UInt8]) throws -> [UInt8] {
    let both = [UInt8](repeating: 0, count: 32) + key
    let none: [UInt8] = []
    let zeros = [UInt8](repeating: 0, count: 16)
    var output: [UInt8] = []
    try AEAD.aes256CBCHMACSHA512.sealer(
      key: SecretBytes(copying: both.span), nonce: block.span, additionalData: none.span
    ).update(zeros.span, appendingTo: &output)
    return output
  }

  private static func xor(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
    zip(left, right).map { $0 ^ $1 }
  }

  // MARK: AES-GCM

  /// Of three blocks the first says one thing under the first key, the second another under the second,
  /// and the third is solved for so that both tags are the same: GHASH is linear.
  static func gcm() throws -> TwoFacedEnvelope {
    try TwoFacedEnvelope(gcm: [[UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32)])
  }

  private init(gcm keys: [[UInt8]]) throws {
    encryption = .a256GCM
    self.keys = keys.map { SecretBytes(copying: $0.span) }
    nonce = [UInt8](repeating: 0, count: 12)
    let counters = (1...3).map { nonce + [0, 0, 0, $0] }
    let masks = try keys.map { GaloisElement(try Self.aes($0, counters[0])) }
    let hashKeys = try keys.map {
      GaloisElement(try Self.aes($0, [UInt8](repeating: 0, count: 16)))
    }
    let first = try Self.xor(Array(Self.texts[0].utf8), Self.aes(keys[0], counters[1]))
    let second = try Self.xor(Array(Self.texts[1].utf8), Self.aes(keys[1], counters[2]))
    let data = Array(protected.utf8)
    let unsolved = first + second + GaloisElement.zero.block
    let difference =
      masks[0] + hashKeys[0].ghash(data, unsolved) + masks[1] + hashKeys[1].ghash(data, unsolved)
    let factor = hashKeys[0] * hashKeys[0] + hashKeys[1] * hashKeys[1]
    ciphertext = first + second + (difference * factor.inverse).block
    tag = (masks[0] + hashKeys[0].ghash(data, ciphertext)).block
  }

  // MARK: AES-CBC with HMAC

  /// Two keys with one MAC half and two cipher halves: the tag is the same from the start.
  ///
  /// The last block is tried until its padding holds under both.
  static func cbc() throws -> TwoFacedEnvelope? {
    for attempt in UInt16(0)..<20_000 {
      let made = try TwoFacedEnvelope(cbc: attempt)
      if read(try made.json(committedTo: nil), as: 1) != nil { return made }
    }
    return nil
  }

  private init(cbc attempt: UInt16) throws {
    encryption = .a256CBCHS512
    let mac = [UInt8](repeating: 5, count: 32)
    let halves = [[UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32)]
    keys = halves.map { half in
      let both = mac + half
      return SecretBytes(copying: both.span)
    }
    nonce = [UInt8](repeating: 0, count: 16)
    let first = try Self.aes(halves[0], Self.xor(Array(Self.texts[0].utf8), nonce))
    let second = try Self.aes(halves[1], Self.xor(Array(Self.texts[1].utf8), first))
    // One byte of padding under the first key, and what it is under the second is luck.
    let filling = [UInt8(attempt >> 8), UInt8(attempt & 0xFF)] + [UInt8](repeating: 0, count: 13)
    let last = try Self.aes(halves[0], Self.xor(filling + [1], second))
    ciphertext = first + second + last
    let data = Array(protected.utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: (data.count * 8) >> (56 - 8 * $0)) }
    let input = data + nonce + ciphertext + length
    let code = try HMAC.code(.sha512, key: SecretBytes(copying: mac.span), input.span)
    tag = Array(code.prefix(32))
  }
}
