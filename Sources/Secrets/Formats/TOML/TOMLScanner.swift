/// Finds the values of a TOML file, and refuses what TOML 1.0 does.
struct TOMLScanner {
  var reader: ByteReader
  var collector: TokenCollector
  /// Tables and arrays, which may hold no value at all, and where they begin.
  private(set) var containers: [(path: SecretPath, offset: Int)] = []
  private var tables = TOMLTables()
  private var table = SecretPath()

  init(_ bytes: [UInt8]) {
    reader = ByteReader(bytes)
    collector = TokenCollector(bytes)
  }

  mutating func scan() throws(SecretsError) -> ScannedDocument {
    if reader.isAt("\u{FEFF}") { reader.offset += 3 }
    collector.places[table] = EntryPlace(offset: reader.offset, indentation: [])
    while !reader.isAtEnd {
      reader.skipBlanks()
      switch reader.next {
      case UInt8(ascii: "["): try scanHeader()
      case UInt8(ascii: "#"), 0x0A, 0x0D, nil: break
      default: try scanPair(in: table, isOnOwnLine: true)
      }
      try finishLine()
    }
    return try collector.document(.init(offset: reader.bytes.count), .lines)
  }

  private mutating func finishLine() throws(SecretsError) {
    reader.skipBlanks()
    try skipComment()
    guard reader.isAtLineEnd else { throw reader.refusal("there is text where a line should end") }
    reader.skipLineBreak()
  }

  private mutating func skipComment() throws(SecretsError) {
    guard reader.next == UInt8(ascii: "#") else { return }
    while !reader.isAtLineEnd, let byte = reader.next {
      guard byte >= 0x20 || byte == 0x09, byte != 0x7F else {
        throw reader.refusal("a control character in a comment")
      }
      reader.offset += 1
    }
  }

  private mutating func scanHeader() throws(SecretsError) {
    let start = reader.offset
    reader.offset += 1
    let isArray = reader.consume("[")
    let keys = try scanKeys()
    guard reader.consume("]"), !isArray || reader.consume("]") else {
      throw reader.refusal("a table's name is not closed")
    }
    guard let path = tables.open(keys, isArray: isArray) else {
      throw reader.refusal("the table stands twice or is something else already")
    }
    table = path
    try noteContainer(path, start, .emptyMapping)
    collector.places[path] = EntryPlace(offset: reader.bytes.lineEnd(start), indentation: [])
    if SealBlock.holds(path) { collector.noteBlock(start..<reader.offset) }
  }

  private mutating func noteContainer(
    _ path: SecretPath, _ start: Int, _ kind: StructureMark.Kind
  ) throws(SecretsError) {
    containers.append((path, start))
    try collector.appendContainer(StructureMark(path: path, kind: kind), at: start)
  }

  private mutating func scanPair(
    in table: SecretPath, isOnOwnLine: Bool, depth: Int = 0
  ) throws(SecretsError) {
    let start = reader.offset
    let keys = try scanKeys()
    guard reader.consume("=") else { throw reader.refusal("= is missing") }
    reader.skipBlanks()
    guard let path = tables.define(keys, in: table) else {
      throw reader.refusal("the key stands twice")
    }
    try ScanLimits.check(depth: path.components.count)
    try scanValue(path, key: start, isEntry: isOnOwnLine, depth: depth)
    if SealBlock.holds(path) { collector.noteBlock(start..<reader.offset) }
  }

