internal import JOSE
internal import Secrets

/// A mapping or list of a file, as JSON for a program that wants it whole.
struct NestedValues {
  /// What stands below one step of a path, in the order of the file.
  private indirect enum Node {
    case value(JSONText)
    /// A mapping or a list in which nothing is.
    case empty(JSONText)
    case children([(step: SecretPath.Component, node: Node)])
  }

  private var root = Node.children([])

  /// Adds a value by its path.
  ///
  /// - Throws: ``Failure`` for what JSON cannot hold.
  mutating func add(_ value: OpenedFile.Value, of file: String) throws {
    // A value of its own is no part of anything.
    guard value.path.components.count > 1 || [.emptyMapping, .emptyList].contains(value.kind) else {
      return
    }
    Self.insert(try Self.node(value, file), at: value.path.components[...], into: &root)
  }

  /// What stands at `path`, a value or a mapping or list of them, as JSON; nil for nothing.
  ///
  /// - Throws: ``Failure`` for what JSON cannot hold.
  static func json(
    at path: SecretPath, of values: [OpenedFile.Value], in file: String
  ) throws -> JSONText? {
    let steps = path.components
    var root: Node?
    for value in values where value.path.components.starts(with: steps) {
      var node = root ?? .children([])
      insert(
        try Self.node(value, file), at: value.path.components.dropFirst(steps.count), into: &node)
      root = node
    }
    return root.map(json)
  }

  /// The outermost mappings and lists of each document, each with its path.
  var all: [(path: SecretPath, json: JSONText)] { Self.outermost(root, SecretPath()) }

  private static func outermost(
    _ node: Node, _ path: SecretPath
  ) -> [(path: SecretPath, json: JSONText)] {
    guard case .children(let children) = node else { return [] }
    return children.flatMap { step, node -> [(path: SecretPath, json: JSONText)] in
      let path = SecretPath(path.components + [step])
      if case .document = step { return outermost(node, path) }
      if case .value = node { return [] }
      return [(path, json(node))]
    }
  }

  private static func insert(
    _ value: Node, at steps: ArraySlice<SecretPath.Component>, into node: inout Node
  ) {
    guard let step = steps.first else {
      node = value
      return
    }
    var children: [(step: SecretPath.Component, node: Node)] = []
    switch node {
    case .children(let present): children = present
    // A key of an INI file that stands again: a list from its first value on.
    case .value: children = [(.index(0), node)]
    case .empty: break
    }
    // Values come in the order of the file, so that the last one's neighbour is the likeliest.
    if let index = children.lastIndex(where: { $0.step == step }) {
      insert(value, at: steps.dropFirst(), into: &children[index].node)
    } else {
      var child = Node.children([])
      insert(value, at: steps.dropFirst(), into: &child)
      children.append((step, child))
    }
    node = .children(children)
  }

  private static func json(_ node: Node) -> JSONText {
    switch node {
    case .value(let text), .empty(let text): return text
    case .children(let children):
      // A list's elements come in their order; a mapping's keys are keys.
      if case .index = children.first?.step { return .array(children.map { json($0.node) }) }
      return .object(
        children.map { step, node in
          switch step {
          case .key(let key): .init(String(decoding: key, as: UTF8.self), json(node))
          case .index(let index), .document(let index): .init("\(index)", json(node))
          }
        })
    }
  }

  private static func node(_ value: OpenedFile.Value, _ file: String) throws -> Node {
    switch value.kind {
    case .emptyMapping: return .empty(.object([]))
    case .emptyList: return .empty(.array([]))
    case .null: return .value(.null)
    case .string, .bare: return .value(try text(value, file))
    }
  }

  /// What JSON can write bare stays bare; a date, or YAML's `yes`, becomes a string.
  private static func text(_ value: OpenedFile.Value, _ file: String) throws -> JSONText {
    let bytes = value.text.withBytes { Array(copying: $0) }
    if value.kind == .bare, let parsed = try? JSONDocument(parsing: bytes).root, !parsed.isObject,
      !parsed.isArray, !parsed.isString
    {
      return .verbatim(bytes)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(
        .badData,
        "'\(Text.shown(value.path.description))' in \(Text.shown(file)) is not UTF-8, so that what it "
          + "is in cannot be given as JSON")
    }
    return .string(text)
  }
}
