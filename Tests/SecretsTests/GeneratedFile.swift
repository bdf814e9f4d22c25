import Secrets
import Seeded

/// Files made up from a seed, of nested mappings and lists in a format's many styles.
struct GeneratedFile {
  private var random: SeededGenerator
  private var lines: [String] = []
  private var keyCount = 0
  /// What YAML's aliases can name so far.
  private var anchors: [String] = []

  static func text(_ format: FileFormat, seed: UInt64) -> String {
    var file = GeneratedFile(random: SeededGenerator(seed: seed))
    switch format {
    case .yaml:
      file.yamlMapping("", depth: 0)
      if file.pick([false, false, true]) {
        file.lines.append("---")
        file.anchors = []
        file.yamlMapping("", depth: 0)
      }
      // Whatever came out, there is something to seal.
      file.lines.append("last: value")
    case .json: file.lines = [file.json(depth: 0)]
    case .toml: file.toml()
    case .dotenv:
      file.pairs("=", file.dotenvValue)
      file.lines.append("export LAST=value")
    case .ini:
      for _ in 0..<3 {
        file.lines.append("[section \(file.key())]")
        file.pairs(" = ", file.iniValue)
      }
      file.lines.append("last = value")
    }
    let end = file.pick(["\n", "", "\r\n"])
    let lineBreak = end == "\r\n" ? "\r\n" : "\n"
    return file.lines.joined(separator: lineBreak) + end
  }

  private init(random: SeededGenerator) { self.random = random }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: elements.indices, using: &random)]
  }

  private mutating func key() -> String {
    keyCount += 1
    return pick(["k", "Key", "a_b", "x-y"]) + "\(keyCount)"
  }

  private mutating func word() -> String {
    let words = ["plain", "ünï", "日本", "two words", "a#b", "it's", "q\"q", "x:y", "p@$%^&*()", "7"]
    return (0..<Int.random(in: 1...3, using: &random)).map { _ in pick(words) }
      .joined(separator: pick([" ", "-", ""]))
  }

  private func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  // MARK: YAML

  private mutating func yamlMapping(_ indentation: String, depth: Int) {
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      if pick([false, false, true]) { lines.append(indentation + "# " + word()) }
      let head = indentation + pick([key(), quoted(word() + key())]) + ":"
      switch depth < 4 ? pick([0, 0, 0, 1, 2, 3, 4, 5, 6]) : 0 {
      case 5:
        let anchor = anchors.isEmpty ? "" : " *" + pick(anchors)
        lines.append(head + pick([anchor, "", " {}", " []"]))
      case 6:
        let name = "m\(keyCount)"
        lines.append(head + " &\(name)")
        yamlMapping(indentation + "  ", depth: depth + 1)
        lines.append(indentation + key() + ":")
        lines.append(indentation + "  <<: *\(name)")
        lines.append(indentation + "  own: " + yamlScalar())
      case 1:
        lines.append(head)
        yamlMapping(indentation + pick(["  ", "    "]), depth: depth + 1)
      case 2:
        lines.append(head)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          lines.append(indentation + "  - " + yamlScalar())
        }
      case 3:
        lines.append(head + " " + pick(["|", ">", "|-", ">+", "|+"]))
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          lines.append(pick([indentation + "   " + word(), indentation + "   " + word(), ""]))
        }
        lines.append(indentation + "   end")
      case 4: lines.append(head + " [\(yamlFlow()), {f: \(yamlFlow())}]")
      default: lines.append(head + " " + yamlScalar() + pick(["", " # " + word()]))
      }
    }
  }

  private mutating func yamlFlow() -> String { pick([quoted(word()), "12", "flow word"]) }

  private mutating func yamlScalar() -> String {
    let scalar = pick([
      quoted(word()), "'" + word().replacing("'", with: "''") + "'", "plain words", "12.5", "true",
      "&a\(keyCount) anchored", "!tag tagged", "ü~ plain",
    ])
    if scalar.hasPrefix("&") { anchors.append("a\(keyCount)") }
    return scalar
  }

  // MARK: JSON and TOML

  private mutating func json(depth: Int) -> String {
    let space = pick(["", " ", "\n"])
    switch depth == 0 ? 0 : depth < 4 ? pick([0, 1, 2, 3]) : 2 {
    case 0:
      let members = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        quoted(word() + key()) + ":" + space + json(depth: depth + 1)
      }
      let last = depth == 0 ? ["\"last\":" + space + "1"] : []
      return "{" + space + (members + last).joined(separator: "," + space) + space + "}"
    case 1:
      let elements = (0..<Int.random(in: 1...3, using: &random)).map { _ in json(depth: depth + 1) }
      return "[" + elements.joined(separator: "," + space) + "]"
    case 2: return pick([quoted(word()), #""\u00fc\n\/\"\\x""#])
    default: return pick(["1", "-2.5e3", "true", "null", "{}", "[]", "[ ]"])
    }
  }

  private mutating func toml() {
    pairs(" = ", tomlValue)
    for _ in 0..<2 {
      lines.append(pick(["[\(key()).sub]", "[[\(key())]]"]))
      pairs(" = ", tomlValue)
    }
  }

  private static func tomlValue(_ file: inout GeneratedFile) -> String {
    let text = file.word()
    let string = file.pick([
      file.quoted(text), "'" + text.replacing("'", with: "") + "'", "\"\"\"\n" + text + "\n\"\"\"",
    ])
    return file.pick([
      string, string, "1_000", "1979-05-27 07:32:00Z", "[\(string), 2, # c\n 3]",
      "{a = \(file.quoted(text)), b.c = 1}", "0.5", "true",
    ])
  }

  private var tomlValue: (inout GeneratedFile) -> String { Self.tomlValue }

  // MARK: Lines of pairs

  private mutating func pairs(
    _ delimiter: String, _ value: (inout GeneratedFile) -> String
  ) {
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      if pick([false, true]) { lines.append(pick(["# " + word(), ""])) }
      let name = key()
      let head = delimiter == "=" ? pick(["", "export "]) : ""
      lines.append(head + name + delimiter + value(&self))
    }
  }

  private var dotenvValue: (inout GeneratedFile) -> String {
    { file in
      let text = file.word()
      return file.pick([
        "bare", "", file.quoted(text), file.quoted(text + "\nsecond line"),
        "'" + text.replacing("'", with: "") + "'",
        "x=y # comment",
      ])
    }
  }

  private var iniValue: (inout GeneratedFile) -> String {
    { file in
      let text = file.word()
      return file.pick(["", "bare " + text, file.quoted(text), "a ; b", "x\n   continued", "1"])
    }
  }
}
