internal import COpenSSL

/// An authenticated cipher with associated data: its sizes, and where it ends.
package struct AEAD: Sendable, Hashable {
  enum Construction: Sendable, Hashable {
    /// AES-GCM: one OpenSSL cipher does it all; `counter` is its encryption alone.
    case gcm(cipher: FetchedCipher, counter: FetchedCipher)
    /// AES-CBC and HMAC, encrypt then MAC (RFC 7518 §5.2).
    case cbcHMAC(cipher: FetchedCipher, hash: Hash)
    /// HChaCha20 makes a key from the first 16 bytes of the nonce; ChaCha20-Poly1305 does the rest
    /// (draft-irtf-cfrg-xchacha-03).
    case xchacha
  }

  let construction: Construction
  /// The key's size in bytes.
  package let keyByteCount: Int
  /// The nonce's, in JOSE the initialization vector's, size in bytes.
  package let nonceByteCount: Int
  /// The tag's size in bytes.
  ///
  /// Shorter tags never verify, though OpenSSL would take them.
  package let tagByteCount: Int
  /// The longest plaintext under one key and nonce, in bytes.
  package let maximumPlaintextByteCount: UInt64

  package static let aes128GCM = gcm(.aes128GCM, .aes128CTR, keyByteCount: 16)
  package static let aes192GCM = gcm(.aes192GCM, .aes192CTR, keyByteCount: 24)
  package static let aes256GCM = gcm(.aes256GCM, .aes256CTR, keyByteCount: 32)
  package static let aes128CBCHMACSHA256 = cbc(.aes128CBC, .sha256, keyByteCount: 32)
  package static let aes192CBCHMACSHA384 = cbc(.aes192CBC, .sha384, keyByteCount: 48)
  package static let aes256CBCHMACSHA512 = cbc(.aes256CBC, .sha512, keyByteCount: 64)
  package static let xchacha20Poly1305 = AEAD(
    construction: .xchacha, keyByteCount: 32, nonceByteCount: 24, tagByteCount: 16,
    maximumPlaintextByteCount: (1 << 38) - 64)

  /// The same cipher with a lower limit, so that a test need not encrypt 64 GiB.
  package func limited(to byteCount: UInt64) -> AEAD {
    AEAD(
      construction: construction, keyByteCount: keyByteCount, nonceByteCount: nonceByteCount,
      tagByteCount: tagByteCount, maximumPlaintextByteCount: byteCount)
  }

  private static func gcm(
    _ cipher: FetchedCipher, _ counter: FetchedCipher, keyByteCount: Int
  ) -> AEAD {
    // 2^39 - 256 bits, NIST SP 800-38D §5.2.1.1: past it the counter block repeats.
    AEAD(
      construction: .gcm(cipher: cipher, counter: counter), keyByteCount: keyByteCount,
      nonceByteCount: 12, tagByteCount: 16, maximumPlaintextByteCount: (1 << 36) - 32)
  }

  private static func cbc(_ cipher: FetchedCipher, _ hash: Hash, keyByteCount: Int) -> AEAD {
    AEAD(
      construction: .cbcHMAC(cipher: cipher, hash: hash), keyByteCount: keyByteCount,
      nonceByteCount: 16, tagByteCount: keyByteCount / 2, maximumPlaintextByteCount: 1 << 60)
  }

  /// Starts sealing one message.
  ///
  /// - Throws: ``PrimitiveError`` `invalidLength` for a key or a nonce of another size.
  package func sealer(
    key: SecretBytes, nonce: Span<UInt8>, additionalData: Span<UInt8>
  ) throws(PrimitiveError) -> AEADSealer {
    try AEADSealer(AEADState(self, key, nonce, additionalData, sealing: true))
  }

  func checkSizes(_ key: SecretBytes, _ nonce: Span<UInt8>) throws(PrimitiveError) {
    guard key.byteCount == keyByteCount else {
      throw PrimitiveError(.invalidLength, "the key has the wrong size")
    }
    guard nonce.count == nonceByteCount else {
      throw PrimitiveError(.invalidLength, "the initialization vector has the wrong size")
    }
  }

  /// Starts opening one message.
  ///
  /// - Throws: ``PrimitiveError`` `invalidLength` for a key or a nonce of another size.
  package func opener(
    key: SecretBytes, nonce: Span<UInt8>, additionalData: Span<UInt8>
  ) throws(PrimitiveError) -> AEADOpener {
    try AEADOpener(AEADState(self, key, nonce, additionalData, sealing: false))
  }
}

/// Encrypts one message piece by piece.
package final class AEADSealer {
  private let state: AEADState

  init(_ state: AEADState) { self.state = state }

  /// Encrypts `plaintext` and appends the ciphertext that is ready, which for CBC may lag behind by
  /// less than a block.
  ///
  /// Large pieces are several times faster than small ones.
  ///
  /// - Throws: ``PrimitiveError`` `limitExceeded` past ``AEAD/maximumPlaintextByteCount``.
  package func update(
    _ plaintext: Span<UInt8>, into ciphertext: inout OutputSpan<UInt8>
  ) throws(PrimitiveError) {
    try state.count(plaintext.count)
    let start = ciphertext.count
    try state.cipher.update(plaintext, into: &ciphertext)
    try state.hmac?.update(ciphertext.span.extracting(start...))
  }

  /// Appends the rest of the ciphertext and returns the tag.
  package func finish(
    into ciphertext: inout OutputSpan<UInt8>
  ) throws(PrimitiveError) -> [UInt8] {
    let start = ciphertext.count
    try state.cipher.finish(into: &ciphertext)
    guard let hmac = state.hmac else { return try state.cipher.tag(state.algorithm.tagByteCount) }
    try hmac.update(ciphertext.span.extracting(start...))
    return try state.macTag(hmac)
  }
}

