/// Strings of TOML: written, and resolved.
enum TOMLString {
  /// Whether `key` needs no quotes.
  static func isBare(_ key: [UInt8]) -> Bool {
    !key.isEmpty && key.allSatisfy(isBare)
  }

  static func isBare(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || byte == 0x5F || byte == 0x2D
  }

  /// `text` as a basic string on one line.
  static func basic(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x22]
    for byte in text {
      switch byte {
      case 0x22, 0x5C: result += [0x5C, byte]
      case 0x0A: result += Array("\\n".utf8)
      case 0x0D: result += Array("\\r".utf8)
      case 0x09: result += Array("\\t".utf8)
      case 0..<0x20, 0x7F:
        let digits = String(byte, radix: 16)
        result += Array("\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)".utf8)
      default: result.append(byte)
      }
    }
    return result + [0x22]
  }

  /// What a string that was found well formed stands for.
  static func text(of source: ArraySlice<UInt8>) -> [UInt8] {
    guard let quote = source.first else { return [] }
    let isMultiline = source.count >= 6 && source.dropFirst().first == quote
    var inner = source.dropFirst(isMultiline ? 3 : 1).dropLast(isMultiline ? 3 : 1)
    if isMultiline {
      // A line break right after the opening quotes is not part of the text.
      if inner.first == 0x0D, inner.dropFirst().first == 0x0A { inner.removeFirst() }
      if inner.first == 0x0A { inner.removeFirst() }
    }
    return quote == 0x27 ? Array(inner) : unescape(inner)
  }

  private static func unescape(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      guard text[index] == 0x5C, let length = escapeLength(text, at: index) else {
        result.append(text[index])
        index += 1
        continue
      }
      result += resolve(text[index + 1..<index + length])
      index += length
    }
    return result
  }

  /// The length of the escape at `index`, with its backslash; nil when it is none.
  static func escapeLength(_ text: ArraySlice<UInt8>, at index: Int) -> Int? {
    guard index + 1 < text.endIndex else { return nil }
    switch text[index + 1] {
    case UInt8(ascii: "b"), UInt8(ascii: "t"), UInt8(ascii: "n"), UInt8(ascii: "f"),
      UInt8(ascii: "r"), 0x22, 0x5C:
      return 2
    case UInt8(ascii: "u"): return scalar(text, at: index + 2, count: 4) == nil ? nil : 6
    case UInt8(ascii: "U"): return scalar(text, at: index + 2, count: 8) == nil ? nil : 10
    default: return joinedLines(text, at: index)
    }
  }

  /// The length of a backslash at the end of a line, with all white space after it.
  private static func joinedLines(_ text: ArraySlice<UInt8>, at index: Int) -> Int? {
    var end = index + 1
    while end < text.endIndex, text[end].isBlank { end += 1 }
    guard end < text.endIndex, text[end] == 0x0A || text[end] == 0x0D else { return nil }
    while end < text.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(text[end]) { end += 1 }
    return end - index
  }

  private static func scalar(
    _ text: ArraySlice<UInt8>, at index: Int, count: Int
  ) -> Unicode.Scalar? {
    guard index + count <= text.endIndex else { return nil }
    let digits = text[index..<index + count]
    guard digits.allSatisfy(\.isHexDigit) else { return nil }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16).flatMap(Unicode.Scalar.init)
  }

  private static func resolve(_ escape: ArraySlice<UInt8>) -> [UInt8] {
    switch escape.first {
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "r"): return [0x0D]
    case 0x22, 0x5C: return Array(escape)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let scalar = scalar(escape, at: escape.startIndex + 1, count: escape.count - 1)
      return scalar.map { Array(String(Character($0)).utf8) } ?? []
    default: return []
    }
  }
}
