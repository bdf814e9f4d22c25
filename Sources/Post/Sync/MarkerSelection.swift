/// Which of a box's markers are looked at in one synchronization.
///
/// At most `limit` of them are held, however many there are. Those that come after a random place in
/// the order of hashes come first: where junk is piled up before a good message, it is that
/// message's turn within a few times.
struct MarkerSelection {
  private let limit: Int
  private let start: UInt64
  private var found: [Marker: MarkerNames] = [:]
  /// Whether there were more than fit.
  private(set) var isPartial = false

  init(limit: Int, start: UInt64) {
    self.limit = limit
    self.start = start
  }

  mutating func add(_ name: String, _ marker: Marker) {
    found[marker, default: MarkerNames()].add(name, of: marker)
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
    let (first, second) = (left.hash.rank &- start, right.hash.rank &- start)
    return first == second ? left.day < right.day : first < second
  }
}

/// Under which names a marker was seen; its own takes no room.
struct MarkerNames {
  private var hasOwn = false
  private var others: [String] = []

  mutating func add(_ name: String, of marker: Marker) {
    if name.utf8.count == Marker.characterCount { hasOwn = true } else { others.append(name) }
  }

  func all(of marker: Marker) -> [String] { (hasOwn ? [marker.name] : []) + others }
}

/// A marker in a box, under the names that it was seen with.
struct Candidate {
  let marker: Marker
  let names: MarkerNames
  /// Why its message was not found where it should be.
  var reason: PendingReason?
}