  /// Keys with dots between, with the blanks around them.
  private mutating func scanKeys() throws(SecretsError) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    repeat {
      reader.skipBlanks()
      keys.append(try scanKey())
      reader.skipBlanks()
      try ScanLimits.check(depth: keys.count)
    } while reader.consume(".")
    return keys
  }

  private mutating func scanKey() throws(SecretsError) -> [UInt8] {
    let start = reader.offset
    var key: [UInt8]
    switch reader.next {
    case 0x22, 0x27:
      guard !reader.isAt("\"\"\""), !reader.isAt("'''") else {
        throw reader.refusal("a key cannot be a multi-line string")
      }
      try skipString()
      key = TOMLString.text(of: reader.bytes[start..<reader.offset])
    default:
      reader.skip(while: TOMLString.isBare)
      key = Array(reader.bytes[start..<reader.offset])
      guard !key.isEmpty else { throw reader.refusal("a key is missing") }
    }
    try ScanLimits.check(key: key)
    return key
  }

  // MARK: Values

  private mutating func scanValue(
    _ path: SecretPath, key: Int, isEntry: Bool, depth: Int
  ) throws(SecretsError) {
    try ScanLimits.check(depth: depth)
    let start = reader.offset
    let kind: SecretToken.Kind
    switch reader.next {
    case UInt8(ascii: "["):
      try noteContainer(path, start, .emptyList)
      return try scanArray(path, depth: depth + 1)
    case UInt8(ascii: "{"):
      try noteContainer(path, start, .emptyMapping)
      return try scanInlineTable(path, depth: depth + 1)
    case 0x22, 0x27:
      try skipString()
      kind = .string
    default: kind = try scanWord()
    }
    let range = start..<reader.offset
    let entry = isEntry ? reader.bytes.lines(key..<range.upperBound) : nil
    try collector.append(SecretToken(path, range, kind, entry: entry), key: key)
  }

  private mutating func scanArray(_ path: SecretPath, depth: Int) throws(SecretsError) {
    reader.offset += 1
    var index = 0
    try skipSpace()
    while !reader.consume("]") {
      try scanValue(
        path.appending(.index(index)), key: reader.offset, isEntry: false, depth: depth)
      index += 1
      try skipSpace()
      guard reader.consume(",") else {
        guard reader.consume("]") else { throw reader.refusal("an array is not closed") }
        return
      }
      try skipSpace()
    }
  }

  private mutating func skipSpace() throws(SecretsError) {
    while true {
      reader.skipBlanks()
      try skipComment()
      guard reader.isAtLineEnd, !reader.isAtEnd else { return }
      reader.skipLineBreak()
    }
  }

  private mutating func scanInlineTable(_ path: SecretPath, depth: Int) throws(SecretsError) {
    reader.offset += 1
    reader.skipBlanks()
    guard !reader.consume("}") else { return }
    repeat {
      reader.skipBlanks()
      try scanPair(in: path, isOnOwnLine: false, depth: depth)
      reader.skipBlanks()
    } while reader.consume(",")
    guard reader.consume("}") else { throw reader.refusal("an inline table is not closed") }
  }

  private mutating func scanWord() throws(SecretsError) -> SecretToken.Kind {
    let start = reader.offset
    skipWord()
    // A date and a time may have a space between them.
    if reader.offset - start == 10, reader.bytes[start + 4] == 0x2D, reader.next == 0x20,
      reader.peek(1)?.isDigit == true
    {
      reader.offset += 1
      skipWord()
    }
    guard let kind = TOMLWord.kind(Array(reader.bytes[start..<reader.offset])) else {
      reader.offset = start
      throw reader.refusal("not a value")
    }
    return kind
  }

  private mutating func skipWord() {
    reader.skip { $0.isLetter || $0.isDigit || Self.wordCharacters.contains($0) }
  }

  private static let wordCharacters = Set("_+-.:".utf8)

  // MARK: Strings

  private mutating func skipString() throws(SecretsError) {
    let quote = reader.next ?? 0
    let isMultiline = reader.peek(1) == quote && reader.peek(2) == quote
    reader.offset += isMultiline ? 3 : 1
    while let byte = reader.next {
      if byte == quote, try skipClosing(quote, isMultiline) { return }
      if byte == quote { continue }
      if byte == 0x5C, quote == 0x22 {
        try skipEscape(isMultiline)
        continue
      }
      let isBreak = byte == 0x0A || (byte == 0x0D && reader.peek(1) == 0x0A)
      guard byte >= 0x20 || byte == 0x09 || (isBreak && isMultiline), byte != 0x7F else {
        throw reader.refusal(
          isBreak ? "a string is not closed on its line" : "a control character in a string")
      }
      reader.offset += 1
    }
    throw reader.refusal("a string is not closed")
  }

  /// Skips quotes, and tells whether they close the string: one, or three after up to two more.
  private mutating func skipClosing(_ quote: UInt8, _ isMultiline: Bool) throws(SecretsError)
    -> Bool
  {
    let start = reader.offset
    guard isMultiline else {
      reader.offset += 1
      return true
    }
    reader.skip { $0 == quote }
    let count = reader.offset - start
    guard count <= 5 else { throw reader.refusal("too many quotes") }
    return count >= 3
  }

  private mutating func skipEscape(_ isMultiline: Bool) throws(SecretsError) {
    let length = TOMLString.escapeLength(reader.bytes[...], at: reader.offset)
    let isSpace = [0x20, 0x09, 0x0A, 0x0D].contains(reader.peek(1))
    guard let length, isMultiline || !isSpace else {
      throw reader.refusal("a bad escape in a string")
    }
    reader.offset += length
  }
}
