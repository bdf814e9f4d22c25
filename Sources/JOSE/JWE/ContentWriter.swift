internal import Primitives

/// Streams plaintext through the cipher and base64url.
struct ContentWriter {
  /// Large pieces: AES-GCM in OpenSSL is three times faster at 16 KiB than at 1 KiB.
  ///
  /// A multiple of three, so that base64url never carries.
  static let pieceByteCount = 3 << 15

  private let sealer: AEADSealer
  private let encryption: ContentEncryptionAlgorithm

  init(_ sealer: AEADSealer, _ encryption: ContentEncryptionAlgorithm) {
    self.sealer = sealer
    self.encryption = encryption
  }

  /// Writes the ciphertext's text and returns the tag.
  func write(
    from source: some ByteSource, into sink: some ByteSink
  ) throws(JOSEError) -> [UInt8] {
    var tag: [UInt8] = []
    var encoder = Base64URLEncoder()
    try Pipeline.run(byteCount: Base64URL.encodedByteCount(Self.pieceByteCount + 64)) {
      (plaintext) throws(JOSEError) in
      try source.fill(&plaintext, upTo: Self.pieceByteCount)
    } first: { (plaintext, ciphertext, isLast) throws(JOSEError) in
      do throws(PrimitiveError) {
        try sealer.update(plaintext.span, appendingTo: &ciphertext)
        if isLast { tag = try sealer.finish(appendingTo: &ciphertext) }
      } catch { throw advising(error) }
    } second: { (ciphertext, text, isLast) throws(JOSEError) in
      encoder.update(ciphertext.span, appendingTo: &text)
      if isLast { encoder.finish(appendingTo: &text) }
    } drain: { (text) throws(JOSEError) in
      try sink.write(text.span)
    }
    return tag
  }

  private func advising(_ error: PrimitiveError) -> JOSEError {
    guard error.code == .limitExceeded else { return JOSEError(error) }
    return JOSEError(
      .limitExceeded,
      "the content is longer than \(encryption.rawValue) may carry; A256CBC-HS512 takes any size",
      underlying: error)
  }
}

extension ByteSource {
  /// Fills `buffer` up to `count` bytes, fewer only at the end; false once the end was met.
  func fill(_ buffer: inout [UInt8], upTo count: Int) throws(JOSEError) -> Bool {
    while buffer.count < count {
      guard try read(upTo: count - buffer.count, appendingTo: &buffer) > 0 else { return false }
    }
    return true
  }
}
