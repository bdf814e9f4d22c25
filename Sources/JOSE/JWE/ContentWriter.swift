internal import Primitives

/// Streams plaintext through the cipher and base64url.
final class ContentWriter {
  /// Large pieces: AES-GCM in OpenSSL is three times faster at 16 KiB than at 1 KiB.
  ///
  /// A multiple of three, so that base64url never carries.
  static let pieceByteCount = 3 << 15

  private let sealer: AEADSealer
  private let encryption: ContentEncryptionAlgorithm
  private var encoder = Base64URLEncoder()
  /// The tag, once the last piece went through.
  private(set) var tag: [UInt8] = []

  init(_ sealer: AEADSealer, _ encryption: ContentEncryptionAlgorithm) {
    self.sealer = sealer
    self.encryption = encryption
  }

  /// Writes the ciphertext's text; `digest` sees the plaintext.
  func write(
    from source: some ByteSource, into sink: some ByteSink, digest: HashContext?
  ) throws(JOSEError) {
    let roomByteCount = Base64URL.encodedByteCount(Self.pieceByteCount + 64)
    try Pipeline.run(
      byteCount: roomByteCount,
      fill: { (plaintext) throws(JOSEError) in
        try source.fill(&plaintext, upTo: Self.pieceByteCount)
      },
      stages: (digest.map { [$0.stage] } ?? []) + stages,
      drain: { (text) throws(JOSEError) in try sink.write(text) })
  }

  /// From plaintext to the ciphertext's text.
  var stages: [Pipeline.Stage<JOSEError>] {
    [
      .transform { [self] (plaintext, ciphertext, isLast) throws(JOSEError) in
        do throws(PrimitiveError) {
          try sealer.update(plaintext, into: &ciphertext)
          if isLast { tag = try sealer.finish(into: &ciphertext) }
        } catch { throw advising(error) }
      },
      .transform { [self] (ciphertext, text, isLast) throws(JOSEError) in
        encoder.update(ciphertext, into: &text)
        if isLast { encoder.finish(into: &text) }
      },
    ]
  }

  private func advising(_ error: PrimitiveError) -> JOSEError {
    guard error.code == .limitExceeded else { return JOSEError(error) }
    return JOSEError(
      .limitExceeded,
      "the content is longer than \(encryption.rawValue) may carry; A256CBC-HS512 takes any size",
      underlying: error)
  }
}

extension HashContext {
  /// Digests whatever passes by.
  var stage: Pipeline.Stage<JOSEError> {
    .watch { (bytes) throws(JOSEError) in
      do throws(PrimitiveError) { try self.update(bytes) } catch { throw JOSEError(error) }
    }
  }
}

extension ByteSource {
  /// Fills `buffer` up to `count` bytes, fewer only at the end; false once the end was met.
  func fill(
    _ buffer: inout OutputSpan<UInt8>, upTo count: Int
  ) throws(JOSEError) -> Bool {
    while buffer.count < count {
      guard try read(upTo: count - buffer.count, into: &buffer) > 0 else { return false }
    }
    return true
  }
}
