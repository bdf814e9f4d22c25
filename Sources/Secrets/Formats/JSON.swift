internal import JOSE

/// JSON, read by the strict parser of JOSE.
struct JSONFormat: DocumentFormat {
  func scan(_ bytes: [UInt8]) throws(SecretsError) -> ScannedDocument {
    try ScanLimits.check(bytes)
    var scanner = try JSONScanner(bytes)
    return try scanner.scan()
  }

  func text(of token: SecretToken, in document: ScannedDocument) throws(SecretsError) -> [UInt8] {
    let source = Array(document.source(token))
    guard token.kind == .string else { return source }
    let parsed = try jose(.malformed) { () throws(JOSEError) in
      try JSONDocument(parsing: source)
    }
    return parsed.root.utf8 ?? source
  }

  func kind(ofBare text: [UInt8]) -> SecretToken.Kind? {
    // Not JSON means not a bare value: there is nothing else to tell.
    do { return JSONScanner.kind(try JSONDocument(parsing: text).root) } catch { return nil }
  }

  func string(_ text: [UInt8], like old: ArraySlice<UInt8>?) throws(SecretsError) -> [UInt8] {
    JSONText.string(String(decoding: text, as: UTF8.self)).compact
  }

  func sealed(_ compact: [UInt8], like old: ArraySlice<UInt8>) -> [UInt8] {
    [0x22] + compact + [0x22]
  }

  func splice(
    _ block: SealBlock, into document: ScannedDocument
  ) throws(SecretsError) -> Splice {
    let isCompact = document.insertion.isCompact
    let lineBreak = isCompact ? [] : document.bytes.lineBreak + document.insertion.indentation
    let members = try members(of: block, lineBreak: lineBreak, isCompact: isCompact)
    var text: [UInt8] = [0x2C] + lineBreak
    text += Array((isCompact ? "\"valise\":{" : "\"valise\": {").utf8)
    text += members + lineBreak + [0x7D]
    let offset = document.insertion.offset
    return Splice(range: offset..<offset, text: text)
  }

  private func members(
    of block: SealBlock, lineBreak: [UInt8], isCompact: Bool
  ) throws(SecretsError) -> [UInt8] {
    let inner = isCompact ? [] : lineBreak + Array("  ".utf8)
    let colon = Array((isCompact ? ":" : ": ").utf8)
    var members = [Array("\"version\"".utf8) + colon + Array("\(SealBlock.version)".utf8)]
    let deeper = isCompact ? [] : inner + Array("  ".utf8)
    // The lines of the recipients stand deeper than the first and the last.
    let key = block.keyLines.enumerated().reduce(into: [UInt8]()) { key, line in
      let isOuter = line.offset == block.keyLines.count - 1
      if line.offset > 0 { key += isOuter ? inner : deeper }
      key += line.element
    }
    members.append(Array("\"key\"".utf8) + colon + key)
    for (name, patterns) in block.selection.members {
      let list = JSONText.array(patterns.map { .string($0) }).compact
      members.append(Array("\"\(name)\"".utf8) + colon + list)
    }
    for (name, text) in block.tokens {
      members.append(Array("\"\(name)\"".utf8) + colon + [0x22] + text + [0x22])
    }
    return inner + Array(members.joined(separator: [0x2C] + inner))
  }

  func splice(
    _ entry: NewEntry, into document: ScannedDocument
  ) throws(SecretsError) -> Splice? {
    guard let key = entry.path.lastKey else { return nil }
    let bytes = document.bytes
    if let range = entry.empty?.place {
      let member = try string(key, like: nil) + Array(": ".utf8) + entry.value
      return Splice(range: range, text: [0x7B] + member + [0x7D])
    }
    guard let place = entry.sibling.map({ self.place(beside: $0, in: bytes) }) ?? entry.place else {
      return nil
    }
    var text: [UInt8] = [0x2C]
    if let indentation = place.indentation { text += bytes.lineBreak + indentation }
    let colon = place.indentation == nil ? ":" : ": "
    text += try string(key, like: nil) + Array(colon.utf8) + entry.value
    return Splice(range: place.offset..<place.offset, text: text)
  }

  /// On a line of its own where the sibling begins one.
  private func place(beside sibling: SecretToken, in bytes: [UInt8]) -> EntryPlace {
    EntryPlace(
      offset: sibling.range.upperBound,
      indentation: bytes.indentation(ofKeyOn: bytes.lineStart(sibling.range.lowerBound)))
  }
}

/// Finds the values of a JSON text.
private struct JSONScanner {
  private let bytes: [UInt8]
  /// A byte order mark, which RFC 8259 §8.1 lets readers ignore and some editors write.
  private let shift: Int
  private let root: JSONValue
  private let lines: LineMap
  private var collector: TokenCollector
  private var blockCut: Range<Int>?

