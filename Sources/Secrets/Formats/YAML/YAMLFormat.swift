/// YAML, located by libyaml.
///
/// A value's token is a scalar with its tag. An anchor before it stays where it is, so that aliases
/// go on meaning it; an alias is not a value. Keys that are not plain text, and two keys of one name,
/// are refused.
struct YAMLFormat: DocumentFormat {
  func scan(_ bytes: [UInt8]) throws(SecretsError) -> ScannedDocument {
    var scanner = try YAMLScanner(bytes)
    return try scanner.scan()
  }

  func text(of token: SecretToken, in document: ScannedDocument) throws(SecretsError) -> [UInt8] {
    if let text = YAMLScalar.text(ofSimple: document.source(token)) { return text }
    return try texts(in: document, of: [token])[0]
  }

  func texts(
    in document: ScannedDocument, of tokens: [SecretToken]
  ) throws(SecretsError) -> [[UInt8]] {
    var scanner = try YAMLScanner(document.bytes)
    scanner.keepsTexts = true
    _ = try scanner.scan()
    var texts: [[UInt8]] = []
    for token in tokens {
      guard let text = scanner.texts[token.range] else {
        throw SecretsError(.internalFailure, "a value was not found again", path: token.path)
      }
      texts.append(text)
    }
    return texts
  }

  func kind(ofBare text: [UInt8]) -> SecretToken.Kind? {
    YAMLScalar.text(ofSimple: text[...]) == text ? YAMLScalar.kind(ofPlain: text) : nil
  }

  func string(_ text: [UInt8], like old: ArraySlice<UInt8>?) throws(SecretsError) -> [UInt8] {
    try YAMLScalar.string(text, preferred: old?.first)
  }

  func gap(after line: ArraySlice<UInt8>) -> [UInt8] { [0x20] }

  func sealed(_ compact: [UInt8], like old: ArraySlice<UInt8>) -> [UInt8] { compact }

  func splice(
    _ block: SealBlock, into document: ScannedDocument
  ) throws(SecretsError) -> Splice {
    var lines = ["valise:", "  version: \(SealBlock.version)", "  key:"].map { Array($0.utf8) }
    // SealBlock escapes `'`, so that the JSON can stand in single quotes.
    for line in block.keyLines { lines.append(Array("    - '".utf8) + line + [0x27]) }
    for (name, patterns) in block.selection.members {
      lines.append(Array("  \(name):".utf8))
      for pattern in patterns {
        let text = try YAMLScalar.string(Array(pattern.utf8), preferred: 0x27)
        lines.append(Array("    - ".utf8) + text)
      }
    }
    for (name, text) in block.tokens { lines.append(Array("  \(name): ".utf8) + text) }
    let insertion = document.insertion
    if insertion.isSeparateDocument { lines.insert(Array("---".utf8), at: 0) }
    return document.bytes.insertion(
      of: lines.map { insertion.indentation + $0 }, at: insertion.offset)
  }

  func splice(
    _ entry: NewEntry, into document: ScannedDocument
  ) throws(SecretsError) -> Splice? {
    guard let key = entry.path.lastKey else { return nil }
    let added = try YAMLScalar.string(key, preferred: nil) + Array(": ".utf8) + entry.value
    if let range = entry.empty?.place { return Splice(range: range, text: [0x7B] + added + [0x7D]) }
    if let lines = entry.sibling?.entry {
      let indentation = document.bytes[lines].prefix(while: \.isBlank)
      return document.bytes.insertion(of: [indentation + added], at: lines.upperBound)
    }
    guard let place = entry.place, let indentation = place.indentation else { return nil }
    return document.bytes.insertion(of: [indentation + added], at: place.offset)
  }
}
