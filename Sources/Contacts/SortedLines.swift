internal import DurableFiles

/// Lines sorted by their bytes, each with its end, in memory or in a file that is searched where it
/// lies.
struct SortedLines: Sendable {
  private enum Source: Sendable {
    case memory([UInt8])
    case file(InputFile, start: Int)
  }

  private let source: Source
  private let byteCount: Int

  /// What most lines fit into twice, so that one read finds where a line begins and what it says.
  private static let pieceByteCount = 256

  init(sorting lines: some Sequence<[UInt8]>) {
    self.init(Array(lines.sorted { $0.lexicographicallyPrecedes($1) }.joined()))
  }

  private init(_ text: [UInt8]) {
    source = .memory(text)
    byteCount = text.count
  }

  /// The lines of `file` after its first `start` bytes; nil when the last one is not whole.
  init?(_ file: InputFile, after start: Int) throws(FileError) {
    guard let total = file.byteCount, total >= UInt64(start) else { return nil }
    source = .file(file, start: start)
    byteCount = Int(total) - start
    if byteCount > 0 {
      let last = try bytes(at: byteCount - 1, 1)
      guard last == [0x0A] else { return nil }
    }
  }

  /// The same in memory, where many searches cost less.
  func loaded() throws(FileError) -> SortedLines { SortedLines(try text()) }

  /// All of it.
  func text() throws(FileError) -> [UInt8] {
    if case .memory(let text) = source { return text }
    return try bytes(at: 0, byteCount)
  }

  /// The rests of the lines that begin with `prefix`.
  func rests(after prefix: [UInt8]) throws(FileError) -> [[UInt8]] {
    var rests: [[UInt8]] = []
    var offset = try lowerBound(prefix)
    while offset < byteCount {
      let line = try self.line(at: offset)
      guard line.starts(with: prefix) else { break }
      rests.append(Array(line.dropFirst(prefix.count).dropLast()))
      offset += line.count
    }
    return rests
  }

  /// The same lines without `old` and with `new`, which have their ends.
  func replacing(_ old: [[UInt8]], with new: [[UInt8]]) throws(FileError) -> SortedLines {
    var text = try self.text()
    for line in old {
      let lines = SortedLines(text)
      let start = try lines.lowerBound(line)
      if text[start...].starts(with: line) { text.removeSubrange(start..<(start + line.count)) }
    }
    for line in new { text.insert(contentsOf: line, at: try SortedLines(text).lowerBound(line)) }
    return SortedLines(text)
  }

  /// Where the first line begins that does not come before `wanted`.
  private func lowerBound(_ wanted: [UInt8]) throws(FileError) -> Int {
    // Any place means the line that begins there or next after it.
    var low = 0
    var high = byteCount
    while low < high {
      let middle = (low + high) / 2
      let start = try lineStart(from: middle)
      if start < byteCount, try line(at: start).lexicographicallyPrecedes(wanted) {
        low = start + 1
      } else {
        high = middle
      }
    }
    return try lineStart(from: low)
  }

  private func lineStart(from offset: Int) throws(FileError) -> Int {
    offset == 0 ? 0 : min(try endOfLine(offset - 1) + 1, byteCount)
  }

  private func endOfLine(_ offset: Int) throws(FileError) -> Int {
    var offset = offset
    while offset < byteCount {
      let piece = try bytes(at: offset, Self.pieceByteCount)
      if let end = piece.firstIndex(of: 0x0A) { return offset + end }
      guard !piece.isEmpty else { break }
      offset += piece.count
    }
    return byteCount
  }

  /// The line with its end, by which it is sorted as well.
  private func line(at start: Int) throws(FileError) -> [UInt8] {
    let piece = try bytes(at: start, Self.pieceByteCount)
    if let end = piece.firstIndex(of: 0x0A) { return Array(piece[...end]) }
    return try bytes(at: start, endOfLine(start) + 1 - start)
  }

  private func bytes(at offset: Int, _ count: Int) throws(FileError) -> [UInt8] {
    switch source {
    case .memory(let text): return Array(text[offset..<min(text.count, offset + count)])
    case .file(let file, let start):
      var bytes: [UInt8] = []
      let end = min(byteCount, offset + count)
      while offset + bytes.count < end {
        let position = offset + bytes.count
        let read = try file.read(
          at: UInt64(start + position), upTo: end - position, appendingTo: &bytes)
        guard read > 0 else { break }
      }
      return bytes
    }
  }
}
