/// A run of units that one side replaced.
struct Hunk {
  /// The units of the base that went; empty for a pure addition.
  let base: Range<Int>
  /// The units of the side that came.
  let side: Range<Int>

  /// What `side` did to `base`, in order, no two hunks touching.
  ///
  /// - Throws: ``SecretsError`` `limitExceeded` when too many lines stand in another place.
  static func hunks(from base: MergeText, to side: MergeText) throws(SecretsError) -> [Hunk] {
    let difference = LineDifference(from: base.units.map(\.key), to: side.units.map(\.key))
    guard let (removed, inserted) = difference.map({ ($0.removed, $0.inserted) }) else {
      throw SecretsError(
        .limitExceeded,
        "more than \(LineDifference.maximumChangeCount) lines stand in another place")
    }
    var hunks: [Hunk] = []
    var (old, new) = (0, 0)
    while old < base.units.count || new < side.units.count {
      let start = (old, new)
      while removed.contains(old) { old += 1 }
      while inserted.contains(new) { new += 1 }
      guard start == (old, new) else {
        hunks.append(Hunk(base: start.0..<old, side: start.1..<new))
        continue
      }
      (old, new) = (old + 1, new + 1)
    }
    return hunks
  }

  /// Whether two changes concern the same units of the base: neighbours do not.
  func meets(_ range: Range<Int>) -> Bool {
    switch (base.isEmpty, range.isEmpty) {
    case (true, true): base == range
    case (true, false): range.lowerBound < base.lowerBound && base.lowerBound < range.upperBound
    case (false, true): base.lowerBound < range.lowerBound && range.lowerBound < base.upperBound
    case (false, false): base.overlaps(range)
    }
  }
}

/// The hunks of one side, taken one after the other.
struct HunkQueue {
  private var hunks: ArraySlice<Hunk>
  /// How much further on the side is than the base.
  private(set) var shift = 0

  init(_ hunks: [Hunk]) { self.hunks = hunks[...] }

  var next: Hunk? { hunks.first }

  mutating func take() {
    guard let hunk = hunks.popFirst() else { return }
    shift += hunk.side.count - hunk.base.count
  }

  /// Takes all that meet `range`, which grows by each, and tells whether there was one.
  mutating func take(meeting range: inout Range<Int>) -> Bool {
    var isTaken = false
    while let hunk = hunks.first, hunk.meets(range) {
      range =
        min(
          range.lowerBound, hunk.base.lowerBound)..<max(
          range.upperBound, hunk.base.upperBound)
      take()
      isTaken = true
    }
    return isTaken
  }
}
