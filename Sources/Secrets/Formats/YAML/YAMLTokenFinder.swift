internal import Primitives

/// From where libyaml finds a scalar to the bytes that are its token.
struct YAMLTokenFinder {
  let bytes: [UInt8]

  /// The scalar that libyaml found at `place` with its tag, without an anchor before it and the line breaks after it.
  func range(
    of event: YAMLEvent, _ style: YAMLEvent.ScalarStyle, _ place: Range<Int>
  ) -> Range<Int> {
    var reader = ByteReader(bytes, at: place.lowerBound)
    if event.hasAnchor, reader.consume("&") {
      reader.skip { $0.isLetter || $0.isDigit || $0 == 0x5F || $0 == 0x2D }
      while let byte = reader.next, [0x20, 0x09, 0x0A, 0x0D, 0x23].contains(byte) {
        if byte == UInt8(ascii: "#") { reader.skipToLineEnd() } else { reader.offset += 1 }
      }
    }
    let start = reader.offset
    var end = place.upperBound
    guard style == .block, end > start else { return start..<max(start, end) }
    if keepsBreaks(start..<end) {
      // The last break ends the line; those before it are text.
      if bytes[end - 1] == 0x0A { end -= 1 }
      if end < bytes.count, bytes[end] == 0x0A, bytes[end - 1] == 0x0D { end -= 1 }
    } else {
      while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    }
    return start..<end
  }

  /// Whether a block scalar's header says that line breaks at its end are text (`+`).
  private func keepsBreaks(_ range: Range<Int>) -> Bool {
    let header = bytes[range].drop { $0 != UInt8(ascii: "|") && $0 != UInt8(ascii: ">") }
    return header.dropFirst().prefix { $0.isDigit || $0 == 0x2B || $0 == 0x2D }.contains(0x2B)
  }

  /// Whether what stands in `range` looks like the scalar: a guard against a wrong position, which
  /// would splice in the wrong place.
  func isPlausible(
    _ range: Range<Int>, _ event: YAMLEvent, _ style: YAMLEvent.ScalarStyle
  ) -> Bool {
    let source = bytes[range]
    guard let first = source.first, let last = source.last else { return false }
    if event.hasTag { return first == UInt8(ascii: "!") || event.hasAnchor }
    switch style {
    case .singleQuoted: return first == 0x27 && last == 0x27
    case .doubleQuoted: return first == 0x22 && last == 0x22
    case .block: return first == UInt8(ascii: "|") || first == UInt8(ascii: ">")
    case .plain:
      return source.contains { $0 == 0x0A || $0 == 0x0D } || source.elementsEqual(event.value)
    }
  }
}
