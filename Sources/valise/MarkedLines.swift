/// Lines of ours in a file that is somebody else's, between two lines that say so.
struct MarkedLines {
  private static let begin = "# begin: valise secrets git-setup"
  /// A file's last line had no end, and got one with ours.
  private static let beginAfterUnended = "\(begin), after a line without an end"
  private static let end = "# end: valise secrets git-setup"

  private let bytes: [UInt8]
  /// Where they are, with the lines around them; nil where there are none.
  private let range: Range<Int>?
  private let startsUnended: Bool

  init(in bytes: [UInt8]) {
    self.bytes = bytes
    var (start, offset) = (Int?.none, 0)
    var (range, startsUnended) = (Range<Int>?.none, false)
    while offset < bytes.count, range == nil {
      let next = bytes[offset...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
      let line = bytes[offset..<next].prefix { $0 != 0x0A && $0 != 0x0D }
      if line.elementsEqual(Self.begin.utf8) || line.elementsEqual(Self.beginAfterUnended.utf8) {
        start = offset
        startsUnended = line.elementsEqual(Self.beginAfterUnended.utf8)
      } else if let start, line.elementsEqual(Self.end.utf8) {
        range = start..<next
      }
      offset = next
    }
    self.range = range
    self.startsUnended = startsUnended
  }

  /// Ours, without the two around them.
  var lines: [String] {
    guard let range else { return [] }
    return bytes[range].split(separator: 0x0A).dropFirst().dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The file with `lines` as ours, in the place of those that were.
  func replaced(by lines: [String]) -> [UInt8] {
    guard let range else {
      let isUnended = bytes.last.map { $0 != 0x0A } ?? false
      return bytes + (isUnended ? [0x0A] : []) + Self.text(lines, afterUnended: isUnended)
    }
    return bytes[..<range.lowerBound] + Self.text(lines, afterUnended: startsUnended)
      + bytes[range.upperBound...]
  }

  /// The file without ours, as it was before.
  var removed: [UInt8] {
    guard let range else { return bytes }
    // More may have been written below since, and needs the line's end.
    let isLast = range.upperBound == bytes.count
    let head = bytes[..<(range.lowerBound - (startsUnended && isLast ? 1 : 0))]
    return Array(head + bytes[range.upperBound...])
  }

  private static func text(_ lines: [String], afterUnended: Bool) -> [UInt8] {
    let first = afterUnended ? beginAfterUnended : begin
    return Array(([first] + lines + [end]).map { "\($0)\n" }.joined().utf8)
  }
}
