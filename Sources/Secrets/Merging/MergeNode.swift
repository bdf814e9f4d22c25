/// What a file says, apart from how it is written: what a merge is measured by.
struct MergeNode: Hashable {
  /// A value as it is written; nil for a mapping or a list.
  private(set) var text: [UInt8]?
  /// What else stands there: a tag, an alias, that there is nothing in it.
  private(set) var mark: [UInt8]?
  private(set) var children: [SecretPath.Component: MergeNode] = [:]

  var isList: Bool {
    children.keys.contains { if case .index = $0 { true } else { false } }
  }

  /// The elements of a list; a value that is none counts as a list of one.
  var elements: [MergeNode] {
    text == nil ? Array(children.values) : [MergeNode(text: text)]
  }

  init(text: [UInt8]?) { self.text = text }

  /// What `document` says, with its documents apart as `style` has it.
  init(_ document: ScannedDocument, _ style: MergeText.Style) {
    for token in document.tokens {
      insert(style.steps(of: token.path)[...]) { $0.text = Array(document.source(token)) }
    }
    for (path, mark) in document.structure(clear: []) {
      insert(style.steps(of: path)[...]) { $0.mark = mark }
    }
  }

  private mutating func insert(
    _ steps: ArraySlice<SecretPath.Component>, _ change: (inout MergeNode) -> Void
  ) {
    guard let step = steps.first else { return change(&self) }
    if case .index = step, let first = text {
      // A key of an INI file that stands again: it is a list from its first value on.
      (text, children[.index(0)]) = (nil, MergeNode(text: first))
    }
    children[step, default: MergeNode(text: nil)].insert(steps.dropFirst(), change)
  }
}

/// Whether a merge says what its sides say, value by value, and nothing that nobody wrote.
///
/// Lines are merged as text is, and lines that fit beside each other may mean something else there:
/// the rest of one list element below the head of another. So what came out is measured by what the
/// versions say: members of mappings by their names; elements of lists, which have none, as a whole.
struct MergeCheck {
  /// A node of each version, and of the merge with our lines in its conflicts and with theirs.
  struct Versions<Value: Hashable> {
    var base, ours, theirs, mine, other: Value?

    /// What must come out where one side alone changed something, or both the same.
    private var settled: Value?? {
      if ours == theirs || theirs == base { return .some(ours) }
      return ours == base ? .some(theirs) : .none
    }

    var isSettled: Bool {
      guard let settled else { return false }
      return mine == settled && other == settled
    }

    var isConflict: Bool { mine == ours && other == theirs }

    func map<Part>(_ part: (Value) -> Part?) -> Versions<Part> {
      .init(
        base: base.flatMap(part), ours: ours.flatMap(part), theirs: theirs.flatMap(part),
        mine: mine.flatMap(part), other: other.flatMap(part))
    }
  }

  /// Whether the merge has conflicts, in which each side may keep what it has.
  let hasConflicts: Bool

  func accepts(_ nodes: Versions<MergeNode>) -> Bool {
    if nodes.isSettled || (hasConflicts && nodes.isConflict) { return true }
    let all = [nodes.ours, nodes.theirs, nodes.mine, nodes.other].compactMap { $0 }
    guard all.count == 4, nodes.map(\.text).isSettled, nodes.map(\.mark).isSettled else {
      return false
    }
    guard all.contains(where: \.isList) else { return acceptsMembers(nodes) }
    let counts = Set((all + [nodes.base].compactMap { $0 }).map(\.children.count))
    return (nodes.base != nil && counts.count == 1 && acceptsMembers(nodes))
      || acceptsElements(nodes)
  }

  private func acceptsMembers(_ nodes: Versions<MergeNode>) -> Bool {
    let versions = [nodes.base, nodes.ours, nodes.theirs, nodes.mine, nodes.other]
    let keys = Set(versions.flatMap { $0.map { Array($0.children.keys) } ?? [] })
    return keys.allSatisfy { key in accepts(nodes.map { $0.children[key] }) }
  }

  /// Each element is there as often as both sides' changes make it.
  private func acceptsElements(_ nodes: Versions<MergeNode>) -> Bool {
    let counts = nodes.map { node in
      node.elements.reduce(into: [MergeNode: Int]()) { $0[$1, default: 0] += 1 }
    }
    let versions = [counts.base, counts.ours, counts.theirs, counts.mine, counts.other]
    let elements = Set(versions.flatMap { $0.map { Array($0.keys) } ?? [] })
    return elements.allSatisfy { element in
      func count(_ counts: [MergeNode: Int]?) -> Int { counts?[element] ?? 0 }
      let (base, ours, theirs) = (count(counts.base), count(counts.ours), count(counts.theirs))
      let wanted: Set<Int> =
        if ours == theirs || theirs == base { [ours] } else if ours == base { [theirs] } else {
          [max(ours, theirs), ours + theirs - base]
        }
      let (mine, other) = (count(counts.mine), count(counts.other))
      if wanted.contains(mine), mine == other { return true }
      return hasConflicts && wanted.union([ours]).contains(mine)
        && wanted.union([theirs]).contains(other)
    }
  }
}
