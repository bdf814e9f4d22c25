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

  /// Hands the decrypted pieces to `take`, in order, then checks the tag and hands over the rest.
  ///
  /// - Throws: ``JOSEError`` `decryptionFailed`, `malformed` for anything but base64url,
  ///   `inputOutput`, and what `take` throws.
  func read(
    _ opener: AEADOpener,
    _ take: (_ ciphertext: Span<UInt8>, _ plaintext: Span<UInt8>) throws(JOSEError) -> Void
  ) throws(JOSEError) {
    var text: [UInt8] = []
    var ciphertext: [UInt8] = []
    var plaintext: [UInt8] = []
    text.reserveCapacity(Self.textByteCount)
    ciphertext.reserveCapacity(Self.textByteCount)
    plaintext.reserveCapacity(Self.textByteCount + 64)
    var decoder = Base64URLDecoder()
    var offset = range.lowerBound
    while offset < range.upperBound {
      text.removeAll(keepingCapacity: true)
      offset += try fill(&text, at: offset)
      ciphertext.removeAll(keepingCapacity: true)
      plaintext.removeAll(keepingCapacity: true)
      do {
        try decoder.update(text.span, appendingTo: &ciphertext)
        if offset == range.upperBound { try decoder.finish(appendingTo: &ciphertext) }
        try opener.update(ciphertext.span, appendingTo: &plaintext)
      } catch { throw Self.naming(error) }
      if offset == range.upperBound { try finish(opener, &plaintext) }
      try take(ciphertext.span, plaintext.span)
    }
    if range.isEmpty {
      try finish(opener, &plaintext)
      try take(ciphertext.span, plaintext.span)
    }
  }

  private func finish(_ opener: AEADOpener, _ plaintext: inout [UInt8]) throws(JOSEError) {
    do { try opener.finish(tag: tag.span, appendingTo: &plaintext) } catch {
      throw WrappedKeyReader.refusal
    }
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
