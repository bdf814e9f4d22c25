internal import JOSE

/// The `valise` block of a file: what opens its values, and what they are.
///
/// `version`, `key`, `only` and `except` where they select, `digest`, and `signature` where somebody signed. The key is a JWE in the JSON
/// serialization: in JSON an object, elsewhere a list of texts whose concatenation it is, one for
/// each recipient, so that a diff shows who came and who went.
struct SealBlock: Sendable {
  static let version = 1
  private static let name = Array("valise".utf8)
  static let keyPath = SecretPath([.key(name), .key(Array("key".utf8))])

  /// The wrapped data key, a line for each recipient.
  let keyLines: [[UInt8]]
  let selection: Selection
  /// A compact JWE.
  let digest: [UInt8]
  /// A compact JWS; nil where nobody signed.
  var signature: [UInt8]?

  /// The wrapped data key as one text.
  var key: [UInt8] { Array(keyLines.joined()) }

  init(key: [UInt8], selection: Selection, digest: [UInt8]) throws(SecretsError) {
    keyLines = try Self.lines(of: key)
    self.selection = selection
    self.digest = digest
  }

  /// Whether `path` is of the block.
  static func holds(_ path: SecretPath) -> Bool {
    let outermost = path.components.first
    if case .document = outermost { return path.components.dropFirst().first == .key(name) }
    return outermost == .key(name)
  }

  /// The path of a member in formats without lists: `key_0` is `valise/key[0]`.
  static func memberPath(flat: [UInt8]) -> SecretPath? {
    let parts = flat.split(separator: UInt8(ascii: "_"))
    let member = parts.first.map { Array($0) } ?? []
    switch (String(decoding: member, as: UTF8.self), parts.count) {
    case ("version", 1), ("digest", 1), ("signature", 1):
      return SecretPath([.key(name), .key(member)])
    case ("key", 2), ("only", 2), ("except", 2):
      guard let index = Int(String(decoding: parts[1], as: UTF8.self)) else { return nil }
      return SecretPath([.key(name), .key(member), .index(index)])
    default: return nil
    }
  }

  /// All members as names and texts, in their order, for formats without lists.
  var flatMembers: [(name: [UInt8], value: [UInt8])] {
    var members = [(Array("version".utf8), Array("\(Self.version)".utf8))]
    members += Self.numbered("key", keyLines)
    for (name, patterns) in selection.members {
      members += Self.numbered(name, patterns.map { Array($0.utf8) })
    }
    return members + tokens.map { (Array($0.name.utf8), $0.text) }
  }

  /// The members at the end, of base64url and dots alone.
  var tokens: [(name: String, text: [UInt8])] {
    [("digest", digest)] + (signature.map { [("signature", $0)] } ?? [])
  }

  private static func numbered(_ name: String, _ values: [[UInt8]]) -> [([UInt8], [UInt8])] {
    values.enumerated().map { (Array("\(name)_\($0.offset)".utf8), $0.element) }
  }

  /// A JWE in JSON as lines: one for each of several recipients, and what is around them.
  ///
  /// Line breaks between them go, and `'` is escaped, so that no format has to.
  private static func lines(of key: [UInt8]) throws(SecretsError) -> [[UInt8]] {
    let document = try jose(.malformed) { () throws(JOSEError) in
      try JSONDocument(parsing: key, limits: JSONLimits(byteCount: ScanLimits.byteCount))
    }
    var lines: [[UInt8]] = [[UInt8(ascii: "{")]]
    for (index, member) in document.root.members.enumerated() {
      let comma = index == 0 ? "" : ","
      let name = String(decoding: member.name.utf8 ?? [], as: UTF8.self)
      lines[lines.count - 1] += Array(comma.utf8) + JSONText.string(name).compact + [0x3A]
      guard member.name.isString("recipients") else {
        lines[lines.count - 1] += written(member.value, in: key)
        continue
      }
      lines[lines.count - 1].append(UInt8(ascii: "["))
      let elements = member.value.elements.map { written($0, in: key) }
      for (index, element) in elements.enumerated() {
        lines.append(index < elements.count - 1 ? element + [0x2C] : element)
      }
      lines.append([UInt8(ascii: "]")])
    }
    lines[lines.count - 1].append(UInt8(ascii: "}"))
    return lines
  }

  private static func written(_ value: JSONValue, in text: [UInt8]) -> [UInt8] {
    text[value.writtenRange].flatMap { byte -> [UInt8] in
      switch byte {
      case 0x0A, 0x0D: []
      case 0x27: Array("\\u0027".utf8)
      default: [byte]
      }
    }
  }
}

extension Selection {
  /// What a block says of it.
  var members: [(name: String, patterns: [String])] {
    [("only", only.map(\.text)), ("except", except.map(\.text))].filter { !$0.1.isEmpty }
  }
}
