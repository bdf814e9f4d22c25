/// A replacement of some bytes of a file.
struct Splice: Sendable {
  let range: Range<Int>
  let text: [UInt8]
}

extension [UInt8] {
  /// The bytes with all `splices` done, which come in order and do not overlap.
  func applying(_ splices: [Splice]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count + splices.reduce(0) { $0 + $1.text.count - $1.range.count })
    var offset = 0
    for splice in splices {
      result += self[offset..<splice.range.lowerBound]
      result += splice.text
      offset = splice.range.upperBound
    }
    result += self[offset...]
    return result
  }

  /// What ends the first line: the style for lines that are added.
  var lineBreak: [UInt8] {
    guard let newline = firstIndex(of: 0x0A), newline > 0, self[newline - 1] == 0x0D else {
      return [0x0A]
    }
    return [0x0D, 0x0A]
  }

  /// Where the line that holds `offset` begins.
  func lineStart(_ offset: Int) -> Int {
    (self[..<offset].lastIndex(of: 0x0A) ?? -1) + 1
  }

  /// Where the line that holds `offset` ends, after its line break.
  func lineEnd(_ offset: Int) -> Int {
    (self[offset...].firstIndex(of: 0x0A) ?? count - 1) + 1
  }

  /// The whole lines that hold `range`, which is a key's, a value's or both.
  func lines(_ range: Range<Int>) -> Range<Int> {
    lineStart(range.lowerBound)..<lineEnd(after: range)
  }

  /// Where the last line of a key or a value ends, after its line break.
  func lineEnd(after range: Range<Int>) -> Int { lineEnd(lastLine(of: range)) }

  /// An offset on the last line of a key or a value.
  ///
  /// A value that ends with a line break is a block scalar that keeps its blank lines: the break after
  /// it ends its last line.
  func lastLine(of range: Range<Int>) -> Int {
    let last = Swift.max(range.lowerBound, range.upperBound - 1)
    let endsWithBreak = !range.isEmpty && self[last] == 0x0A && range.upperBound < count
    return endsWithBreak ? range.upperBound : last
  }

  /// The lines of `range` as what must go for the file to be as it was before they were added.
  ///
  /// Where a file did not end with a line break, neither does the block after it, and the break
  /// between the two goes too.
  func removableLines(_ range: Range<Int>) -> Range<Int> {
    var lines = lines(range)
    guard lines.upperBound == count, last != 0x0A, lines.lowerBound > 0 else { return lines }
    let isCRLF = lines.lowerBound > 1 && self[lines.lowerBound - 2] == 0x0D
    lines = (lines.lowerBound - (isCRLF ? 2 : 1))..<lines.upperBound
    return lines
  }

  /// What adds `added` as lines at `offset`, where a line begins or the text ends.
  func insertion(of added: [[UInt8]], at offset: Int) -> Splice {
    let joined = added.joined(separator: lineBreak)
    let needsBreakBefore = offset == count && !isEmpty && last != 0x0A
    let text = needsBreakBefore ? lineBreak + joined : joined + lineBreak
    return Splice(range: offset..<offset, text: Array(text))
  }
}
