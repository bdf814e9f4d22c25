/// A place in a text that only goes forward.
struct ByteReader {
  let bytes: [UInt8]
  var offset = 0

  init(_ bytes: [UInt8], at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  var isAtEnd: Bool { offset >= bytes.count }
  /// The next byte; nil at the end.
  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  /// The byte `distance` further on; nil past the end.
  func peek(_ distance: Int) -> UInt8? {
    offset + distance < bytes.count ? bytes[offset + distance] : nil
  }

  func isAt(_ text: String) -> Bool { bytes[offset...].starts(with: text.utf8) }

  /// Whether a line ends here: a line feed, with or without a carriage return, or the text's end.
  var isAtLineEnd: Bool {
    next == nil || next == 0x0A || (next == 0x0D && peek(1) == 0x0A)
  }

  mutating func consume(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  mutating func skip(while condition: (UInt8) -> Bool) {
    while let byte = next, condition(byte) { offset += 1 }
  }

  /// Skips spaces and tabs.
  mutating func skipBlanks() { skip { $0 == 0x20 || $0 == 0x09 } }

  mutating func skipToLineEnd() {
    while !isAtLineEnd { offset += 1 }
  }

  /// Skips a line break, if there is one.
  mutating func skipLineBreak() {
    if next == 0x0D { offset += 1 }
    if next == 0x0A { offset += 1 }
  }

  func refusal(_ reason: String) -> SecretsError {
    SecretsError(.malformed, reason, at: offset, of: bytes)
  }
}

extension UInt8 {
  var isDigit: Bool { (0x30...0x39).contains(self) }
  var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
  var isHexDigit: Bool {
    isDigit || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
  }
  var isBlank: Bool { self == 0x20 || self == 0x09 }
}

enum UTF8Check {
  /// - Throws: ``SecretsError`` `malformed` unless `bytes` are UTF-8.
  static func require(_ bytes: [UInt8]) throws(SecretsError) {
    do { _ = try UTF8Span(validating: bytes.span) } catch {
      throw SecretsError(.malformed, "the file is not UTF-8", underlying: error)
    }
  }
}