/// Decrypts one message piece by piece.
///
/// What ``update(_:into:)`` yields is **not authentic** until ``finish(tag:into:)``
/// has returned: nobody may see it before.
package final class AEADOpener {
  private let state: AEADState

  init(_ state: AEADState) { self.state = state }

  /// Decrypts `ciphertext` and appends the plaintext that is ready.
  ///
  /// - Throws: ``PrimitiveError`` `limitExceeded` past what one message may hold.
  package func update(
    _ ciphertext: Span<UInt8>, into plaintext: inout OutputSpan<UInt8>
  ) throws(PrimitiveError) {
    try state.count(ciphertext.count)
    try state.hmac?.update(ciphertext)
    try state.cipher.update(ciphertext, into: &plaintext)
  }

  /// Checks the tag and appends the rest of the plaintext.
  ///
  /// For CBC the MAC is checked before the padding is looked at, and both failures are the same
  /// error, so that there is no padding oracle (CVE-2017-12973).
  ///
  /// - Throws: ``PrimitiveError`` `authenticationFailed` when anything does not hold.
  package func finish(
    tag: Span<UInt8>, into plaintext: inout OutputSpan<UInt8>
  ) throws(PrimitiveError) {
    // OpenSSL verifies tags of 1 to 15 bytes too (CVE-2023-37464): the size is checked here.
    guard tag.count == state.algorithm.tagByteCount else { throw Self.refusal }
    if let hmac = state.hmac {
      let expected = try state.macTag(hmac)
      guard ConstantTime.areEqual(expected.span, tag) else { throw Self.refusal }
    } else {
      try state.cipher.expect(tag: tag)
    }
    do { try state.cipher.finish(into: &plaintext) } catch { throw Self.refusal }
  }

  private static let refusal = PrimitiveError(.authenticationFailed, "the tag does not hold")
}

/// What sealing and opening share: the cipher, the MAC where it is a second pass, and the count.
final class AEADState {
  let algorithm: AEAD
  let cipher: CipherContext
  let hmac: HMAC?
  private let additionalDataBitCount: UInt64
  /// Bytes fed so far.
  ///
  /// The ciphertext has as many, plus the padding.
  private var byteCount: UInt64 = 0

  init(
    _ algorithm: AEAD, _ key: SecretBytes, _ nonce: Span<UInt8>, _ additionalData: Span<UInt8>,
    sealing: Bool
  ) throws(PrimitiveError) {
    try algorithm.checkSizes(key, nonce)
    self.algorithm = algorithm
    additionalDataBitCount = UInt64(additionalData.count) * 8
    switch algorithm.construction {
    case .gcm(let name, _):
      cipher = try CipherContext(name, key: key, nonce: nonce, sealing: sealing)
      try cipher.addData(additionalData)
      hmac = nil
    case .xchacha:
      let (subkey, rest) = HChaCha20.chachaParameters(key: key, nonce: nonce)
      cipher = try CipherContext(
        .chacha20Poly1305, key: subkey, nonce: rest.span, sealing: sealing)
      try cipher.addData(additionalData)
      hmac = nil
    case .cbcHMAC(let name, let hash):
      // The MAC key comes first (RFC 7518 §5.2.2.1).
      let half = key.byteCount / 2
      let mac = try HMAC(hash, key: key.extracting(0..<half))
      try mac.update(additionalData)
      try mac.update(nonce)
      cipher = try CipherContext(
        name, key: key.extracting(half..<key.byteCount), nonce: nonce, sealing: sealing)
      hmac = mac
    }
  }

  func count(_ bytes: Int) throws(PrimitiveError) {
    let (sum, overflow) = byteCount.addingReportingOverflow(UInt64(bytes))
    // A CBC ciphertext is up to a block longer than its plaintext; at 2^60 nobody is short of it.
    guard !overflow, sum <= algorithm.maximumPlaintextByteCount else {
      throw PrimitiveError(
        .limitExceeded,
        "more than \(algorithm.maximumPlaintextByteCount) bytes in one message")
    }
    byteCount = sum
  }

  /// The leading half of HMAC(AAD ‖ IV ‖ ciphertext ‖ AL), AL being the AAD's size in bits as 64-bit
  /// big-endian (RFC 7518 §5.2.2.1).
  func macTag(_ hmac: HMAC) throws(PrimitiveError) -> [UInt8] {
    let length = (0..<8).map { UInt8(truncatingIfNeeded: additionalDataBitCount >> (56 - 8 * $0)) }
    try hmac.update(length.span)
    return Array(try hmac.finish().prefix(algorithm.tagByteCount))
  }
}

extension AEAD {
  /// AES-GCM for a key of 16, 24 or 32 bytes.
  package static func gcm(keyByteCount: Int) -> AEAD {
    switch keyByteCount {
    case 16: .aes128GCM
    case 24: .aes192GCM
    default: .aes256GCM
    }
  }
}
