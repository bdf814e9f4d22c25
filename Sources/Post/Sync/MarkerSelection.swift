/// Which of a box's markers are looked at in one synchronization.
///
/// At most `limit` of them are held, however many there are. Those that come after a random place in
/// the order of hashes come first: where junk is piled up before a good message, it is that
/// message's turn within a few times.
struct MarkerSelection {
  private let limit: Int
  private let start: String
  /// The names under which each marker was seen.
  private var found: [Marker: [String]] = [:]
  /// Whether there were more than fit.
  private(set) var isPartial = false

  init(limit: Int, start: String) {
    self.limit = limit
    self.start = start
  }

  mutating func add(_ name: String, _ marker: Marker) {
    found[marker, default: []].append(name)
    // Cut back now and then only, so that each marker costs next to nothing.
    if found.count >= 2 * limit { cut() }
  }

  private mutating func cut() {
    guard found.count > limit else { return }
    isPartial = true
    let kept = found.sorted { precedes($0.key, $1.key) }.prefix(limit)
    found = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
  }

  /// The chosen markers in order, each with its names.
  mutating func finish() -> [Candidate] {
    cut()
    return found.sorted { precedes($0.key, $1.key) }
      .map { Candidate(marker: $0.key, names: $0.value) }
  }

  private func precedes(_ left: Marker, _ right: Marker) -> Bool {
    let (first, second) = (left.hash.text, right.hash.text)
    let (isFirstLate, isSecondLate) = (first < start, second < start)
    guard isFirstLate == isSecondLate else { return isSecondLate }
    return first == second ? left.day < right.day : first < second
  }
}
