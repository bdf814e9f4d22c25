/// A file as a merge compares it: lines, with their values apart from what is around them.
struct MergeText {
  /// Some lines that no value crosses the border of; mostly one.
  struct Unit {
    let range: Range<Int>
    let tokens: [SecretToken]
    /// What is compared: the lines with each value's path in the value's place.
    ///
    /// A list's elements have no name, so theirs stand there with their values.
    let key: [UInt8]
  }

  let document: ScannedDocument
  let units: [Unit]
  /// Values that can be told by their path alone.
  let named: [SecretPath: ArraySlice<UInt8>]
  /// What stands between two entries and belongs to neither; JSON's comma.
  let separator: UInt8?

  init(_ document: ScannedDocument, _ style: Style) {
    self.document = document
    separator = style.separator
    var units: [Unit] = []
    var named: [SecretPath: ArraySlice<UInt8>] = [:]
    var rest = document.tokens[...]
    var offset = 0
    let lines = LineMap(document.bytes)
    while offset < document.bytes.count {
      var end = lines.end(offset)
      var tokens: [SecretToken] = []
      while let token = rest.first, token.range.lowerBound < end {
        end = max(end, lines.end(after: token.range))
        tokens.append(token)
        rest.removeFirst()
        if style.isNamed(token.path) { named[token.path] = document.source(token) }
      }
      let key = Self.key(document, offset..<end, tokens, style)
      units.append(Unit(range: offset..<end, tokens: tokens, key: key))
      offset = end
    }
    self.units = units
    self.named = named
  }

  /// What decides how three versions of a file are compared.
  struct Style {
    let separator: UInt8?
    /// How many documents there are: where versions differ in that, no path tells them apart.
    private let documentCounts: Set<Int>
    /// Values whose lines count as a whole: those that one side removed and the other changed.
    var unnamed: Set<SecretPath> = []

    init(_ format: FileFormat, _ documents: [ScannedDocument]) {
      separator = format == .json ? UInt8(ascii: ",") : nil
      documentCounts = Set(documents.map(Self.documentCount))
    }

    private static func documentCount(_ document: ScannedDocument) -> Int {
      (document.tokens.map(\.path) + document.marks.map(\.path)).reduce(1) { count, path in
        if case .document(let number) = path.components.first {
          max(count, number + 1)
        } else {
          count
        }
      }
    }

    func isNamed(_ path: SecretPath) -> Bool {
      guard !unnamed.contains(path), documentCounts.count == 1 else { return false }
      return path.components.allSatisfy { if case .index = $0 { false } else { true } }
    }

    /// The steps to a value, beginning with its document where there are several.
    func steps(of path: SecretPath) -> [SecretPath.Component] {
      guard documentCounts != [1] else { return path.components }
      var (number, steps) = (0, path.components[...])
      if case .document(let count) = steps.first { (number, steps) = (count, steps.dropFirst()) }
      return [documentCounts.count == 1 ? .document(number) : .index(number)] + steps
    }
  }

  private static func key(
    _ document: ScannedDocument, _ range: Range<Int>, _ tokens: [SecretToken], _ style: Style
  ) -> [UInt8] {
    var key: [UInt8] = []
    var offset = range.lowerBound
    for token in tokens {
      key += document.bytes[offset..<token.range.lowerBound]
      let isNamed = style.isNamed(token.path)
      key += [0] + (isNamed ? token.path.utf8 : token.path.binding) + [0]
      if !isNamed { key += Array(document.source(token)) + [0] }
      offset = token.range.upperBound
    }
    key += document.bytes[offset..<range.upperBound]
    return Array(trimmed(key[...], style.separator))
  }

  /// The line without its end and a separator there.
  private static func trimmed(_ line: ArraySlice<UInt8>, _ separator: UInt8?) -> ArraySlice<UInt8> {
    var line = line
    while let last = line.last, last == 0x0A || last == 0x0D { line.removeLast() }
    if let separator, line.last == separator { line.removeLast() }
    return line
  }

  /// The lines of a unit, without their end, with the values that `choose` gives for named ones.
  func lines(
    of unit: Unit, choosing choose: (SecretPath) -> ArraySlice<UInt8>?
  ) -> [UInt8] {
    let splices = unit.tokens.compactMap { token -> Splice? in
      guard named[token.path] != nil, let value = choose(token.path) else { return nil }
      let start = token.range.lowerBound - unit.range.lowerBound
      return Splice(range: start..<start + token.range.count, text: Array(value))
    }
    let lines = Array(document.bytes[unit.range]).applying(splices)
    return Array(Self.trimmed(lines[...], separator))
  }

  /// What ``lines(of:choosing:)`` leaves away at a unit's end: a separator and a line break.
  func tail(of unit: Unit) -> ArraySlice<UInt8> {
    let lines = document.bytes[unit.range]
    return lines[Self.trimmed(lines, separator).endIndex...]
  }
}
