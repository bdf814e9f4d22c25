/// Lines of `NAME=value`, as dotenv libraries, shells and Docker Compose read them.
///
/// Where these differ, the longer reading is the value, so that nothing secret is taken for a
/// comment; what none of them reads alike, such as a quote that is not closed, is refused.
struct DotenvFormat: DocumentFormat {
  func scan(_ bytes: [UInt8]) throws(SecretsError) -> ScannedDocument {
    try ScanLimits.check(bytes)
    var scanner = DotenvScanner(bytes)
    return try scanner.scan()
  }

  func text(of token: SecretToken, in document: ScannedDocument) throws(SecretsError) -> [UInt8] {
    let source = document.source(token)
    guard let quote = source.first, [0x22, 0x27, 0x60].contains(quote), source.count > 1,
      source.last == quote, DotenvScanner.closing(of: source) == source.endIndex - 1
    else { return Array(source) }
    let inner = source.dropFirst().dropLast()
    return quote == 0x22 ? Self.unescape(inner) : Array(inner)
  }

  private static func unescape(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == 0x5C, let escaped = rest.first else {
        result.append(byte)
        continue
      }
      switch escaped {
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case 0x22, 0x5C, UInt8(ascii: "$"), UInt8(ascii: "`"): result.append(escaped)
      default: result += [byte, escaped]
      }
      rest.removeFirst()
    }
    return result
  }

  func kind(ofBare text: [UInt8]) -> SecretToken.Kind? { .string }

  func string(_ text: [UInt8], like old: ArraySlice<UInt8>?) throws(SecretsError) -> [UInt8] {
    guard !text.contains(0) else { throw SecretsError(.unsupported, "a value has a zero byte") }
    let isBare = text.allSatisfy { $0.isLetter || $0.isDigit || Self.bare.contains($0) }
    let wantsQuotes = old?.first.map { [0x22, 0x27].contains($0) } ?? false
    if isBare, !text.isEmpty, !wantsQuotes { return text }
    if !text.contains(where: { [0x27, 0x0A, 0x0D].contains($0) }), old?.first != 0x22 {
      return [0x27] + text + [0x27]
    }
    var quoted: [UInt8] = [0x22]
    for byte in text {
      switch byte {
      case 0x0A: quoted += Array("\\n".utf8)
      case 0x0D: quoted += Array("\\r".utf8)
      case 0x22, 0x5C, UInt8(ascii: "$"), UInt8(ascii: "`"): quoted += [0x5C, byte]
      default: quoted.append(byte)
      }
    }
    return quoted + [0x22]
  }

  private static let bare = Set("_./:@%+,-=".utf8)

  /// Quotes stay: a comment after them would be part of a value without.
  func sealed(_ compact: [UInt8], like old: ArraySlice<UInt8>) -> [UInt8] {
    switch old.first {
    case 0x22: [0x22] + compact + [0x22]
    case 0x27, 0x60: [0x27] + compact + [0x27]
    default: compact
    }
  }

  func splice(
    _ block: SealBlock, into document: ScannedDocument
  ) throws(SecretsError) -> Splice {
    var lines: [[UInt8]] = []
    for (name, value) in block.flatMembers {
      let name = name.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }
      lines.append(Array("VALISE_".utf8) + name + [0x3D] + (try string(value, like: nil)))
    }
    return document.bytes.insertion(of: lines, at: document.insertion.offset)
  }

  func splice(
    _ entry: NewEntry, into document: ScannedDocument
  ) throws(SecretsError) -> Splice? {
    guard entry.path.components.count == 1, let key = entry.path.lastKey,
      DotenvScanner.isName(key[...])
    else { return nil }
    let offset = entry.sibling.map { document.bytes.lineEnd($0.range.upperBound - 1) }
    return document.bytes.insertion(
      of: [key + [0x3D] + entry.value], at: offset ?? document.insertion.offset)
  }
}

/// Finds the values of a dotenv file.
struct DotenvScanner {
  private var reader: ByteReader
  private var collector: TokenCollector

  init(_ bytes: [UInt8]) {
    reader = ByteReader(bytes)
    collector = TokenCollector(bytes)
  }

  mutating func scan() throws(SecretsError) -> ScannedDocument {
    if reader.isAt("\u{FEFF}") { reader.offset += 3 }
    while !reader.isAtEnd {
      let start = reader.offset
      reader.skipBlanks()
      if !reader.isAtLineEnd, reader.next != UInt8(ascii: "#") { try scanEntry(from: start) }
      reader.skipToLineEnd()
      reader.skipLineBreak()
    }
    return try collector.document(.init(offset: reader.bytes.count), .lines)
  }

