/// Finds the values of an INI file.
struct INIScanner {
  private var reader: ByteReader
  private var collector: TokenCollector
  private var section: [UInt8]?
  private var counts: [SecretPath: Int] = [:]

  init(_ bytes: [UInt8]) {
    reader = ByteReader(bytes)
    collector = TokenCollector(bytes)
  }

  mutating func scan() throws(SecretsError) -> ScannedDocument {
    if reader.isAt("\u{FEFF}") { reader.offset += 3 }
    collector.places[SecretPath()] = EntryPlace(offset: reader.offset, indentation: [])
    while !reader.isAtEnd {
      let start = reader.offset
      reader.skipBlanks()
      if !reader.isAtLineEnd {
        switch reader.next {
        case UInt8(ascii: ";"), UInt8(ascii: "#"): break
        // MySQL's and Mercurial's way to name another file.
        case UInt8(ascii: "!") where reader.isAt("!include"): break
        case UInt8(ascii: "%") where reader.isAt("%include"): break
        case UInt8(ascii: "["): try scanSection()
        default: try scanEntry(from: start)
        }
      }
      reader.skipToLineEnd()
      reader.skipLineBreak()
    }
    return try collector.document(.init(offset: reader.bytes.count), .lines)
  }

  private mutating func scanSection() throws(SecretsError) {
    let start = reader.offset
    reader.offset += 1
    var isQuoted = false
    while !reader.isAtLineEnd, isQuoted || reader.next != UInt8(ascii: "]") {
      if reader.next == 0x22 { isQuoted.toggle() }
      reader.offset += 1
    }
    let name = Array(reader.bytes[(start + 1)..<reader.offset])
    guard reader.consume("]"), !name.isEmpty else { throw reader.refusal("a section has no name") }
    try checkName(name)
    reader.skipBlanks()
    guard reader.isAtLineEnd || [0x23, 0x3B].contains(reader.next) else {
      throw reader.refusal("there is text after a section's name")
    }
    section = name
    if name == Array("valise".utf8) { collector.noteBlock(start..<reader.offset) }
    let end = reader.bytes.lineEnd(start)
    try collector.appendContainer(
      StructureMark(path: SecretPath([.key(name)]), kind: .emptyMapping), at: start)
    collector.places[SecretPath([.key(name)])] = EntryPlace(offset: end, indentation: [])
  }

  private func checkName(_ name: [UInt8]) throws(SecretsError) {
    try ScanLimits.check(key: name)
    do { _ = try UTF8Span(validating: name.span) } catch {
      throw reader.refusal("a name is not UTF-8")
    }
  }

  private mutating func scanEntry(from start: Int) throws(SecretsError) {
    let nameStart = reader.offset
    reader.skip { ![0x3D, 0x3A, 0x0A].contains($0) }
    let name = Array(
      reader.bytes[nameStart..<reader.offset].trimmed { $0.isBlank || $0 == 0x0D })
    guard !name.isEmpty, !reader.isAtEnd, reader.next != 0x0A else {
      // What is neither a pair nor a plain word could be the rest of a secret.
      guard !name.isEmpty, name.count < 48, Self.isName(name),
        !DotenvScanner.couldBeSecret(name[...])
      else {
        throw reader.refusal("not name = value")
      }
      reader.offset = nameStart
      let path = SecretPath((section.map { [.key($0)] } ?? []) + [.key(name)])
      return try collector.append(StructureMark(path: path, kind: .word), at: nameStart)
    }
    try checkName(name)
    reader.offset += 1
    let indentation = nameStart - start
    let delimiter = reader.offset
    guard let value = try scanValue(indentation) else {
      let mark = StructureMark(
        path: path(name), kind: .empty, entry: start..<reader.bytes.lineEnd(delimiter - 1),
        place: delimiter..<delimiter)
      return try collector.appendEmpty(mark, key: nameStart)
    }
    reader.offset = value.upperBound
    let entry = start..<reader.bytes.lineEnd(value.upperBound - 1)
    try collector.append(
      SecretToken(path(name), value, .string, entry: entry), key: nameStart)
  }

  private mutating func path(_ name: [UInt8]) -> SecretPath {
    let path = SecretPath((section.map { [.key($0)] } ?? []) + [.key(name)])
    if SealBlock.holds(path) { return SealBlock.memberPath(flat: name) ?? path }
    let count = counts[path, default: 0]
    counts[path] = count + 1
    return count == 0 ? path : path.appending(.index(count))
  }

  /// The value after a delimiter; nil when it is empty.
  private func scanValue(_ indentation: Int) throws(SecretsError) -> Range<Int>? {
    var reader = reader
    reader.skipBlanks()
    let start = reader.offset
    reader.skipToLineEnd()
    let lineEnd = reader.offset
    let end = try continuationEnd(lineEnd, indentation)
    if end == lineEnd, start < lineEnd, [0x22, 0x27].contains(reader.bytes[start]) {
      guard let closing = Self.closing(of: reader.bytes[start..<lineEnd]) else {
        throw self.reader.refusal("a quote is not closed on its line")
      }
      var after = ByteReader(reader.bytes, at: closing + 1)
      after.skipBlanks()
      if after.isAtLineEnd || [0x23, 0x3B].contains(after.next) { return start..<closing + 1 }
    }
    let value = reader.bytes[start..<end].trimmed { $0.isBlank || $0 == 0x0A || $0 == 0x0D }
    return value.isEmpty ? nil : value.startIndex..<value.endIndex
  }

  /// Where the lines that go on with a value end, without the last one's line break.
  private func continuationEnd(_ lineEnd: Int, _ indentation: Int) throws(SecretsError) -> Int {
    var end = lineEnd
    var isEscaped = lineEnd > 0 && reader.bytes[lineEnd - 1] == 0x5C
    var reader = ByteReader(reader.bytes, at: lineEnd)
    while !reader.isAtEnd {
      reader.skipLineBreak()
      let start = reader.offset
      reader.skipBlanks()
      let depth = reader.offset - start
      let first = reader.isAtLineEnd ? nil : reader.next
      reader.skipToLineEnd()
      switch first {
      case nil: isEscaped = false
      case UInt8(ascii: "#"), UInt8(ascii: ";"): break
      case UInt8(ascii: "[") where isEscaped:
        throw reader.refusal("a section begins after a backslash; quote the value before it")
      default:
        guard isEscaped || depth > indentation else { return end }
        end = reader.offset
        isEscaped = reader.bytes[end - 1] == 0x5C
      }
    }
    return end
  }

  /// Where the quote that `text` begins with is closed; nil when it is not.
  static func closing(of text: ArraySlice<UInt8>) -> Int? {
    DotenvScanner.closing(of: text)
  }

  static func isName(_ name: [UInt8]) -> Bool {
    !name.isEmpty
      && name.allSatisfy { $0.isLetter || $0.isDigit || [0x5F, 0x2E, 0x2D].contains($0) }
  }
}
