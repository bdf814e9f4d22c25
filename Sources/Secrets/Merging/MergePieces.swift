/// A merge of three texts, as a list of which units to take.
struct MergePieces {
  enum Piece {
    /// Units of one text.
    case take(Version, Range<Int>)
    /// Both changed the same units.
    case conflict(ours: Range<Int>, theirs: Range<Int>)
  }

  enum Version { case base, ours, theirs }

  private(set) var pieces: [Piece] = []
  private let base: MergeText
  private let ours: MergeText
  private let theirs: MergeText

  init(base: MergeText, ours: MergeText, theirs: MergeText) {
    (self.base, self.ours, self.theirs) = (base, ours, theirs)
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
    var left = HunkQueue(Hunk.hunks(from: base, to: ours))
    var right = HunkQueue(Hunk.hunks(from: base, to: theirs))
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
    // Both added at one place: ours, then theirs, and what both added once.
    pieces.append(.take(.ours, mine))
    let known = Set(keys)
    for index in other where !known.contains(theirs.units[index].key) {
      pieces.append(.take(.theirs, index..<index + 1))
    }
  }
}
