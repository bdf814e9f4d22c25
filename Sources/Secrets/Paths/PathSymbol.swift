/// A step of a path or of a pattern, as it is written.
enum PathSymbol: Hashable, Sendable {
  /// A character of a key, or a wildcard.
  enum Atom: Hashable, Sendable {
    case byte(UInt8)
    /// `?`: one character.
    case anyCharacter
    /// `*`: any run of characters.
    case anyRun
  }

  case key([Atom])
  /// A position in a list; nil for `[*]`.
  case index(Int?)
  case document(Int)

  /// Appends `key` as it is written in a path.
  static func append(_ key: [UInt8], to text: inout [UInt8], isFirst: Bool) {
    let backslash = UInt8(ascii: "\\")
    guard !key.isEmpty else { return text.append(contentsOf: [backslash, UInt8(ascii: "e")]) }
    let isDot = key == [UInt8(ascii: ".")]
    for (index, byte) in key.enumerated() {
      switch byte {
      case 0..<0x20, 0x7F:
        let digits = String(byte, radix: 16)
        text += Array("\\x\(byte < 16 ? "0" : "")\(digits)".utf8)
      case _ where special.contains(byte) || isDot,
        UInt8(ascii: "#") where isFirst && index == 0:
        text += [backslash, byte]
      default: text.append(byte)
      }
    }
  }

  private static let special = Set("/[]\\*?".utf8)

  /// The steps that `text` writes.
  ///
  /// - Throws: ``SecretsError`` `malformed`.
  static func symbols(of text: String) throws(SecretsError) -> [PathSymbol] {
    var reader = Reader(bytes: Array(text.utf8))
    return try reader.symbols()
  }

  private struct Reader {
    let bytes: [UInt8]
    var offset = 0

    func refusal(_ what: String) -> SecretsError {
      SecretsError(.malformed, "the path '\(String(decoding: bytes, as: UTF8.self))' \(what)")
    }

    mutating func symbols() throws(SecretsError) -> [PathSymbol] {
      var symbols: [PathSymbol] = []
      if bytes.first == UInt8(ascii: "#") {
        offset = 1
        symbols.append(.document(try number()))
        guard offset < bytes.count else { return symbols }
        try step("does not go on with a slash after its document")
      }
      while true {
        if offset == bytes.count || bytes[offset] != UInt8(ascii: "[") {
          symbols.append(.key(try atoms()))
        }
        while offset < bytes.count, bytes[offset] == UInt8(ascii: "[") {
          symbols.append(.index(try position()))
        }
        guard offset < bytes.count else { return symbols }
        try step("does not go on with a slash after ]")
      }
    }

    private mutating func step(_ complaint: String) throws(SecretsError) {
      guard bytes[offset] == UInt8(ascii: "/") else {
        // A position may follow a document at once: the document is a list.
        guard bytes[offset] == UInt8(ascii: "["), offset > 0 else { throw refusal(complaint) }
        return
      }
      offset += 1
      // `a[0]` is the one way to write it, not `a/[0]`.
      guard offset == bytes.count || bytes[offset] != UInt8(ascii: "[") else {
        throw refusal("has a slash before [")
      }
    }

    private mutating func number() throws(SecretsError) -> Int {
      let start = offset
      while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) { offset += 1 }
      let digits = String(decoding: bytes[start..<offset], as: UTF8.self)
      // One way to write a number, so that one place has one path.
      guard let number = Int(digits), String(number).utf8.count == digits.utf8.count else {
        throw refusal("has a position that is not a number")
      }
      return number
    }

    private mutating func position() throws(SecretsError) -> Int? {
      offset += 1
      var number: Int?
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "*") {
        offset += 1
      } else {
        number = try self.number()
      }
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: "]") else {
        throw refusal("has [ without ]")
      }
      offset += 1
      return number
    }

    private mutating func atoms() throws(SecretsError) -> [Atom] {
      var atoms: [Atom] = []
      var isEmptyKey = false
      while offset < bytes.count, ![UInt8(ascii: "/"), UInt8(ascii: "[")].contains(bytes[offset]) {
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "*"): atoms.append(.anyRun)
        case UInt8(ascii: "?"): atoms.append(.anyCharacter)
        case UInt8(ascii: "]"): throw refusal("has ] without [")
        case UInt8(ascii: "\\"):
          if let escaped = try escape() { atoms.append(.byte(escaped)) } else { isEmptyKey = true }
        default: atoms.append(.byte(byte))
        }
      }
      guard atoms.isEmpty == isEmptyKey else {
        throw refusal("has an empty step; \\e stands for an empty key")
      }
      return atoms
    }

    /// What follows a backslash; nil for the sign of an empty key.
    private mutating func escape() throws(SecretsError) -> UInt8? {
      guard offset < bytes.count else { throw refusal("ends with a backslash") }
      let byte = bytes[offset]
      offset += 1
      if byte == UInt8(ascii: "e") { return nil }
      if byte == UInt8(ascii: "x") {
        let digits = String(decoding: bytes[offset..<min(offset + 2, bytes.count)], as: UTF8.self)
        guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else {
          throw refusal("has \\x without two hexadecimal digits")
        }
        offset += 2
        return value
      }
      guard special.contains(byte) || byte == UInt8(ascii: "#") || byte == UInt8(ascii: ".") else {
        throw refusal("has an unknown escape")
      }
      return byte
    }
  }
}