  init(_ bytes: [UInt8]) throws(SecretsError) {
    self.bytes = bytes
    shift = ByteReader(bytes).isAt("\u{FEFF}") ? 3 : 0
    let text = shift == 0 ? bytes : Array(bytes.dropFirst(shift))
    var limits = JSONLimits(byteCount: ScanLimits.byteCount)
    limits.depth = ScanLimits.depth
    root = try jose(.malformed) { () throws(JOSEError) in
      try JSONDocument(parsing: text, limits: limits)
    }.root
    collector = TokenCollector(bytes)
    lines = LineMap(bytes)
  }

  mutating func scan() throws(SecretsError) -> ScannedDocument {
    guard root.isObject else {
      throw SecretsError(.unsupported, "the file is not a JSON object: it has no place for keys")
    }
    try scanMembers(of: root, SecretPath())
    return try collector.document(insertion, blockCut.map { .range($0) } ?? .lines)
  }

  private var insertion: BlockInsertion {
    let members = root.members
    guard let first = members.first, let last = members.last else {
      return BlockInsertion(offset: bytes.count)
    }
    let start = range(first.name).lowerBound
    let space = bytes[..<start].suffix(while: { [0x20, 0x09, 0x0A, 0x0D].contains($0) })
    return BlockInsertion(
      offset: range(last.value).upperBound,
      indentation: space.contains(0x0A) ? space.suffix(while: { $0.isBlank }) : [],
      isCompact: !space.contains(0x0A))
  }

  private func range(_ value: JSONValue) -> Range<Int> {
    let range = value.writtenRange
    return range.lowerBound + shift..<range.upperBound + shift
  }

  private mutating func scan(
    _ value: JSONValue, _ path: SecretPath, entry: Range<Int>?
  ) throws(SecretsError) {
    if value.isObject {
      try markEmpty(value, path, .emptyMapping, isEmpty: value.members.isEmpty, entry)
      return try scanMembers(of: value, path)
    }
    if value.isArray {
      try markEmpty(value, path, .emptyList, isEmpty: value.elements.isEmpty, entry)
      for (index, element) in value.elements.enumerated() {
        try scan(element, path.appending(.index(index)), entry: nil)
      }
      return
    }
    guard let kind = Self.kind(value) else { return }
    let range = range(value)
    try collector.append(
      SecretToken(path, range, kind, entry: entry), key: entry?.lowerBound ?? range.lowerBound)
  }

  private mutating func markEmpty(
    _ value: JSONValue, _ path: SecretPath, _ kind: StructureMark.Kind, isEmpty: Bool,
    _ entry: Range<Int>?
  ) throws(SecretsError) {
    guard isEmpty else { return }
    let range = range(value)
    let place = kind == .emptyMapping ? range : nil
    try collector.append(
      StructureMark(path: path, kind: kind, entry: entry, place: place), at: range.lowerBound)
  }

  /// What a value is; nil for arrays and objects.
  static func kind(_ value: JSONValue) -> SecretToken.Kind? {
    if value.isString { return .string }
    if value.isNumber { return .number }
    if value.bool != nil { return .boolean }
    return value.isObject || value.isArray ? nil : .null
  }

  private mutating func scanMembers(
    of object: JSONValue, _ path: SecretPath
  ) throws(SecretsError) {
    let members = object.members
    if let first = members.first, let last = members.last {
      collector.places[path] = EntryPlace(
        offset: range(last.value).upperBound,
        indentation: bytes.indentation(ofKeyOn: lines.start(range(first.name).lowerBound)))
    }
    for (index, member) in members.enumerated() {
      let key = member.name.utf8 ?? []
      try ScanLimits.check(key: key)
      let entry = entry(index, members)
      let memberPath = path.appending(.key(key))
      if path.components.isEmpty, SealBlock.holds(memberPath) { blockCut = entry }
      if memberPath == SealBlock.keyPath, member.value.isObject {
        collector.keyObject = range(member.value)
        continue
      }
      try scan(member.value, memberPath, entry: entry)
    }
  }

  /// What goes away with a member: it and a comma on one of its sides.
  private func entry(
    _ index: Int, _ members: [(name: JSONValue, value: JSONValue)]
  ) -> Range<Int> {
    let member = members[index]
    if index > 0 {
      return range(members[index - 1].value).upperBound..<range(member.value).upperBound
    }
    let start = range(member.name).lowerBound
    guard members.count > 1 else { return start..<range(member.value).upperBound }
    return start..<range(members[1].name).lowerBound
  }
}

extension ArraySlice<UInt8> {
  fileprivate func suffix(while condition: (UInt8) -> Bool) -> [UInt8] {
    Array(Array(reversed().prefix(while: condition)).reversed())
  }
}

extension [UInt8] {
  /// The blanks before a key that begins the line at `line`; nil where none does.
  fileprivate func indentation(ofKeyOn line: Int) -> [UInt8]? {
    let blanks = self[line...].prefix(while: \.isBlank)
    return line > 0 && self[blanks.endIndex] == 0x22 ? Array(blanks) : nil
  }

  fileprivate func suffix(while condition: (UInt8) -> Bool) -> [UInt8] {
    self[...].suffix(while: condition)
  }
}
