internal import Secrets

/// Two texts line by line, in the form that diff -u and patch have made common.
struct UnifiedDiff {
  private struct Line {
    let sign: UInt8
    let text: ArraySlice<UInt8>
  }

  private static let contextCount = 3
  private let lines: [Line]

  /// Whether there is nothing to show.
  var isEmpty: Bool { !lines.contains { $0.sign != UInt8(ascii: " ") } }

  init(from old: [UInt8], to new: [UInt8]) {
    let (before, after) = (Self.lines(of: old), Self.lines(of: new))
    let (removed, inserted) = Self.changes(from: before, to: after)
    var lines: [Line] = []
    var (left, right) = (0, 0)
    while left < before.count || right < after.count {
      if removed.contains(left) {
        lines.append(Line(sign: UInt8(ascii: "-"), text: before[left]))
        left += 1
      } else if inserted.contains(right) {
        lines.append(Line(sign: UInt8(ascii: "+"), text: after[right]))
        right += 1
      } else {
        lines.append(Line(sign: UInt8(ascii: " "), text: before[left]))
        (left, right) = (left + 1, right + 1)
      }
    }
    self.lines = lines
  }

  /// The lines that go, and those that come.
  private static func changes(
    from before: [ArraySlice<UInt8>], to after: [ArraySlice<UInt8>]
  ) -> (removed: Set<Int>, inserted: Set<Int>) {
    if let difference = LineDifference(from: before, to: after) {
      return (difference.removed, difference.inserted)
    }
    // What is beyond comparing is shown as replaced.
    let head = zip(before, after).prefix { $0 == $1 }.count
    let rest = zip(before.dropFirst(head).reversed(), after.dropFirst(head).reversed())
    let tail = rest.prefix { $0 == $1 }.count
    return (Set(head..<before.count - tail), Set(head..<after.count - tail))
  }

  /// The text, with the names of the two in its head; nothing when they do not differ.
  func text(naming old: String, _ new: String) -> [UInt8] {
    guard !isEmpty else { return [] }
    var text = Array("--- \(old)\n+++ \(new)\n".utf8)
    for hunk in hunks { append(hunk, to: &text) }
    return text
  }

  /// The lines that changed with those around them, as ranges of ``lines``.
  private var hunks: [Range<Int>] {
    var hunks: [Range<Int>] = []
    for index in lines.indices where lines[index].sign != UInt8(ascii: " ") {
      let start = max(0, index - Self.contextCount)
      let end = min(lines.count, index + Self.contextCount + 1)
      if let last = hunks.last, last.upperBound >= start {
        hunks[hunks.count - 1] = last.lowerBound..<end
      } else {
        hunks.append(start..<end)
      }
    }
    return hunks
  }

  private func append(_ hunk: Range<Int>, to text: inout [UInt8]) {
    let old = position(hunk, without: UInt8(ascii: "+"))
    let new = position(hunk, without: UInt8(ascii: "-"))
    text += Array("@@ -\(old) +\(new) @@\n".utf8)
    for line in lines[hunk] {
      text.append(line.sign)
      text += line.text
      if line.text.last != 0x0A { text += Array("\n\\ No newline at end of file\n".utf8) }
    }
  }

  /// Where a hunk begins in one of the texts, and how many of its lines it has.
  private func position(_ hunk: Range<Int>, without sign: UInt8) -> String {
    let before = lines[..<hunk.lowerBound].count { $0.sign != sign }
    let count = lines[hunk].count { $0.sign != sign }
    // An empty range stands after the line that it names.
    return "\(count == 0 ? before : before + 1),\(count)"
  }

  private static func lines(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var rest = text[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.endIndex
      lines.append(rest[..<end])
      rest = rest[end...]
    }
    return lines
  }
}
