/// TOML 1.0.
struct TOMLFormat: DocumentFormat {
  func scan(_ bytes: [UInt8]) throws(SecretsError) -> ScannedDocument {
    var scanner = TOMLScanner(try Self.checked(bytes))
    return try scanner.scan()
  }

  /// `bytes`, found to be UTF-8 of a bearable size.
  static func checked(_ bytes: [UInt8]) throws(SecretsError) -> [UInt8] {
    try ScanLimits.check(bytes)
    try UTF8Check.require(bytes)
    return bytes
  }

  func text(of token: SecretToken, in document: ScannedDocument) throws(SecretsError) -> [UInt8] {
    let source = document.source(token)
    return token.kind == .string ? TOMLString.text(of: source) : Array(source)
  }

  func kind(ofBare text: [UInt8]) -> SecretToken.Kind? { TOMLWord.kind(text) }

  func string(_ text: [UInt8], like old: ArraySlice<UInt8>?) throws(SecretsError) -> [UInt8] {
    let isPrintable = text.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    if old?.first == 0x27, isPrintable, !text.contains(0x27) { return [0x27] + text + [0x27] }
    return TOMLString.basic(text)
  }

  func sealed(_ compact: [UInt8], like old: ArraySlice<UInt8>) -> [UInt8] {
    [0x22] + compact + [0x22]
  }

  func splice(
    _ block: SealBlock, into document: ScannedDocument
  ) throws(SecretsError) -> Splice {
    var lines = ["[valise]", "version = \(SealBlock.version)", "key = ["].map { Array($0.utf8) }
    // SealBlock escapes `'`, so that the JSON can stand in literal strings.
    for line in block.keyLines { lines.append(Array("  '".utf8) + line + Array("',".utf8)) }
    lines.append([0x5D])
    for (name, patterns) in block.selection.members {
      let list = patterns.map { TOMLString.basic(Array($0.utf8)) }
      let joined = list.joined(separator: [0x2C, 0x20])
      lines.append(Array("\(name) = [".utf8) + joined + [0x5D])
    }
    for (name, text) in block.tokens {
      lines.append(Array("\(name) = \"".utf8) + text + [0x22])
    }
    return document.bytes.insertion(of: lines, at: document.insertion.offset)
  }

  func splice(
    _ entry: NewEntry, into document: ScannedDocument
  ) throws(SecretsError) -> Splice? {
    guard let key = entry.path.lastKey else { return nil }
    let written = TOMLString.isBare(key) ? key : TOMLString.basic(key)
    let pair = written + Array(" = ".utf8) + entry.value
    guard let lines = entry.sibling?.entry else {
      return entry.place.map { document.bytes.insertion(of: [pair], at: $0.offset) }
    }
    let line = document.bytes[lines]
    let name = line.prefix { $0 != 0x3D }.trimmed(\.isBlank)
    // Beside a dotted key the new one would need the same beginning.
    guard TOMLString.isBare(Array(name)) || [0x22, 0x27].contains(name.first) else { return nil }
    return document.bytes.insertion(
      of: [line.prefix(while: \.isBlank) + pair], at: lines.upperBound)
  }
}
