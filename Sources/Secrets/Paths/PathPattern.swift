/// A glob over paths: which values are meant.
///
/// `*` and `?` stand for characters of one key, `**` for any number of steps, `[*]` for any position
/// of a list. A pattern of one key, such as `*_TOKEN`, is looked for at every depth; one with a slash
/// begins at the top. A pattern that names a mapping or a list means all values within. A YAML
/// document's number is not looked at. Letters match in their own case only.
public struct PathPattern: Sendable, Hashable {
  /// The pattern as it was written.
  public let text: String
  private let steps: [Step]

  private enum Step: Hashable, Sendable {
    case anyNumber
    case one(PathSymbol)
  }

  /// Reads a pattern.
  ///
  /// - Throws: ``SecretsError`` `malformed`.
  public init(_ text: String) throws(SecretsError) {
    self.text = text
    let symbols = try PathSymbol.symbols(of: text)
    var steps = symbols.map { symbol -> Step in
      symbol == .key([.anyRun, .anyRun]) ? .anyNumber : .one(symbol)
    }
    if symbols.filter(\.isKey).count == 1, symbols.first?.isKey == true {
      steps.insert(.anyNumber, at: 0)
    }
    self.steps = steps
  }

  /// Whether `path` or anything that holds it is meant.
  public func matches(_ path: SecretPath) -> Bool {
    let components = path.components.filter { component in
      if case .document = component { false } else { true }
    }
    // Which steps may come next, carried through the path: no backtracking, whatever the pattern.
    var states = closure([0])
    for component in components {
      if states.contains(steps.count) { return true }
      var next: Set<Int> = []
      for state in states where state < steps.count {
        switch steps[state] {
        case .anyNumber: next.insert(state)
        case .one(let symbol): if symbol.matches(component) { next.insert(state + 1) }
        }
      }
      states = closure(next)
    }
    return states.contains(steps.count)
  }

  private func closure(_ states: Set<Int>) -> Set<Int> {
    var closed = states
    for state in states {
      var state = state
      while state < steps.count, steps[state] == .anyNumber {
        state += 1
        closed.insert(state)
      }
    }
    return closed
  }
}

extension PathSymbol {
  fileprivate var isKey: Bool { if case .key = self { true } else { false } }

  fileprivate func matches(_ component: SecretPath.Component) -> Bool {
    switch (self, component) {
    case (.key(let atoms), .key(let key)): Self.matches(atoms, key)
    case (.index(let wanted), .index(let index)): wanted == nil || wanted == index
    default: false
    }
  }

  /// Glob matching in time proportional to the product of the lengths.
  private static func matches(_ atoms: [Atom], _ key: [UInt8]) -> Bool {
    var atom = 0
    var at = 0
    // Where to go on after the last `*` when what follows it did not fit.
    var retry: (atom: Int, at: Int)?
    while at < key.count {
      switch atom < atoms.count ? atoms[atom] : nil {
      case .byte(key[at]):
        atom += 1
        at += 1
      case .anyCharacter:
        atom += 1
        at = afterCharacter(key, at)
      case .anyRun:
        atom += 1
        retry = (atom, at)
      case .byte, nil:
        guard let point = retry else { return false }
        retry = (point.atom, point.at + 1)
        (atom, at) = (point.atom, point.at + 1)
      }
    }
    return atoms[atom...].allSatisfy { $0 == .anyRun }
  }

  /// The offset after the UTF-8 character at `offset`.
  private static func afterCharacter(_ key: [UInt8], _ offset: Int) -> Int {
    var next = offset + 1
    while next < key.count, key[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }
}
