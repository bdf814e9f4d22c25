/// A merge put together, with one side's lines where there are conflicts.
struct MergeAssembly {
  private(set) var bytes: [UInt8] = []
  /// Where the conflicts are: whole lines without the last one's end, or an empty range where a line
  /// begins.
  private(set) var regions: [Range<Int>] = []
  private let pieces: MergePieces
  private let values: ValueMerge
  private let side: MergePieces.Version
  private let lineBreak: [UInt8]
  /// The unit before, to know whether its neighbour is still the same.
  private var previous: (version: MergePieces.Version, index: Int)?
  /// Conflicts without lines of this side, until it is known where the next line begins.
  private var pending: [Int] = []

  init(_ pieces: MergePieces, _ values: ValueMerge, side: MergePieces.Version) {
    self.pieces = pieces
    self.values = values
    self.side = side
    lineBreak = pieces.text(.ours).document.bytes.lineBreak
    for piece in pieces.pieces {
      switch piece {
      case .take(let version, let range): take(version, range)
      case .conflict(let ours, let theirs):
        let range = side == .ours ? ours : theirs
        note(append(side, range))
      }
    }
    finish()
  }

  private mutating func take(_ version: MergePieces.Version, _ range: Range<Int>) {
    let text = pieces.text(version)
    for index in range {
      guard values.isConflict(text.units[index]) else {
        append(version, index..<index + 1)
        continue
      }
      // The lines are the same on both sides or new on one; the values are each side's own.
      note(append(version, index..<index + 1, conflictsFrom: pieces.text(side)))
    }
  }

  private mutating func note(_ start: Int?) {
    if start == nil { pending.append(regions.count) }
    regions.append((start ?? 0)..<(start == nil ? 0 : bytes.count))
  }

  /// Appends units and returns where the first begins; nil for none.
  @discardableResult
  private mutating func append(
    _ version: MergePieces.Version, _ range: Range<Int>, conflictsFrom other: MergeText? = nil
  ) -> Int? {
    let text = pieces.text(version)
    var start: Int?
    for index in range {
      let unit = text.units[index]
      let lines = text.lines(of: unit) { path in values.value(path) ?? other?.named[path] }
      endLine(before: lines, version, index)
      previous = (version, index)
      start = start ?? bytes.count
      bytes += lines
    }
    return start
  }

  /// Ends the line before: as it ended where its neighbour is the same, else with a separator where
  /// the two are entries of one container.
  private mutating func endLine(
    before next: [UInt8], _ version: MergePieces.Version, _ index: Int
  ) {
    defer { settle() }
    guard let previous else { return }
    let text = pieces.text(previous.version)
    var tail = text.tail(of: text.units[previous.index])
    let isSeparated = text.separator != nil && tail.first == text.separator
    if isSeparated { tail.removeFirst() }
    if let separator = text.separator {
      let isSameNeighbour = previous.version == version && previous.index + 1 == index
      let isDue = isSameNeighbour ? isSeparated : needsSeparator(separator, before: next)
      if isDue { append(separator) }
    }
    bytes += tail.isEmpty ? lineBreak[...] : tail
  }

  private func needsSeparator(_ separator: UInt8, before next: [UInt8]) -> Bool {
    guard let first = next.first(where: { !$0.isBlank }),
      let last = bytes.last(where: { !$0.isBlank })
    else { return false }
    let opens = [UInt8(ascii: "{"), UInt8(ascii: "["), separator].contains(last)
    return !opens && first != UInt8(ascii: "}") && first != UInt8(ascii: "]")
  }

  /// Appends a separator, which belongs to the lines of a conflict that ends here.
  private mutating func append(_ separator: UInt8) {
    if let last = regions.last, last.upperBound == bytes.count, !last.isEmpty {
      regions[regions.count - 1] = last.lowerBound..<bytes.count + 1
    }
    bytes.append(separator)
  }

  /// A line begins here, and with it the conflicts that have none.
  private mutating func settle() {
    for index in pending { regions[index] = bytes.count..<bytes.count }
    pending = []
  }

  private mutating func finish() {
    if let previous, previous.index + 1 == pieces.text(previous.version).units.count {
      let text = pieces.text(previous.version)
      bytes += text.tail(of: text.units[previous.index]).drop { $0 == text.separator }
    } else if pieces.text(.ours).document.bytes.last == 0x0A {
      bytes += lineBreak
    }
    settle()
  }
}
