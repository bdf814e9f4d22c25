internal import Primitives

/// Streams the ciphertext's text through base64url and the cipher.
///
/// What it yields is not authentic until ``read(_:)`` has returned.
struct ContentReader {
  /// A multiple of four, so that base64url never carries; large, as the cipher likes it.
  static let textByteCount = 1 << 18

  let source: any RandomAccessBytes
  let range: Range<UInt64>
  let tag: [UInt8]

  /// Hands each piece to `take`, as ciphertext and as plaintext, in order; then checks the tag and
  /// hands over the rest of the plaintext.
  ///
  /// One thread reads and decodes while the other decrypts and hands over.
  ///
  /// - Throws: ``JOSEError`` `decryptionFailed`, `malformed` for anything but base64url,
  ///   `inputOutput`, and what `take` throws.
  func read(
    _ opener: AEADOpener,
    _ take: (_ ciphertext: Span<UInt8>, _ plaintext: Span<UInt8>) throws(JOSEError) -> Void
  ) throws(JOSEError) {
    var text: [UInt8] = []
    text.reserveCapacity(Self.textByteCount)
    var decoder = Base64URLDecoder()
    var offset = range.lowerBound
    var plaintext: [UInt8] = []
    plaintext.reserveCapacity(Self.textByteCount)

    try Relay.run(bufferByteCount: Self.textByteCount) { (ciphertext) throws(JOSEError) in
      text.removeAll(keepingCapacity: true)
      offset += try fill(&text, at: offset)
      do throws(PrimitiveError) {
        try decoder.update(text.span, appendingTo: &ciphertext)
        if offset == range.upperBound { try decoder.finish(appendingTo: &ciphertext) }
      } catch { throw Self.naming(error) }
      return offset < range.upperBound
    } drain: { (ciphertext) throws(JOSEError) in
      plaintext.removeAll(keepingCapacity: true)
      try primitive { () throws(PrimitiveError) in
        try opener.update(ciphertext.span, appendingTo: &plaintext)
      }
      try take(ciphertext.span, plaintext.span)
    }

    plaintext.removeAll(keepingCapacity: true)
    do { try opener.finish(tag: tag.span, appendingTo: &plaintext) } catch {
      throw WrappedKeyReader.refusal
    }
    try take([UInt8]().span, plaintext.span)
  }

  /// Reads up to a whole piece, so that the pieces lie alike in each pass.
  private func fill(_ text: inout [UInt8], at offset: UInt64) throws(JOSEError) -> UInt64 {
    let wanted = Int(min(UInt64(Self.textByteCount), range.upperBound - offset))
    while text.count < wanted {
      let count = try source.read(
        at: offset + UInt64(text.count), upTo: wanted - text.count, appendingTo: &text)
      guard count > 0 else { throw JOSEError(.malformed, "it became shorter while it was read") }
    }
    return UInt64(wanted)
  }

  private static func naming(_ error: PrimitiveError) -> JOSEError {
    guard error.code == .invalidEncoding else { return JOSEError(error) }
    return JOSEError(.malformed, "ciphertext is not base64url", underlying: error)
  }
}
