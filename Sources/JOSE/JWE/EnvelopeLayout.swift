internal import Primitives

/// Where the parts of an envelope lie in its bytes, found without holding the ciphertext.
///
/// The text before the ciphertext and the text after it are kept; put together they are a JSON
/// text whose `ciphertext` is empty, which is then read strictly as a whole. That stands for
/// reading all of it, because nothing but base64url may be in the part left out: what is looked at
/// here unless ``ContentReader`` is going to. Otherwise a second list of recipients could lie there.
///
/// A file that grows meanwhile ends where it ended when it was opened.
struct EnvelopeLayout {
  enum Form {
    case json(JSONDocument)
    /// The first three parts and the tag.
    case compact(parts: [[UInt8]], tag: [UInt8])
  }

  let form: Form
  /// Where the ciphertext's text lies; nil in a JSON text that has none.
  let ciphertext: Range<UInt64>?

  private static let pieceByteCount = 1 << 16
  /// Envelopes up to this size are searched from the front.
  private static let searchByteCount: UInt64 = 16 << 20

  init(_ source: some RandomAccessBytes, for use: JWE.Envelope.Use) throws(JOSEError) {
    var first: [UInt8] = []
    _ = try Self.readPiece(of: source, at: 0, appendingTo: &first)
    guard let start = first.first(where: { !Self.isSpace($0) }) else {
      throw JOSEError(.malformed, "it is empty")
    }
    if start == UInt8(ascii: "{") {
      (form, ciphertext) = try Self.readJSON(source, for: use)
    } else {
      (form, ciphertext) = try Self.readCompact(source)
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  // MARK: JSON

  private static func readJSON(
    _ source: some RandomAccessBytes, for use: JWE.Envelope.Use
  ) throws(JOSEError) -> (Form, Range<UInt64>?) {
    let limit = JSONLimits().byteCount
    var text: [UInt8] = []
    var finder = CiphertextFinder()
    while try readPiece(of: source, at: UInt64(text.count), appendingTo: &text) > 0 {
      guard finder.find(in: text.span) == nil else { break }
      guard text.count <= limit else {
        throw JOSEError(.limitExceeded, "its head is over \(limit) bytes")
      }
    }
    guard let start = finder.position else {
      return (.json(try JSONDocument(parsing: text)), nil)
    }
    let end = try endOfCiphertext(source, from: UInt64(start), for: use)
    guard source.byteCount - end <= UInt64(limit) else {
      throw JOSEError(.limitExceeded, "its head is over \(limit) bytes")
    }
    text.removeSubrange(start...)
    try read(source, end..<source.byteCount, appendingTo: &text)
    let document = try JSONDocument(parsing: text)
    // The search only counted brackets and quotes; the strict reader has the last word on where
    // the member is.
    guard document.root["ciphertext"]?.startOffset == start else {
      throw JOSEError(.malformed, "its members cannot be told apart")
    }
    return (.json(document), UInt64(start)..<end)
  }

  /// The offset of the quote that ends the ciphertext.
  ///
  /// In a large envelope that is decrypted next it is looked for near the end: a quote after a run of
  /// base64url that is longer than any other string may be can end nothing but the ciphertext.
  /// Otherwise it is what the base64url from the start on ends with.
  private static func endOfCiphertext(
    _ source: some RandomAccessBytes, from start: UInt64, for use: JWE.Envelope.Use
  ) throws(JOSEError) -> UInt64 {
    if use == .decryption, source.byteCount - start > searchByteCount,
      let end = try endOfLongRun(source, from: source.byteCount - searchByteCount / 2)
    {
      return end
    }
    var end: UInt64?
    try forEachPiece(of: source, from: start) { (piece, offset) throws(JOSEError) in
      let count = Base64URL.leadingCount(in: piece)
      guard count < piece.count else { return true }
      guard piece[count] == UInt8(ascii: "\"") else {
        throw JOSEError(.malformed, "ciphertext is not base64url")
      }
      end = offset + UInt64(count)
      return false
    }
    guard let end else { throw JOSEError(.malformed, "it ends within the ciphertext") }
    return end
  }

  /// The first quote from `start` on that has more base64url before it than a string may hold.
  private static func endOfLongRun(
    _ source: some RandomAccessBytes, from start: UInt64
  ) throws(JOSEError) -> UInt64? {
    var runByteCount = 0
    var end: UInt64?
    try forEachPiece(of: source, from: start) { (piece, offset) throws(JOSEError) in
      var index = 0
      while index < piece.count {
        let count = Base64URL.leadingCount(in: piece.extracting(droppingFirst: index))
        runByteCount += count
        index += count
        guard index < piece.count else { break }
        if piece[index] == UInt8(ascii: "\""), runByteCount > JSONLimits().stringByteCount {
          end = offset + UInt64(index)
          return false
        }
        runByteCount = 0
        index += 1
      }
      return true
    }
    return end
  }

  /// Hands over the pieces from `start` on with their offsets, while `body` wants more.
  private static func forEachPiece(
    of source: some RandomAccessBytes, from start: UInt64,
    _ body: (Span<UInt8>, UInt64) throws(JOSEError) -> Bool
  ) throws(JOSEError) {
    var offset = start
    var piece: [UInt8] = []
    while try readPiece(of: source, at: offset, appendingTo: &piece) > 0 {
      guard try body(piece.span, offset) else { return }
      offset += UInt64(piece.count)
      piece.removeAll(keepingCapacity: true)
    }
  }

  /// Appends the piece at `offset`, nothing past the end.
  private static func readPiece(
    of source: some RandomAccessBytes, at offset: UInt64, appendingTo text: inout [UInt8]
  ) throws(JOSEError) -> Int {
    let rest = source.byteCount - min(source.byteCount, offset)
    return try source.read(
      at: offset, upTo: Int(min(UInt64(pieceByteCount), rest)), appendingTo: &text)
  }

  private static func read(
    _ source: some RandomAccessBytes, _ range: Range<UInt64>, appendingTo text: inout [UInt8]
  ) throws(JOSEError) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = try source.read(
        at: offset, upTo: Int(min(UInt64(pieceByteCount), range.upperBound - offset)),
        appendingTo: &text)
      guard count > 0 else { throw JOSEError(.malformed, "it became shorter while it was read") }
      offset += UInt64(count)
    }
  }

