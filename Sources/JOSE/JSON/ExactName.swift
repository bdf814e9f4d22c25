// Swift's == holds canonically equivalent strings to be equal, and with it `switch`, `Set` and
// `init(rawValue:)`: the sign for kelvin (U+212A) passes for a K, so that `A256KW` could be written
// in a way that no other reader knows. JOSE compares names code point by code point (RFC 7515 §5.3).

extension String {
  /// Whether both are the same bytes.
  package func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }

  /// The text with the letters A to Z made small, and no others.
  var lowercasedASCII: String {
    String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
  }
}

extension RawRepresentable<String> {
  /// The value that is written `name`, byte for byte.
  init?(exactly name: String) {
    guard let value = Self(rawValue: name), value.rawValue.isExactly(name) else { return nil }
    self = value
  }
}
