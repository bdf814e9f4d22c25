internal import Contacts
internal import JOSE

/// Text from outside, made fit for a terminal.
enum Text {
  /// `text` with everything escaped that could move the cursor, hide or turn around what is shown.
  ///
  /// Names, `kid`s and file names are written by strangers; an escape sequence among them could
  /// rewrite the lines above (CVE-2003-0063), a bidi override show a name backwards.
  static func shown(_ text: String) -> String { escaped(text.unicodeScalars) { _ in false } }

  /// `text` of several lines, made fit for a terminal: lines end where they did, tabs stay.
  ///
  /// All else that ``shown(_:)`` escapes is escaped, a carriage return that ends no line among it: it
  /// would let a line be written over. Joiners between two characters of a script that needs them, and
  /// of emoji, stay.
  static func paragraphs(_ text: String) -> String {
    var lines = String.UnicodeScalarView()
    let scalars = text.unicodeScalars
    for index in scalars.indices {
      let next = scalars.index(after: index)
      let isLineEnd =
        scalars[index] == "\r" && next < scalars.endIndex && scalars[next] == "\n"
      if !isLineEnd { lines.append(scalars[index]) }
    }
    return escaped(lines) { index in
      lines[index] == "\n" || lines[index] == "\t" || joins(lines, at: index)
    }
  }

  private static func escaped(
    _ scalars: String.UnicodeScalarView, except isKept: (String.Index) -> Bool
  ) -> String {
    var result = ""
    for index in scalars.indices {
      let scalar = scalars[index]
      if isVisible(scalar) || isKept(index) {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result
  }

  /// Whether a terminal shows it, and nothing else: neither obeys it nor hides it.
  static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      return false
    default:
      // Letters without a shape (U+3164, a Hangul filler) are of no such category.
      let properties = scalar.properties
      return !properties.isDefaultIgnorableCodePoint || properties.isVariationSelector
    }
  }

  /// Whether there is a joiner at `index` that has two characters to join, or to keep apart.
  ///
  /// Not beside ASCII, where it would only make two words out of one that looks the same.
  private static func joins(_ scalars: String.UnicodeScalarView, at index: String.Index) -> Bool {
    let next = scalars.index(after: index)
    guard scalars[index] == "\u{200C}" || scalars[index] == "\u{200D}",
      index > scalars.startIndex, next < scalars.endIndex
    else { return false }
    return [scalars[scalars.index(before: index)], scalars[next]].allSatisfy {
      !$0.isASCII && isVisible($0)
    }
  }

  /// How many of something there are: `1 message`, `2 messages`.
  static func count(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? "\(one)s")"
  }

  /// A number of bytes as people say it: `512 B`, `1.4 GiB`.
  static func size(_ byteCount: UInt64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var index = 0
    var tenths = byteCount * 10
    while tenths >= 10_240, index < units.count - 1 {
      tenths /= 1024
      index += 1
    }
    return index == 0 ? "\(byteCount) B" : "\(tenths / 10).\(tenths % 10) \(units[index])"
  }

  /// Likewise, with the number itself where that says more: `1.4 GiB (1503238553 bytes)`.
  static func exactSize(_ byteCount: UInt64) -> String {
    size(byteCount) + (byteCount < 1024 ? "" : " (\(byteCount) bytes)")
  }

  /// A fingerprint as people read it to each other, on two lines.
  static func fingerprint(_ title: String, _ fingerprint: Fingerprint) -> [String] {
    ["\(title)  \(fingerprint.words)", "\(title)  \(fingerprint.digits)"]
  }

  /// A fingerprint as data.
  static func members(_ fingerprint: Fingerprint) -> [JSONText.Member] {
    [
      .init("words", .string(fingerprint.words)), .init("digits", .string(fingerprint.digits)),
    ]
  }

  /// What should be a word, and may be anything that a stranger wrote: the beginning of it.
  static func word(_ text: String) -> String {
    let scalars = text.unicodeScalars
    return scalars.count > 24 ? "\(shown(String(scalars.prefix(24))))…" : shown(text)
  }

  /// The first 12 characters of a thumbprint, enough to tell keys apart by eye.
  static func short(_ keyID: String) -> String {
    let scalars = keyID.unicodeScalars
    return scalars.count > 12 ? "\(shown(String(scalars.prefix(12))))…" : shown(keyID)
  }

  /// `columns` padded to line up below each other.
  static func table(_ rows: [[String]]) -> String {
    let columnCount = rows.map(\.count).max() ?? 0
    let widths = (0..<columnCount).map { column in
      rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        column == row.count - 1
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }.joined(separator: "  ").withoutEndBlanks
    }.joined(separator: "\n")
  }
}

extension String {
  /// The same without spaces at the end.
  fileprivate var withoutEndBlanks: String {
    String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)])
  }
}
