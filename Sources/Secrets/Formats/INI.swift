/// Sections of `name = value`, as Python's configparser, systemd, Git, MySQL and PHP read them.
///
/// These differ. What one of them takes for a comment after an unquoted value is part of the value
/// here, so that the rest of a password is never left in clear; lines that are indented deeper than
/// their key go on with its value, as in configparser, and so do lines after a backslash. A key that
/// stands again gets a position: `Service/Environment`, `Service/Environment[1]`.
struct INIFormat: DocumentFormat {
  func scan(_ bytes: [UInt8]) throws(SecretsError) -> ScannedDocument {
    try ScanLimits.check(bytes)
    var scanner = INIScanner(bytes)
    return try scanner.scan()
  }

  func text(of token: SecretToken, in document: ScannedDocument) throws(SecretsError) -> [UInt8] {
    let source = document.source(token)
    if let quote = source.first, [0x22, 0x27].contains(quote), source.count > 1,
      INIScanner.closing(of: source) == source.endIndex - 1
    {
      return Array(source.dropFirst().dropLast())
    }
    let lines = source.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      line.trimmed { $0.isBlank || $0 == 0x0D }
    }
    return Array(lines.joined(separator: [0x0A]))
  }

  func kind(ofBare text: [UInt8]) -> SecretToken.Kind? { .string }

  func gap(after line: ArraySlice<UInt8>) -> [UInt8] {
    line.dropLast().last?.isBlank == true ? [0x20] : []
  }

  func string(_ text: [UInt8], like old: ArraySlice<UInt8>?) throws(SecretsError) -> [UInt8] {
    guard !text.contains(where: { [0, 0x0A, 0x0D].contains($0) }) else {
      throw SecretsError(.unsupported, "INI has no way to write a line break in a value")
    }
    // PHP and configparser read quotes differently: the file's own habit decides.
    let wantsQuotes = old?.first.map { [0x22, 0x27].contains($0) } ?? false
    let edges = [text.first, text.last].compactMap { $0 }
    let isBare =
      !text.isEmpty && !edges.contains { $0.isBlank || $0 == 0x5C }
      && ![0x22, 0x27, UInt8(ascii: ";"), UInt8(ascii: "#")].contains(text[0])
    if isBare, !wantsQuotes { return text }
    let preferred: UInt8 = old?.first == 0x27 ? 0x27 : 0x22
    for quote in [preferred, 0x22, 0x27] where !text.contains(quote) && text.last != 0x5C {
      return [quote] + text + [quote]
    }
    throw SecretsError(.unsupported, "INI has no way to quote the value")
  }

  /// Quotes stay: a comment after them would be part of a value without.
  func sealed(_ compact: [UInt8], like old: ArraySlice<UInt8>) -> [UInt8] {
    switch old.first {
    case 0x22: [0x22] + compact + [0x22]
    case 0x27: [0x27] + compact + [0x27]
    default: compact
    }
  }

  func splice(
    _ block: SealBlock, into document: ScannedDocument
  ) throws(SecretsError) -> Splice {
    var lines = [Array("[valise]".utf8)]
    for (name, value) in block.flatMembers {
      let isBare = value.allSatisfy {
        $0.isLetter || $0.isDigit || [0x2D, 0x2E, 0x5F].contains($0)
      }
      let text = isBare ? value : try string(value, like: [0x27])
      lines.append(name + Array(" = ".utf8) + text)
    }
    return document.bytes.insertion(of: lines, at: document.insertion.offset)
  }

  func splice(
    _ entry: NewEntry, into document: ScannedDocument
  ) throws(SecretsError) -> Splice? {
    guard let key = entry.path.lastKey, INIScanner.isName(key) else { return nil }
    guard let sibling = entry.sibling, let lines = sibling.entry else {
      let pair = key + Array(" = ".utf8) + entry.value
      return entry.place.map { document.bytes.insertion(of: [pair], at: $0.offset) }
    }
    let line = document.bytes[lines]
    let isSpaced = document.bytes[sibling.range.lowerBound - 1].isBlank
    var added = Array(line.prefix(while: \.isBlank))
    added += key
    added += Array((isSpaced ? " = " : "=").utf8)
    added += entry.value
    return document.bytes.insertion(of: [added], at: lines.upperBound)
  }
}

extension ArraySlice<UInt8> {
  func trimmed(_ isTrimmed: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    var slice = drop(while: isTrimmed)
    while let last = slice.last, isTrimmed(last) { slice.removeLast() }
    return slice
  }
}
