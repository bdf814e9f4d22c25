internal import Primitives

/// A compact JWE under `dir` with A256GCM (RFC 7516 §7.1), as every value and the digest are.
///
/// The header is always the same bytes, so that a sealed value is known by its shape.
struct CompactSeal: Sendable {
  /// `{"alg":"dir","enc":"A256GCM"}`, no encrypted key, and two dots.
  static let prefix = Array("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..".utf8)
  private static let header = prefix.dropLast(2)
  private static let tagByteCount = 16

  /// The whole text.
  let text: [UInt8]
  /// The authentication tag, 16 bytes.
  let tag: [UInt8]
  private let nonce: [UInt8]
  private let ciphertext: [UInt8]

  /// Reads `text`; nil when it has another shape.
  init?(_ text: [UInt8]) {
    guard text.starts(with: Self.prefix) else { return nil }
    let parts = text.dropFirst(Self.prefix.count)
      .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let nonce = Self.decode(parts[0]),
      let ciphertext = Self.decode(parts[1]), let tag = Self.decode(parts[2]),
      nonce.count == AEAD.aes256GCM.nonceByteCount, tag.count == Self.tagByteCount
    else { return nil }
    self.text = text
    self.tag = tag
    self.nonce = nonce
    self.ciphertext = ciphertext
  }

  private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    // What is not base64url is no seal; there is nothing else to tell.
    do { return try Base64URL.decode(text.span) } catch { return nil }
  }

  /// Seals `plaintext`.
  init(
    _ plaintext: Span<UInt8>, under key: SecretBytes, _ random: RandomSource
  ) throws(SecretsError) {
    let nonce = try primitive { () throws(PrimitiveError) in
      try random.bytes(AEAD.aes256GCM.nonceByteCount)
    }
    var ciphertext: [UInt8] = []
    let tag: [UInt8]
    do throws(PrimitiveError) {
      let sealer = try AEAD.aes256GCM.sealer(
        key: key, nonce: nonce.span, additionalData: Self.header.span)
      try sealer.update(plaintext, appendingTo: &ciphertext)
      tag = try sealer.finish(appendingTo: &ciphertext)
    } catch { throw SecretsError(.internalFailure, error.reason, underlying: error) }
    var text = Self.prefix
    Base64URL.encode(nonce.span, appendingTo: &text)
    text.append(UInt8(ascii: "."))
    Base64URL.encode(ciphertext.span, appendingTo: &text)
    text.append(UInt8(ascii: "."))
    Base64URL.encode(tag.span, appendingTo: &text)
    self.text = text
    self.tag = tag
    self.nonce = nonce
    self.ciphertext = ciphertext
  }

  /// What was sealed; nil when the key does not open it.
  func open(under key: SecretBytes) throws(SecretsError) -> SecretBytes? {
    var plaintext: [UInt8] = []
    do throws(PrimitiveError) {
      let opener = try AEAD.aes256GCM.opener(
        key: key, nonce: nonce.span, additionalData: Self.header.span)
      try opener.update(ciphertext.span, appendingTo: &plaintext)
      try opener.finish(tag: tag.span, appendingTo: &plaintext)
      return SecretBytes(wiping: &plaintext)
    } catch {
      // What did not verify is nobody's to see.
      _ = SecretBytes(wiping: &plaintext)
      guard error.code == .authenticationFailed else {
        throw SecretsError(.internalFailure, error.reason, underlying: error)
      }
      return nil
    }
  }

  /// The seal that a value as written in a file is, whatever quotes it has; nil when it is none.
  static func find(in source: ArraySlice<UInt8>) -> CompactSeal? {
    var inner = source
    if let quote = source.first, quote == 0x22 || quote == 0x27, source.count > 1,
      source.last == quote
    {
      inner = source.dropFirst().dropLast()
    }
    return CompactSeal(Array(inner))
  }
}
