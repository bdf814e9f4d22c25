/// Where the lines of a text begin and end, found once, however often that is asked of one long line.
struct LineMap: Sendable {
  private let bytes: [UInt8]
  /// The offsets of line feeds.
  private let feeds: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    feeds = bytes.indices.filter { bytes[$0] == 0x0A }
  }

  /// Where the line that holds `offset` begins.
  func start(_ offset: Int) -> Int {
    let index = firstFeed(from: offset)
    return index == 0 ? 0 : feeds[index - 1] + 1
  }

  /// Where the line that holds `offset` ends, after its line break.
  func end(_ offset: Int) -> Int {
    let index = firstFeed(from: offset)
    return index < feeds.count ? feeds[index] + 1 : bytes.count
  }

  /// Where the last line of a key or a value ends, after its line break.
  func end(after range: Range<Int>) -> Int { end(bytes.lastLine(of: range)) }

  /// Which line feed is the first at `offset` or after it.
  private func firstFeed(from offset: Int) -> Int {
    var (low, high) = (0, feeds.count)
    while low < high {
      let middle = (low + high) / 2
      if feeds[middle] < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
