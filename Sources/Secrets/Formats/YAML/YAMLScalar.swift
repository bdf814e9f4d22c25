/// Scalars of YAML: written, resolved, and told apart.
enum YAMLScalar {
  /// The text of a scalar on one line that needs no parser: plain, or quoted without escapes.
  static func text(ofSimple source: ArraySlice<UInt8>) -> [UInt8]? {
    guard let first = source.first, !source.contains(where: { $0 == 0x0A || $0 == 0x0D }) else {
      return nil
    }
    let inner = source.dropFirst().dropLast()
    switch first {
    case 0x22 where !inner.contains(0x5C): return Array(inner)
    case 0x27:
      // Two quotes stand for one.
      let parts = inner.split(separator: 0x27, omittingEmptySubsequences: false)
      var text: [UInt8] = []
      for (index, part) in parts.enumerated() {
        if index % 2 == 0, index > 0 { text.append(0x27) }
        text += part
      }
      return text
    default:
      let isPlain = source.allSatisfy { $0 < 0x80 && (isSafe($0) || $0 == 0x20) }
      return isPlain ? Array(source) : nil
    }
  }

  /// What a plain scalar is to YAML 1.1 or 1.2.
  static func kind(ofPlain text: [UInt8]) -> SecretToken.Kind {
    let word = String(
      decoding: text.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
    if ["~", "null"].contains(word) { return .null }
    if ["true", "false", "yes", "no", "on", "off", "y", "n"].contains(word) { return .boolean }
    if TOMLWord.kind(text) == .date { return .date }
    return isNumber(text) ? .number : .string
  }

  /// Whether any reader of YAML takes `text` for a number, generously.
  private static func isNumber(_ text: [UInt8]) -> Bool {
    let rest = [0x2B, 0x2D].contains(text.first) ? text.dropFirst() : text[...]
    if [".inf", ".nan"].contains(where: { rest.elementsEqual($0.utf8) }) { return true }
    guard let first = rest.first, first.isDigit || first == 0x2E else { return false }
    return rest.contains(where: \.isDigit)
      && rest.allSatisfy {
        $0.isHexDigit || [0x2E, 0x5F, 0x3A, 0x2B, 0x2D, 0x78, 0x6F].contains($0)
      }
  }

  /// `text` as a scalar that reads back as a string, on one line, in block and flow style.
  static func string(_ text: [UInt8], preferred: UInt8?) throws(SecretsError) -> [UInt8] {
    let decoded = String(decoding: text, as: UTF8.self)
    guard decoded.utf8.elementsEqual(text) else {
      throw SecretsError(.unsupported, "YAML has no way to write what is not UTF-8")
    }
    let isBare =
      text.first.map { $0.isLetter || $0 == 0x5F || $0 == 0x2F } == true
      && text.allSatisfy(isSafe) && kind(ofPlain: text) == .string
    if isBare, preferred != 0x22, preferred != 0x27 { return text }
    let isPrintable = decoded.unicodeScalars.allSatisfy { !needsEscape($0) }
    if isPrintable, preferred != 0x22 {
      return [0x27] + text.flatMap { $0 == 0x27 ? [0x27, 0x27] : [$0] } + [0x27]
    }
    return doubleQuoted(decoded)
  }

  private static func doubleQuoted(_ text: String) -> [UInt8] {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where needsEscape(scalar):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return Array((result + "\"").utf8)
  }

  private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
    default: false
    }
  }

  /// Characters that mean nothing to YAML within a plain scalar.
  private static func isSafe(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || [0x5F, 0x2E, 0x2F, 0x2D, 0x40, 0x2B].contains(byte)
  }
}
