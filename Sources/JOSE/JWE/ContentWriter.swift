internal import Primitives

/// Streams plaintext through the cipher and base64url.
struct ContentWriter {
  /// Large pieces: AES-GCM in OpenSSL is three times faster at 16 KiB than at 1 KiB.
  ///
  /// A multiple of three, so that base64url never carries.
  static let pieceByteCount = 3 << 16

  private let sealer: AEADSealer
  private let encryption: ContentEncryptionAlgorithm

  init(_ sealer: AEADSealer, _ encryption: ContentEncryptionAlgorithm) {
    self.sealer = sealer
    self.encryption = encryption
  }

  /// Writes the ciphertext's text and returns the tag.
  ///
  /// One thread reads and encrypts while the other encodes and writes.
  func write(
    from source: some ByteSource, into sink: some ByteSink
  ) throws(JOSEError) -> [UInt8] {
    var plaintext: [UInt8] = []
    plaintext.reserveCapacity(Self.pieceByteCount)
    var tag: [UInt8] = []
    var encoder = Base64URLEncoder()
    var text: [UInt8] = []
    text.reserveCapacity(Base64URL.encodedByteCount(Self.pieceByteCount + 64))

    try Relay.run(bufferByteCount: Self.pieceByteCount + 64) { (ciphertext) throws(JOSEError) in
      guard try source.fill(&plaintext, upTo: Self.pieceByteCount) else {
        tag = try primitive { () throws(PrimitiveError) in
          try sealer.finish(appendingTo: &ciphertext)
        }
        return false
      }
      do throws(PrimitiveError) {
        try sealer.update(plaintext.span, appendingTo: &ciphertext)
      } catch {
        throw advising(error)
      }
      return true
    } drain: { (ciphertext) throws(JOSEError) in
      text.removeAll(keepingCapacity: true)
      encoder.update(ciphertext.span, appendingTo: &text)
      try sink.write(text.span)
    }

    text.removeAll(keepingCapacity: true)
    encoder.finish(appendingTo: &text)
    try sink.write(text.span)
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
  /// Replaces `buffer` by the next `count` bytes, fewer only at the end; false when there are none.
  func fill(_ buffer: inout [UInt8], upTo count: Int) throws(JOSEError) -> Bool {
    buffer.removeAll(keepingCapacity: true)
    while buffer.count < count {
      guard try read(upTo: count - buffer.count, appendingTo: &buffer) > 0 else { break }
    }
    return !buffer.isEmpty
  }
}