  private mutating func scanEntry(from start: Int) throws(SecretsError) {
    let isExported = reader.isAt("export ") || reader.isAt("export\t")
    if isExported {
      reader.offset += 6
      reader.skipBlanks()
    }
    let nameStart = reader.offset
    reader.skip { $0.isLetter || $0.isDigit || [0x5F, 0x2E, 0x2D].contains($0) }
    let name = reader.bytes[nameStart..<reader.offset]
    guard Self.isName(name) else { throw reader.refusal("not NAME=value") }
    try ScanLimits.check(key: Array(name))
    reader.skipBlanks()
    guard isDelimited() else {
      // A line of an unquoted key file must not pass for a name without a value.
      let isPlainName =
        isExported
        || (name.allSatisfy { !(0x61...0x7A).contains($0) }
          && (name.contains(0x5F) || !Self.couldBeSecret(name)))
      guard isPlainName, reader.isAtLineEnd || reader.next == UInt8(ascii: "#") else {
        throw reader.refusal("not NAME=value")
      }
      let mark = StructureMark(path: Self.path(Array(name)), kind: .word)
      return try collector.append(mark, at: nameStart)
    }
    let delimiter = reader.offset
    reader.skipBlanks()
    let value = try scanValue()
    guard !value.isEmpty else {
      let mark = StructureMark(
        path: Self.path(Array(name)), kind: .empty,
        entry: start..<reader.bytes.lineEnd(delimiter - 1), place: delimiter..<delimiter)
      return try collector.appendEmpty(mark, key: nameStart)
    }
    reader.offset = value.upperBound
    let entry = start..<reader.bytes.lineEnd(value.upperBound - 1)
    try collector.append(
      SecretToken(Self.path(Array(name)), value, .string, entry: entry), key: nameStart)
  }

  private mutating func isDelimited() -> Bool {
    // Some libraries read `NAME: value`.
    if reader.next == UInt8(ascii: ":"), reader.peek(1)?.isBlank == true {
      reader.offset += 1
      return true
    }
    return reader.consume("=")
  }

  private func scanValue() throws(SecretsError) -> Range<Int> {
    var reader = reader
    let start = reader.offset
    reader.skipToLineEnd()
    let lineEnd = reader.offset
    if let quote = self.reader.next, [0x22, 0x27, 0x60].contains(quote) {
      guard let closing = Self.closing(of: reader.bytes[start...]) else {
        throw self.reader.refusal("a quote is not closed")
      }
      var after = ByteReader(reader.bytes, at: closing + 1)
      after.skipBlanks()
      if after.isAtLineEnd || after.next == UInt8(ascii: "#") { return start..<closing + 1 }
      guard closing < lineEnd else {
        throw self.reader.refusal("there is text after the closing quote")
      }
    }
    return start..<unquotedEnd(start, lineEnd)
  }

  /// The end of an unquoted value: before a comment, which is a `#` after a blank.
  ///
  /// A `#` at the value's own start is no comment to python-dotenv.
  private func unquotedEnd(_ start: Int, _ lineEnd: Int) -> Int {
    let bytes = reader.bytes
    var end = lineEnd
    for index in start..<lineEnd where index > start {
      guard bytes[index] == UInt8(ascii: "#"), bytes[index - 1].isBlank else { continue }
      end = index
      break
    }
    while end > start, bytes[end - 1].isBlank { end -= 1 }
    return end
  }

  /// Where the quote that `text` begins with is closed; nil when it is not.
  ///
  /// A backslash escapes within double quotes only.
  static func closing(of text: ArraySlice<UInt8>) -> Int? {
    let quote = text[text.startIndex]
    var index = text.startIndex + 1
    while index < text.endIndex {
      if text[index] == quote { return index }
      index += quote == 0x22 && text[index] == 0x5C ? 2 : 1
    }
    return nil
  }

  /// Whether a word alone on its line looks like a key or a token rather than a name.
  static func couldBeSecret(_ word: ArraySlice<UInt8>) -> Bool {
    word.count >= 20 && word.contains(where: \.isDigit) && !word.contains(UInt8(ascii: "."))
  }

  static func isName(_ name: ArraySlice<UInt8>) -> Bool {
    guard let first = name.first, first.isLetter || first == 0x5F else { return false }
    return name.allSatisfy { $0.isLetter || $0.isDigit || [0x5F, 0x2E, 0x2D].contains($0) }
  }

  /// The path of a variable: those of the block are members of `valise`.
  private static func path(_ name: [UInt8]) -> SecretPath {
    let prefix = Array("VALISE_".utf8)
    guard name.starts(with: prefix) else { return SecretPath([.key(name)]) }
    let rest = name.dropFirst(prefix.count).map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    return SealBlock.memberPath(flat: rest) ?? SecretPath([.key(name)])
  }
}
