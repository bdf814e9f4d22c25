internal import Primitives

/// Where the parts of an envelope lie in its bytes, found without holding the ciphertext.
///
/// The text before the ciphertext and the text after it are kept; put together they are a JSON
/// text whose `ciphertext` is empty, which is then read strictly as a whole. That stands for
/// reading all of it, because ``ContentReader`` takes nothing but base64url in the part left out.
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

  init(_ source: some RandomAccessBytes) throws(JOSEError) {
    var first: [UInt8] = []
    _ = try source.read(at: 0, upTo: Self.pieceByteCount, appendingTo: &first)
    guard let start = first.first(where: { !Self.isSpace($0) }) else {
      throw JOSEError(.malformed, "it is empty")
    }
    if start == UInt8(ascii: "{") {
      (form, ciphertext) = try Self.readJSON(source)
    } else {
      (form, ciphertext) = try Self.readCompact(source)
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  // MARK: JSON

  private static func readJSON(
    _ source: some RandomAccessBytes
  ) throws(JOSEError) -> (Form, Range<UInt64>?) {
    let limit = JSONLimits().byteCount
    var text: [UInt8] = []
    var finder = CiphertextFinder()
    while try source.read(
      at: UInt64(text.count), upTo: pieceByteCount, appendingTo: &text) > 0
    {
      guard finder.find(in: text.span) == nil else { break }
      guard text.count <= limit else {
        throw JOSEError(.limitExceeded, "its head is over \(limit) bytes")
      }
    }
    guard let start = finder.position else {
      return (.json(try JSONDocument(parsing: text)), nil)
    }
    let end = try endOfCiphertext(source, from: UInt64(start))
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
  /// In a large envelope it is looked for near the end: a quote after a run of base64url that is
  /// longer than any other string may be can end nothing but the ciphertext. Should that fail, the
  /// first quote from the start on is the one.
  private static func endOfCiphertext(
    _ source: some RandomAccessBytes, from start: UInt64
  ) throws(JOSEError) -> UInt64 {
    let quote = UInt8(ascii: "\"")
    if source.byteCount - start > searchByteCount {
      var runStart = source.byteCount - searchByteCount / 2
      let longest = UInt64(JSONLimits().stringByteCount)
      let found = try search(source, from: runStart) { byte, offset in
        if Base64URL.isInAlphabet(byte) { return false }
        let isEnd = byte == quote && offset - runStart > longest
        runStart = offset + 1
        return isEnd
      }
      if let found { return found }
    }
    guard let end = try search(source, from: start, where: { byte, _ in byte == quote }) else {
      throw JOSEError(.malformed, "it ends within the ciphertext")
    }
    return end
  }

  private static func search(
    _ source: some RandomAccessBytes, from start: UInt64, where matches: (UInt8, UInt64) -> Bool
  ) throws(JOSEError) -> UInt64? {
    var offset = start
    var piece: [UInt8] = []
    while try source.read(at: offset, upTo: pieceByteCount, appendingTo: &piece) > 0 {
      for (index, byte) in piece.enumerated() where matches(byte, offset + UInt64(index)) {
        return offset + UInt64(index)
      }
      offset += UInt64(piece.count)
      piece.removeAll(keepingCapacity: true)
    }
    return nil
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
    let dot = UInt8(ascii: ".")
    var starts: [UInt64] = [0]
    let limit = UInt64(1 << 18)
    _ = try search(source, from: 0) { byte, offset in
      if byte == dot { starts.append(offset + 1) }
      return starts.count == 4 || offset > limit
    }
    guard starts.count == 4 else {
      throw JOSEError(.malformed, "it is neither JSON nor a compact JWE")
    }
    var parts: [[UInt8]] = []
    for index in 0..<3 {
      var part: [UInt8] = []
      try read(source, starts[index]..<(starts[index + 1] - 1), appendingTo: &part)
      parts.append(part)
    }
    let (end, tag) = try compactTag(source, after: starts[3])
    return (.compact(parts: parts, tag: tag), starts[3]..<end)
  }

  private static func compactTag(
    _ source: some RandomAccessBytes, after start: UInt64
  ) throws(JOSEError) -> (UInt64, [UInt8]) {
    var tail: [UInt8] = []
    let tailStart = max(start, source.byteCount - min(source.byteCount, 1024))
    try read(source, tailStart..<source.byteCount, appendingTo: &tail)
    if tail.last == 0x0A { tail.removeLast() }
    if tail.last == 0x0D { tail.removeLast() }
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
