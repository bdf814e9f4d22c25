/// What turns one list of lines into another, by as few removals and insertions as there can be.
///
/// After Myers, "An O(ND) Difference Algorithm and Its Variations" (1986). Lines that only one side has
/// are changes whatever the rest is, and cost nothing.
package struct LineDifference: Sendable {
  /// The positions of lines that go.
  package private(set) var removed: Set<Int> = []
  /// The positions of lines that come.
  package private(set) var inserted: Set<Int> = []

  /// How many changes of lines that both sides have are looked for; time and room grow by the square.
  package static let maximumChangeCount = 4_000

  /// Compares two lists.
  ///
  /// - Returns: nil when more than ``maximumChangeCount`` lines stand in another place.
  package init?<Line: Hashable>(from old: [Line], to new: [Line]) {
    let head = zip(old, new).prefix { $0 == $1 }.count
    let rest = (old[head...], new[head...])
    let tail = zip(rest.0.reversed(), rest.1.reversed()).prefix { $0 == $1 }.count
    let (before, after) = (rest.0.dropLast(tail), rest.1.dropLast(tail))
    let (known, others) = (Set(after), Set(before))
    let kept = before.indices.filter { known.contains(before[$0]) }
    let taken = after.indices.filter { others.contains(after[$0]) }
    removed = Set(before.indices).subtracting(kept)
    inserted = Set(after.indices).subtracting(taken)
    var numbers: [Line: Int] = [:]
    func number(_ line: Line) -> Int {
      if let number = numbers[line] { return number }
      numbers[line] = numbers.count
      return numbers.count - 1
    }
    let search = EditSearch(
      kept.map { number(before[$0]) }, taken.map { number(after[$0]) },
      limit: Self.maximumChangeCount)
    guard let edits = search.edits() else { return nil }
    for edit in edits {
      switch edit {
      case .remove(let index): removed.insert(kept[index])
      case .insert(let index): inserted.insert(taken[index])
      }
    }
  }
}

/// The shortest way from one list of numbers to another.
private struct EditSearch {
  enum Edit {
    case remove(Int)
    case insert(Int)
  }

  private let old: [Int]
  private let new: [Int]
  private let limit: Int

  init(_ old: [Int], _ new: [Int], limit: Int) {
    self.old = old
    self.new = new
    self.limit = min(limit, old.count + new.count)
  }

  /// How far each diagonal gets with so many changes, from the one of all insertions on.
  private typealias Front = [Int32]

  /// nil when there are more than ``limit``.
  func edits() -> [Edit]? {
    var fronts: [Front] = []
    for count in 0...limit {
      var front = Front()
      front.reserveCapacity(count + 1)
      for diagonal in stride(from: -count, through: count, by: 2) {
        let reached = advance(from: start(diagonal, count, fronts.last ?? []), diagonal)
        front.append(Int32(reached))
        guard reached < old.count || reached - diagonal < new.count else {
          return edits(fronts, count)
        }
      }
      fronts.append(front)
    }
    return nil
  }

  /// Where a diagonal begins, one change after the front before.
  private func start(_ diagonal: Int, _ count: Int, _ previous: Front) -> Int {
    guard count > 0 else { return 0 }
    let index = (diagonal + count) / 2
    return isInsertion(index, count, previous)
      ? Int(previous[index]) : Int(previous[index - 1]) + 1
  }

  /// Whether the way to the `index`th diagonal is by an insertion, and not by a removal.
  private func isInsertion(_ index: Int, _ count: Int, _ previous: Front) -> Bool {
    index == 0 || (index < count && previous[index - 1] < previous[index])
  }

  /// Goes on while both have the same.
  private func advance(from start: Int, _ diagonal: Int) -> Int {
    var position = start
    while position < old.count, position - diagonal < new.count,
      old[position] == new[position - diagonal]
    { position += 1 }
    return position
  }

  /// The way back from the end.
  private func edits(_ fronts: [Front], _ count: Int) -> [Edit] {
    var edits: [Edit] = []
    var diagonal = old.count - new.count
    for count in stride(from: count, to: 0, by: -1) {
      let (index, previous) = ((diagonal + count) / 2, fronts[count - 1])
      if isInsertion(index, count, previous) {
        diagonal += 1
        edits.append(.insert(Int(previous[index]) - diagonal))
      } else {
        diagonal -= 1
        edits.append(.remove(Int(previous[index - 1])))
      }
    }
    return edits
  }
}
