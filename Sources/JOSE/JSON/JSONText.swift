package import Primitives

/// A JSON value to be written.
package indirect enum JSONText: Sendable {
  case string(String)
  /// Bytes that are written as base64url.
  case base64URL([UInt8])
  /// A secret that is written as base64url, straight into the output.
  case secretBase64URL(SecretBytes)
  case integer(Int)
  case bool(Bool)
  case null
  case array([JSONText])
  case object([Member])
  /// Text that is JSON already, written as it stands.
  case verbatim([UInt8])
  /// Likewise, and secret.
  case secretVerbatim(SecretBytes)

  package struct Member: Sendable {
    package let name: String
    package let value: JSONText

    package init(_ name: String, _ value: JSONText) {
      self.name = name
      self.value = value
    }
  }

  /// The text without any space.
  package var compact: [UInt8] { compact(reserving: 0) }

  /// Likewise, in an array that begins with room for `byteCount` bytes.
  package func compact(reserving byteCount: Int) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(byteCount)
    append(to: &text, indentation: nil)
    return text
  }

  /// The text with a member or an element a line, indented by two spaces, and a newline at the end:
  /// for files that people and git read.
  package var readable: [UInt8] {
    var text: [UInt8] = []
    append(to: &text, indentation: 0)
    text.append(0x0A)
    return text
  }

  /// The compact or readable text in protected memory, for what holds a private key.
  package func secret(readable: Bool = false) -> SecretBytes {
    // Room enough that the array never moves and leaves a copy behind; then wiped in place.
    var text: [UInt8] = []
    text.reserveCapacity(1 << 18)
    append(to: &text, indentation: readable ? 0 : nil)
    if readable { text.append(0x0A) }
    return SecretBytes(wiping: &text)
  }

  private func append(to text: inout [UInt8], indentation: Int?) {
    switch self {
    case .string(let string): Self.append(quoted: string, to: &text)
    case .base64URL(let bytes):
      text.append(0x22)
      Base64URL.encode(bytes.span, appendingTo: &text)
      text.append(0x22)
    case .secretBase64URL(let secret):
      text.append(0x22)
      secret.withBytes { Base64URL.encode($0, appendingTo: &text) }
      text.append(0x22)
    case .integer(let integer): text.append(contentsOf: String(integer).utf8)
    case .bool(let bool): text.append(contentsOf: (bool ? "true" : "false").utf8)
    case .null: text.append(contentsOf: "null".utf8)
    case .verbatim(let bytes): text.append(contentsOf: bytes)
    case .secretVerbatim(let secret):
      secret.withBytes { bytes in for index in bytes.indices { text.append(bytes[index]) } }
    case .array(let elements):
      Self.append(elements, "[", "]", to: &text, indentation) { element, text, indentation in
        element.append(to: &text, indentation: indentation)
      }
    case .object(let members):
      Self.append(members, "{", "}", to: &text, indentation) { member, text, indentation in
        Self.append(quoted: member.name, to: &text)
        text.append(contentsOf: (indentation == nil ? ":" : ": ").utf8)
        member.value.append(to: &text, indentation: indentation)
      }
    }
  }

  private static func append<Element>(
    _ elements: [Element], _ opening: Unicode.Scalar, _ closing: Unicode.Scalar,
    to text: inout [UInt8], _ indentation: Int?,
    _ appendElement: (Element, inout [UInt8], Int?) -> Void
  ) {
    let inner = indentation.map { $0 + 2 }
    text.append(UInt8(ascii: opening))
    for (index, element) in elements.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      if let inner { text.append(contentsOf: ("\n" + String(repeating: " ", count: inner)).utf8) }
      appendElement(element, &text, inner)
    }
    if let indentation, !elements.isEmpty {
      text.append(contentsOf: ("\n" + String(repeating: " ", count: indentation)).utf8)
    }
    text.append(UInt8(ascii: closing))
  }

  private static func append(quoted string: String, to text: inout [UInt8]) {
    text.append(0x22)
    for byte in string.utf8 {
      switch byte {
      case 0x22, 0x5C: text.append(contentsOf: [0x5C, byte])
      case 0..<0x20, 0x7F:
        let digits = String(byte, radix: 16)
        text.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count)).utf8)
        text.append(contentsOf: digits.utf8)
      default: text.append(byte)
      }
    }
    text.append(0x22)
  }
}
