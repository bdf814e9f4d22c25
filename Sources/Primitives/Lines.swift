extension Span<UInt8> {
  /// Where the lines are, without their ends; what follows the last end is a line if there is any.
  var lines: [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = 0
    while start < count {
      let end = extracting(start..<count).firstIndex(of: 0x0A).map { start + $0 } ?? count
      let isReturned = end > start && self[end - 1] == 0x0D
      lines.append(start..<(isReturned ? end - 1 : end))
      start = end + 1
    }
    return lines
  }

  /// Whether it begins with the bytes of `word`.
  package func hasPrefix(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    return count >= length && (0..<length).allSatisfy { unsafe self[$0] == word.utf8Start[$0] }
  }

  /// Whether the bytes of `word` stand in it.
  package func contains(_ word: StaticString) -> Bool {
    guard count >= word.utf8CodeUnitCount else { return false }
    return (0...(count - word.utf8CodeUnitCount)).contains {
      extracting(droppingFirst: $0).hasPrefix(word)
    }
  }
}
