internal import JOSE

// JSON, made fit for a terminal: what is in it was mostly written by somebody else.

extension JSONText {
  /// The text on one line, as ``shown(_:)`` has it.
  var shownLine: String { Self.shown(compact) }

  /// The text for people and git, without the newline at its end.
  var shownText: String { Self.shown(readable.dropLast()) }

  /// The same JSON, in which all that could move the cursor, hide or turn around what is shown is an
  /// escape.
  ///
  /// The writer of files escapes what JSON demands. Beyond ASCII there is nothing but strings.
  private static func shown(_ text: some Collection<UInt8>) -> String {
    var result = String.UnicodeScalarView()
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      if scalar.isASCII || Text.isVisible(scalar) {
        result.append(scalar)
      } else {
        for unit in UTF16.encode(scalar) ?? .init() {
          let digits = String(unit, radix: 16)
          result += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars
        }
      }
    }
    return String(result)
  }
}
