internal import Primitives

/// Puts what aliases and merge keys stand for in their place.
struct AliasResolver {
  private struct Node {
    var value: OpenedFile.Value?
    var aliases: [StructureMark.Kind] = []
    /// In the order of the file.
    var steps: [SecretPath.Component] = []
    var children: [SecretPath.Component: Node] = [:]

    mutating func insert(
      _ steps: ArraySlice<SecretPath.Component>, _ change: (inout Node) -> Void
    ) {
      guard let step = steps.first else { return change(&self) }
      if children[step] == nil { self.steps.append(step) }
      children[step, default: Node()].insert(steps.dropFirst(), change)
    }

    func node(at steps: ArraySlice<SecretPath.Component>) -> Node? {
      guard let step = steps.first else { return self }
      return children[step]?.node(at: steps.dropFirst())
    }
  }

  private static let mergeKey = SecretPath.Component.key(Array("<<".utf8))

  private var root = Node()
  private var values: [OpenedFile.Value] = []
  /// How often something was looked at: aliases can name aliases.
  private var stepCount = 0

  /// Takes the values by where they stand in the file, and what stands beside them.
  init(
    _ values: [(offset: Int, value: OpenedFile.Value)], _ marks: [StructureMark],
    _ format: FileFormat
  ) {
    var entries = values.map { (offset: $0.offset, path: $0.value.path, Entry.value($0.value)) }
    for mark in marks {
      guard let entry = Self.entry(mark, format) else { continue }
      entries.append((mark.offset, mark.path, entry))
    }
    for (_, path, entry) in entries.sorted(by: { $0.offset < $1.offset }) {
      root.insert(path.components[...]) { node in
        switch entry {
        case .value(let value): node.value = value
        case .alias(let kind): node.aliases.append(kind)
        }
      }
    }
  }

  private enum Entry {
    case value(OpenedFile.Value)
    case alias(StructureMark.Kind)
  }

  private static func entry(_ mark: StructureMark, _ format: FileFormat) -> Entry? {
    let none: [UInt8] = []
    let nothing = SecretBytes(copying: none.span)
    switch mark.kind {
    case .alias, .keyAlias: return .alias(mark.kind)
    case .emptyMapping: return .value(.init(mark.path, nothing, .emptyMapping))
    case .emptyList: return .value(.init(mark.path, nothing, .emptyList))
    case .empty: return .value(.init(mark.path, nothing, format == .yaml ? .null : .string))
    case .tag, .word: return nil
    }
  }

  mutating func resolved() throws(SecretsError) -> [OpenedFile.Value] {
    try emit(root, at: SecretPath(), depth: 0)
    return values
  }

  private mutating func count(_ path: SecretPath, _ depth: Int) throws(SecretsError) {
    stepCount += 1
    guard depth <= ScanLimits.depth else {
      throw SecretsError(
        .unsupported, "the alias at '\(path)' goes too deep, or names what it is in", path: path)
    }
    guard stepCount <= 4 * ScanLimits.tokenCount else {
      throw SecretsError(.limitExceeded, "the file's aliases make too many values of it")
    }
  }

  private mutating func emit(
    _ node: Node, at path: SecretPath, depth: Int
  ) throws(SecretsError) {
    try count(path, depth)
    if let value = node.value { values.append(.init(path, value.text, value.kind)) }
    for alias in node.aliases {
      if case .keyAlias(let key) = alias {
        let text = key.lastKey ?? []
        values.append(.init(path, SecretBytes(copying: text.span), .string))
      }
      if case .alias(let target) = alias, let named = root.node(at: target.components[...]) {
        try emit(named, at: path, depth: depth + 1)
      }
    }
    for (step, child) in try members(of: node, at: path, depth: depth) {
      try emit(child, at: path.appending(step), depth: depth + 1)
    }
  }

  /// What is in a mapping or a list: its own, and what its merge keys give that it has not.
  private mutating func members(
    of node: Node, at path: SecretPath, depth: Int
  ) throws(SecretsError) -> [(SecretPath.Component, Node)] {
    try count(path, depth)
    let own = node.steps.compactMap { step in node.children[step].map { (step, $0) } }
    guard let merge = node.children[Self.mergeKey] else { return own }
    var members = own.filter { $0.0 != Self.mergeKey }
    for source in [merge] + merge.steps.compactMap({ merge.children[$0] }) {
      var mappings = source.aliases.compactMap { alias -> Node? in
        guard case .alias(let target) = alias else { return nil }
        return root.node(at: target.components[...])
      }
      if source.aliases.isEmpty, source.steps.contains(where: \.isKey) { mappings.append(source) }
      for mapping in mappings {
        for member in try self.members(of: mapping, at: path, depth: depth + 1)
        where !members.contains(where: { $0.0 == member.0 }) {
          members.append(member)
        }
      }
    }
    return members
  }
}