  // MARK: Compact

  /// Reads five parts (RFC 7516 §7.1).
  ///
  /// A line terminator at the very end, as editors leave it, is not part of the last.
  private static func readCompact(
    _ source: some RandomAccessBytes
  ) throws(JOSEError) -> (Form, Range<UInt64>?) {
    // Room for a header at its limit and the longest encrypted key there is.
    var head: [UInt8] = []
    try read(source, 0..<min(source.byteCount, 1 << 18), appendingTo: &head)
    var parts: [[UInt8]] = []
    var start = 0
    while parts.count < 3 {
      guard let end = head[start...].firstIndex(of: UInt8(ascii: ".")) else {
        throw JOSEError(.malformed, "it is neither JSON nor a compact JWE")
      }
      parts.append(Array(head[start..<end]))
      start = end + 1
    }
    let (end, tag) = try compactTag(source, after: UInt64(start))
    return (.compact(parts: parts, tag: tag), UInt64(start)..<end)
  }

  private static func compactTag(
    _ source: some RandomAccessBytes, after start: UInt64
  ) throws(JOSEError) -> (UInt64, [UInt8]) {
    var tail: [UInt8] = []
    let tailStart = max(start, source.byteCount - min(source.byteCount, 1024))
    try read(source, tailStart..<source.byteCount, appendingTo: &tail)
    if tail.last == 0x0A {
      tail.removeLast()
      if tail.last == 0x0D { tail.removeLast() }
    }
    guard let index = tail.lastIndex(of: UInt8(ascii: ".")) else {
      throw JOSEError(.malformed, "a compact JWE has five parts")
    }
    return (tailStart + UInt64(index), Array(tail[(index + 1)...]))
  }
}

/// Finds the value of the outermost member `ciphertext`, feeding on ever more of the text.
struct CiphertextFinder {
  private static let name = Array("ciphertext".utf8)

  private var offset = 0
  private var depth = 0
  private var stringStart: Int?
  private var isEscaped = false
  /// Whether the last string of the outermost object was the name, and a colon came after it.
  private var lastStringIsName = false
  private var valueIsNext = false

  /// The offset of the value's first character.
  private(set) var position: Int?

  /// Goes on where the last call ended; `text` begins with the same bytes.
  mutating func find(in text: Span<UInt8>) -> Int? {
    while offset < text.count, position == nil {
      step(text[offset], text)
      offset += 1
    }
    return position
  }

  private mutating func step(_ byte: UInt8, _ text: Span<UInt8>) {
    if let start = stringStart {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        lastStringIsName = depth == 1 && isName(text.extracting(start..<offset))
        stringStart = nil
      }
      return
    }
    switch byte {
    case UInt8(ascii: "\""):
      stringStart = offset + 1
      if valueIsNext { position = offset + 1 }
    case UInt8(ascii: ":"): valueIsNext = lastStringIsName && depth == 1
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      depth += 1
      valueIsNext = false
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    case UInt8(ascii: ","): valueIsNext = false
    default: break
    }
    if byte != UInt8(ascii: "\""), byte != 0x20, byte != 0x0A, byte != 0x0D, byte != 0x09 {
      lastStringIsName = false
    }
  }

  private func isName(_ span: Span<UInt8>) -> Bool {
    span.count == Self.name.count && span.indices.allSatisfy { span[$0] == Self.name[$0] }
  }
}
