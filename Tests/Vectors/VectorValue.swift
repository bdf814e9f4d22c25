import Foundation

/// A JSON value of a vector file.
package enum VectorValue: Sendable, Hashable, Decodable {
  case string(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case null
  case array([VectorValue])
  case object([String: VectorValue])

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // Strings first: nearly all values are.
    if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let members = try? container.decode([String: VectorValue].self) {
      self = .object(members)
    } else if let elements = try? container.decode([VectorValue].self) {
      self = .array(elements)
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let integer = try? container.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .null
    }
  }

  /// Reads a JSON text, as the tests' second opinion beside the library's own reader.
  package init(parsing text: [UInt8]) throws {
    self = try JSONDecoder().decode(VectorValue.self, from: Data(text))
  }

  package subscript(_ name: String) -> VectorValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  package var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  package var integer: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  package var elements: [VectorValue] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }

  package var members: [String: VectorValue] {
    guard case .object(let members) = self else { return [:] }
    return members
  }

  /// The value as compact JSON, with the members in the order of their names.
  package var json: [UInt8] { Array(text.utf8) }

  private var text: String {
    switch self {
    case .string(let text): Self.quoted(text)
    case .integer(let value): String(value)
    case .number(let value): String(value)
    case .bool(let value): value ? "true" : "false"
    case .null: "null"
    case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.sorted { $0.key < $1.key }
        .map { Self.quoted($0.key) + ":" + $0.value.text }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

/// A vector file that is not as the tests expect it; never an outcome of what is tested.
package struct VectorError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Bytes from hexadecimal digits.
package func bytes(hex text: String) throws -> [UInt8] {
  let digits = Array(text.utf8)
  guard digits.count.isMultiple(of: 2) else { throw VectorError("an odd count of hex digits") }
  return try stride(from: 0, to: digits.count, by: 2).map { index in
    let pair = String(decoding: digits[index..<(index + 2)], as: UTF8.self)
    guard let byte = UInt8(pair, radix: 16) else { throw VectorError("\(pair) is not hex") }
    return byte
  }
}
