/// What becomes of each named value when two sides changed a file.
struct ValueMerge {
  enum Decision {
    case value(ArraySlice<UInt8>)
    case conflict
  }

  /// The values that there are; one that both or the only one to touch it removed is not.
  private(set) var decisions: [SecretPath: Decision] = [:]
  /// Values that were changed on one side and removed on the other.
  private(set) var removedConflicts: [SecretPath] = []

  /// Of the base, ours and theirs.
  init(_ texts: [MergeText]) {
    let (base, ours, theirs) = (texts[0], texts[1], texts[2])
    for path in Set(base.named.keys).union(ours.named.keys).union(theirs.named.keys) {
      let (old, left, right) = (base.named[path], ours.named[path], theirs.named[path])
      let decided: ArraySlice<UInt8>?
      if Self.areSame(left, right) || Self.areSame(right, old) {
        decided = left
      } else if Self.areSame(left, old) {
        decided = right
      } else {
        decisions[path] = .conflict
        if left == nil || right == nil { removedConflicts.append(path) }
        continue
      }
      if let decided { decisions[path] = .value(decided) }
    }
    removedConflicts.sort()
  }

  private static func areSame(_ a: ArraySlice<UInt8>?, _ b: ArraySlice<UInt8>?) -> Bool { a == b }

  var conflicts: [SecretPath] {
    decisions.filter { if case .conflict = $0.value { true } else { false } }.keys.sorted()
  }

  /// Whether any value of `unit` is in conflict.
  func isConflict(_ unit: MergeText.Unit) -> Bool {
    unit.tokens.contains { token in
      if case .conflict = decisions[token.path] { true } else { false }
    }
  }

  func value(_ path: SecretPath) -> ArraySlice<UInt8>? {
    if case .value(let value) = decisions[path] { value } else { nil }
  }
}
