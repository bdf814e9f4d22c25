/// What each name of a TOML file is, to refuse what is defined twice.
struct TOMLTables {
  private enum Definition {
    /// A table that stands only on the way to another's header.
    case implicit
    /// A table with a header of its own.
    case header
    /// A table that dotted keys made.
    case dotted
    case arrayOfTables(count: Int)
    /// A value; arrays and inline tables are closed to later additions.
    case value
  }

  private var definitions: [SecretPath: Definition] = [:]

  /// The path of the table that a header opens; nil when it may not.
  mutating func open(_ keys: [[UInt8]], isArray: Bool) -> SecretPath? {
    var path = SecretPath()
    for key in keys.dropLast() {
      path = path.appending(.key(key))
      switch definitions[path] {
      case nil: definitions[path] = .implicit
      case .implicit, .header, .dotted: break
      case .arrayOfTables(let count): path = path.appending(.index(count - 1))
      case .value: return nil
      }
    }
    guard let last = keys.last else { return nil }
    path = path.appending(.key(last))
    switch (definitions[path], isArray) {
    case (nil, false), (.implicit, false):
      definitions[path] = .header
      return path
    case (nil, true):
      definitions[path] = .arrayOfTables(count: 1)
      return path.appending(.index(0))
    case (.arrayOfTables(let count), true):
      definitions[path] = .arrayOfTables(count: count + 1)
      return path.appending(.index(count))
    default: return nil
    }
  }

  /// The path of the value that a key in `table` names; nil when it may not.
  mutating func define(_ keys: [[UInt8]], in table: SecretPath) -> SecretPath? {
    var path = table
    for key in keys.dropLast() {
      path = path.appending(.key(key))
      switch definitions[path] {
      case nil: definitions[path] = .dotted
      case .dotted: break
      default: return nil
      }
    }
    guard let last = keys.last else { return nil }
    path = path.appending(.key(last))
    guard definitions[path] == nil else { return nil }
    definitions[path] = .value
    return path
  }
}
