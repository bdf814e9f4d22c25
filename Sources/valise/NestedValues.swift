internal import JOSE
internal import Secrets

/// A mapping or list of a file, as JSON for a program that wants it whole.
struct NestedValues {
  /// What stands below one step of a path, in the order of the file.
  private indirect enum Node {
    case value(JSONText)
    case children([(step: SecretPath.Component, node: Node)])
  }

  private var root = Node.children([])

  /// Adds a value by its path.
  mutating func add(_ value: OpenedFile.Value) {
    Self.insert(.value(Self.text(value)), at: value.path.components[...], into: &root)
  }

  /// The outermost mappings and lists, each with its path.
  var all: [(path: SecretPath, json: JSONText)] {
    guard case .children(let children) = root else { return [] }
    return children.compactMap { step, node in
      guard case .children = node else { return nil }
      return (SecretPath([step]), Self.json(node))
    }
  }

  private static func insert(
    _ value: Node, at steps: ArraySlice<SecretPath.Component>, into node: inout Node
  ) {
    guard let step = steps.first else {
      node = value
      return
    }
    guard case .children(var children) = node else { return }
    if let index = children.firstIndex(where: { $0.step == step }) {
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
    case .value(let text): return text
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

  /// What JSON can write bare stays bare; a date, or YAML's `yes`, becomes a string.
  private static func text(_ value: OpenedFile.Value) -> JSONText {
    let bytes = value.text.withBytes { Array(copying: $0) }
    if !value.isString, let parsed = try? JSONDocument(parsing: bytes).root, !parsed.isObject,
      !parsed.isArray, !parsed.isString
    {
      return .verbatim(bytes)
    }
    return .string(String(decoding: bytes, as: UTF8.self))
  }
}
