internal import Secrets

/// The lines of .gitattributes that have git ask us about files.
enum GitAttributes {
  /// Names that files of secrets go by, where no rule names them.
  ///
  /// What is in clear under such a name is compared and merged as any text is.
  static let commonNames =
    [".env", ".env.*", "*.env"]
    + ["yaml", "yml", "json", "toml", "ini"].flatMap { ["secrets.\($0)", "*.secrets.\($0)"] }

  /// A line for each of `globs`, which are as in rules, and for each of `paths`.
  static func lines(globs: [String], paths: [String]) -> [String] {
    let patterns = globs.flatMap(patterns) + paths.map { "/\(escaped($0))" }
    var seen: Set<[UInt8]> = []
    return patterns.filter { seen.insert(Array($0.utf8)).inserted }
      .map { quoted($0) + attributes }
  }

  private static let attributes = " diff=valise merge=valise"

  /// What one of such lines names: a glob, or a path with a slash before it; nil for another line.
  static func pattern(ofLine line: String) -> String? {
    guard line.hasSuffix(attributes) else { return nil }
    var text = Array(line.utf8.dropLast(attributes.utf8.count))
    if text.first == UInt8(ascii: "\""), text.count > 1 {
      text = unquoted(text.dropFirst().dropLast())
    }
    if text.starts(with: "\\!".utf8) || text.starts(with: "\\#".utf8) { text.removeFirst() }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether `pattern` is that of the file at `path`, which no glob names.
  static func isPath(_ pattern: String, of path: String) -> Bool {
    pattern.utf8.elementsEqual("/\(escaped(path))".utf8)
  }

  private static func unquoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let next = rest.first else {
        result.append(byte)
        continue
      }
      let digits = rest.prefix(3)
      if (0x30...0x33).contains(next), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        result.append(value)
        rest = rest.dropFirst(3)
      } else {
        result.append(next)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// A rule's glob that names a folder means all in it; git wants that said.
  private static func patterns(_ glob: String) -> [String] {
    guard FileFormat(fileName: glob) == nil, !glob.hasSuffix("*") else { return [glob] }
    return [glob, glob.contains("/") ? "\(glob)/**" : "**/\(glob)/**"]
  }

  /// A path in which nothing stands for anything else.
  private static func escaped(_ path: String) -> String {
    path.reduce(into: "") { text, character in
      if "*?[]\\".contains(character) { text.append("\\") }
      text.append(character)
    }
  }

  /// Blanks end a pattern, and some signs at its start mean something else, unless it is in quotes.
  private static func quoted(_ pattern: String) -> String {
    let isPlain = pattern.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\"") }
    let escaped = pattern.hasPrefix("!") || pattern.hasPrefix("#") ? "\\\(pattern)" : pattern
    guard !isPlain else { return escaped }
    var text = "\""
    for scalar in escaped.unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 8)
        text += "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
