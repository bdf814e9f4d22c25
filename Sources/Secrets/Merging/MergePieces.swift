/// A merge of three texts, as a list of which units to take.
struct MergePieces {
  enum Piece {
    /// Units of one text.
    case take(Version, Range<Int>)
    /// Both changed the same units.
    case conflict(ours: Range<Int>, theirs: Range<Int>)
  }

  enum Version { case base, ours, theirs }

  /// How what both sides added at one place is put together.
  struct Joining {
    enum Common {
      /// Lines that both added stand there once.
      case lines
      /// Lines that both additions begin or end with stand there once.
      case edges
      /// Nothing is in common.
      case nothing
      /// The person decides.
      case conflict
    }

    var common: Common
    /// Whether theirs comes first where ours would, and the other way round.
    var isReversed = false

    /// All ways, the likeliest first.
    static let all: [Joining] =
      [Common.lines, .edges, .nothing].flatMap { common in
        [false, true].map { Joining(common: common, isReversed: $0) }
      } + [Joining(common: .conflict)]
  }

  private(set) var pieces: [Piece] = []
  /// Whether there is anything to join.
  private(set) var hasJoins = false
  private let joining: Joining
  private let texts: MergeTexts
  private var base: MergeText { texts.base }
  private var ours: MergeText { texts.ours }
  private var theirs: MergeText { texts.theirs }

  init(_ texts: MergeTexts, joining: Joining) {
    self.texts = texts
    self.joining = joining
    merge()
  }

  func text(_ version: Version) -> MergeText {
    switch version {
    case .base: base
    case .ours: ours
    case .theirs: theirs
    }
  }

  private mutating func merge() {
    var left = HunkQueue(texts.ourHunks)
    var right = HunkQueue(texts.theirHunks)
    var position = 0
    while let first = Self.first(left.next, right.next) {
      // What both left alone: our lines, which are the same but for separators.
      take(.ours, position..<first.base.lowerBound, shift: left.shift)
      var range = first.base
      let shifts = (left.shift, right.shift)
      var isOurs = false
      var isTheirs = false
      while true {
        let tookOurs = left.take(meeting: &range)
        let tookTheirs = right.take(meeting: &range)
        isOurs = isOurs || tookOurs
        isTheirs = isTheirs || tookTheirs
        guard tookOurs || tookTheirs else { break }
      }
      let mine = range.lowerBound + shifts.0..<range.upperBound + left.shift
      let other = range.lowerBound + shifts.1..<range.upperBound + right.shift
      switch (isOurs, isTheirs) {
      case (true, true): join(range, mine, other)
      case (false, _): pieces.append(.take(.theirs, other))
      case (true, false): pieces.append(.take(.ours, mine))
      }
      position = range.upperBound
    }
    take(.ours, position..<base.units.count, shift: left.shift)
  }

  /// The hunk that begins first; of two at one place, the one that removes nothing.
  private static func first(_ left: Hunk?, _ right: Hunk?) -> Hunk? {
    guard let left, let right else { return left ?? right }
    let isLeft =
      (left.base.lowerBound, left.base.upperBound) <= (right.base.lowerBound, right.base.upperBound)
    return isLeft ? left : right
  }

  private mutating func take(_ version: Version, _ range: Range<Int>, shift: Int) {
    guard !range.isEmpty else { return }
    pieces.append(.take(version, range.lowerBound + shift..<range.upperBound + shift))
  }

  private mutating func join(_ range: Range<Int>, _ mine: Range<Int>, _ other: Range<Int>) {
    let keys = ours.units[mine].map(\.key)
    let others = theirs.units[other].map(\.key)
    if keys == others { return pieces.append(.take(.ours, mine)) }
    guard range.isEmpty else { return pieces.append(.conflict(ours: mine, theirs: other)) }
    hasJoins = true
    let isReversed = (leads(other, of: theirs, over: mine, of: ours)) != joining.isReversed
    let (first, second): (Side, Side) =
      isReversed
      ? ((.theirs, other, others), (.ours, mine, keys))
      : ((.ours, mine, keys), (.theirs, other, others))
    switch joining.common {
    case .lines:
      pieces.append(.take(first.version, first.range))
      let known = Set(first.keys)
      for (index, key) in zip(second.range, second.keys) where !known.contains(key) {
        pieces.append(.take(second.version, index..<index + 1))
      }
    case .edges: joinAtEdges(first, second)
    case .nothing:
      pieces += [.take(first.version, first.range), .take(second.version, second.range)]
    case .conflict: pieces.append(.conflict(ours: mine, theirs: other))
    }
  }

  private typealias Side = (version: Version, range: Range<Int>, keys: [[UInt8]])

  private mutating func joinAtEdges(_ first: Side, _ second: Side) {
    let head = zip(first.keys, second.keys).prefix { $0 == $1 }.count
    let shorter = min(first.keys.count, second.keys.count)
    let tail = zip(first.keys.reversed(), second.keys.reversed()).prefix { $0 == $1 }.count
    let end = min(tail, shorter - head)
    pieces += [
      .take(first.version, first.range.lowerBound..<first.range.upperBound - end),
      .take(second.version, second.range.lowerBound + head..<second.range.upperBound - end),
      .take(first.version, first.range.upperBound - end..<first.range.upperBound),
    ].filter { if case .take(_, let range) = $0 { !range.isEmpty } else { true } }
  }

  /// Whether one addition has to come before the other: what is indented deeper belongs to what stands
  /// before, and so does what comes before a table's or a section's header.
  private func leads(
    _ range: Range<Int>, of text: MergeText, over other: Range<Int>, of otherText: MergeText
  ) -> Bool {
    let (line, second) = (text.firstLine(range), otherText.firstLine(other))
    let (depth, otherDepth) = (
      line.prefix(while: \.isBlank).count, second.prefix(while: \.isBlank).count
    )
    guard depth == otherDepth else { return depth > otherDepth }
    let opening = UInt8(ascii: "[")
    return second.dropFirst(depth).first == opening && line.dropFirst(depth).first != opening
  }
}

extension MergeText {
  /// The first line of some units that has anything on it.
  fileprivate func firstLine(_ range: Range<Int>) -> ArraySlice<UInt8> {
    let lines = units[range].map { document.bytes[$0.range] }
    return lines.first { !$0.allSatisfy { $0.isBlank || $0 == 0x0A || $0 == 0x0D } } ?? []
  }
}
