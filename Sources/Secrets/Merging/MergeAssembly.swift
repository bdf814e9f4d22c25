/// A merge put together, with one side's lines where there are conflicts.
struct MergeAssembly {
  private(set) var bytes: [UInt8] = []
  /// Where the conflicts are: whole lines without the last one's end, or an empty range where a line
  /// begins.
  private(set) var regions: [Range<Int>] = []
  /// What the values must be when the text is read again, in their order.
  private(set) var expected: [(binding: [UInt8], source: [UInt8])] = []

  private let pieces: MergePieces
  private let values: ValueMerge
  private let side: MergePieces.Version
  private let lineBreak: [UInt8]
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
    for unit in text.units[range] {
      let lines = text.lines(of: unit) { path in values.value(path) ?? other?.named[path] }
      endLine(before: lines)
      start = start ?? bytes.count
      bytes += lines
      for token in unit.tokens {
        let named = text.named[token.path] == nil ? nil : values.value(token.path)
        let source = named ?? other?.named[token.path] ?? text.document.source(token)
        expected.append((token.path.binding, Array(source)))
      }
    }
    return start
  }

  /// Ends the line before, with a separator where the two are entries of one container.
  private mutating func endLine(before next: [UInt8]) {
    defer { settle() }
    guard !bytes.isEmpty else { return }
    if let separator = pieces.text(.ours).separator {
      let first = next.first { !$0.isBlank }
      let last = bytes.last { !$0.isBlank }
      let opens = last == UInt8(ascii: "{") || last == UInt8(ascii: "[") || last == separator
      let closes = first == UInt8(ascii: "}") || first == UInt8(ascii: "]")
      if !opens, !closes, first != nil { append(separator) }
    }
    bytes += lineBreak
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
    if pieces.text(.ours).document.bytes.last == 0x0A { bytes += lineBreak }
    settle()
  }
}
