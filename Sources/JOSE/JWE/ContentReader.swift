internal import Primitives

/// Streams the ciphertext's text through base64url and the cipher.
///
/// What it yields is not authentic until ``read(_:digest:inspect:take:)`` has returned.
struct ContentReader {
  /// A multiple of four, so that base64url never carries; large, as the cipher likes it.
  static let textByteCount = 1 << 17

  typealias Inspection = (_ ciphertext: Span<UInt8>) throws(JOSEError) -> Void

  let source: any RandomAccessBytes
  let range: Range<UInt64>
  let tag: [UInt8]

  /// Hands each piece of ciphertext to `inspect` and its plaintext to `digest` and `take`, all in
  /// order but at the same time; the last plaintext only once the tag was seen to hold.
  ///
  /// - Throws: ``JOSEError`` `decryptionFailed`, `malformed` for anything but base64url,
  ///   `inputOutput`, and what `inspect` and `take` throw.
  func read(
    _ opener: AEADOpener, digest: HashContext? = nil, inspect: Inspection? = nil,
    take: (_ plaintext: Span<UInt8>) throws(JOSEError) -> Void = { _ throws(JOSEError) in }
  ) throws(JOSEError) {
    try run(
      stages(opener, inspect) + (digest.map { [$0.stage] } ?? []),
      drain: take)
  }

  /// Decrypts what was read before; `inspect` throws for each piece that is not what it was then.
  ///
  /// - Throws: ``JOSEError`` `malformed`, `inputOutput`, and what `inspect` and `take` throw.
  func readAgain(
    _ reopener: AEADReopener, inspect: @escaping Inspection,
    take: (_ plaintext: Span<UInt8>) throws(JOSEError) -> Void
  ) throws(JOSEError) {
    try run(
      [decodingStage(), .watch(inspect), reopeningStage(reopener)], drain: take)
  }

  /// Sends the ciphertext's text through `stages`, which begin with those of this reader.
  func run(
    _ stages: [Pipeline.Stage<JOSEError>],
    drain: (Span<UInt8>) throws(JOSEError) -> Void
  ) throws(JOSEError) {
    var offset = range.lowerBound
    try Pipeline.run(
      byteCount: Base64URL.encodedByteCount(ContentWriter.pieceByteCount + 64),
      fill: { (text) throws(JOSEError) in
        offset += try fill(&text, at: offset)
        return offset < range.upperBound
      }, stages: stages, drain: drain)
  }

  /// From the ciphertext's text to plaintext.
  func stages(
    _ opener: AEADOpener, _ inspect: Inspection? = nil
  ) -> [Pipeline.Stage<JOSEError>] {
    let decoding = [decodingStage()]
    // A stage of its own: with the cipher it would make the slowest stage, and no other core could help.
    let watching = inspect.map { [Pipeline.Stage.watch($0)] } ?? []
    return decoding + watching + [openingStage(opener)]
  }

  private func decodingStage() -> Pipeline.Stage<JOSEError> {
    var decoder = Base64URLDecoder()
    return .transform { (text, ciphertext, isLast) throws(JOSEError) in
      do throws(PrimitiveError) {
        try decoder.update(text, into: &ciphertext)
        if isLast { try decoder.finish(into: &ciphertext) }
      } catch { throw Self.naming(error) }
    }
  }

  private func openingStage(_ opener: AEADOpener) -> Pipeline.Stage<JOSEError> {
    .transform { (ciphertext, plaintext, isLast) throws(JOSEError) in
      do throws(PrimitiveError) {
        try opener.update(ciphertext, into: &plaintext)
        if isLast { try opener.finish(tag: tag.span, into: &plaintext) }
      } catch {
        throw error.code == .authenticationFailed ? WrappedKeyReader.refusal : JOSEError(error)
      }
    }
  }

  private func reopeningStage(_ reopener: AEADReopener) -> Pipeline.Stage<JOSEError> {
    .transform { (ciphertext, plaintext, isLast) throws(JOSEError) in
      do throws(PrimitiveError) {
        try reopener.update(ciphertext, into: &plaintext)
        if isLast { try reopener.finish(into: &plaintext) }
      } catch { throw JOSEError(error) }
    }
  }

  /// Reads up to a whole piece, so that the pieces lie alike in each pass.
  private func fill(
    _ text: inout OutputSpan<UInt8>, at offset: UInt64
  ) throws(JOSEError) -> UInt64 {
    let wanted = Int(min(UInt64(Self.textByteCount), range.upperBound - offset))
    while text.count < wanted {
      let count = try source.read(
        at: offset + UInt64(text.count), upTo: wanted - text.count, into: &text)
      guard count > 0 else { throw JOSEError(.malformed, "it became shorter while it was read") }
    }
    return UInt64(wanted)
  }

  private static func naming(_ error: PrimitiveError) -> JOSEError {
    guard error.code == .invalidEncoding else { return JOSEError(error) }
    return JOSEError(.malformed, "ciphertext is not base64url", underlying: error)
  }
}
