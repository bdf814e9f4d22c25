/// A configuration file that is nothing but tables of one name, read strictly.
///
/// ```toml
/// [[rule]]
/// files = ["*.env"]
/// ```
///
/// Whatever else is in it is an error that names the line: a misspelt member would be a wish that nobody
/// hears.
package struct TOMLTableList {
  /// What a member of a table is.
  package enum Shape: Sendable {
    case string
    case strings
    case number
  }

  /// One of the tables.
  package struct Table: Sendable {
    /// Where it begins, from 1.
    package let lineNumber: Int
    private var members: [String: [String]] = [:]

    fileprivate init(lineNumber: Int) { self.lineNumber = lineNumber }

    /// The strings of a member, or what else it is as it is written; nil where it is missing or empty.
    package subscript(_ member: String) -> [String]? { members[member] }

    fileprivate mutating func append(_ text: String, to member: String) {
      members[member, default: []].append(text)
    }

    /// An error about the table.
    package func refusal(_ reason: String) -> SecretsError {
      SecretsError(.invalidRules, "line \(lineNumber): \(reason)")
    }
  }

  /// The tables in their order.
  package private(set) var tables: [Table] = []
  private let name: String
  private let shapes: [String: Shape]
  private let document: ScannedDocument

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - name: what all its tables are called.
  ///   - shapes: the members that they may have.
  /// - Throws: ``SecretsError`` `invalidRules`, naming the line, also for what is not TOML 1.0.
  package init(
    parsing bytes: [UInt8], name: String, members shapes: [String: Shape]
  ) throws(SecretsError) {
    self.name = name
    self.shapes = shapes
    do throws(SecretsError) {
      var scanner = TOMLScanner(try TOMLFormat.checked(bytes))
      document = try scanner.scan()
      if let block = document.block {
        throw refusal("there is no place for 'valise' here", at: block.range.lowerBound)
      }
      for container in scanner.containers { try check(container.path, at: container.offset) }
      for token in document.tokens { try add(token) }
    } catch {
      guard error.code != .invalidRules else { throw error }
      throw SecretsError(.invalidRules, error.reason, underlying: error)
    }
  }

  private func refusal(_ reason: String, at offset: Int) -> SecretsError {
    SecretsError(.invalidRules, reason, at: offset, of: document.bytes)
  }

  /// Tables and lists are looked at apart from values, because they may have none.
  private mutating func check(_ path: SecretPath, at offset: Int) throws(SecretsError) {
    let steps = path.components
    guard steps.count >= 2, steps[0] == .key(Array(name.utf8)), case .index = steps[1] else {
      guard steps == [.key(Array(name.utf8))], document.bytes[offset] == UInt8(ascii: "[") else {
        throw refusal("'\(path)' is not a [[\(name)]]", at: offset)
      }
      throw refusal("it begins with [[\(name)]]", at: offset)
    }
    if steps.count == 2 {
      tables.append(Table(lineNumber: document.bytes.lineNumber(at: offset)))
    } else {
      guard steps.count == 3, case .key(let key) = steps[2],
        shapes[String(decoding: key, as: UTF8.self)] == .strings
      else { throw refusal("'\(path)' is not a member of a [[\(name)]]", at: offset) }
    }
  }

  private mutating func add(_ token: SecretToken) throws(SecretsError) {
    let steps = token.path.components
    let offset = token.range.lowerBound
    guard steps.count >= 3, steps[0] == .key(Array(name.utf8)), case .index(let index) = steps[1],
      case .key(let key) = steps[2]
    else { throw refusal("'\(token.path)' is not a member of a [[\(name)]]", at: offset) }
    let member = String(decoding: key, as: UTF8.self)
    guard let shape = shapes[member] else {
      throw refusal("a [[\(name)]] has no '\(member)'", at: offset)
    }
    guard shape.allows(token.kind), steps.count == (shape == .strings ? 4 : 3),
      (shape == .strings) == (steps.last?.isKey == false)
    else { throw refusal("'\(member)' is not a \(shape.description)", at: offset) }
    guard tables.indices.contains(index) else {
      throw refusal("it begins with [[\(name)]]", at: offset)
    }
    let text = try TOMLFormat().text(of: token, in: document)
    tables[index].append(String(decoding: text, as: UTF8.self), to: member)
  }
}

extension TOMLTableList.Shape {
  fileprivate func allows(_ kind: SecretToken.Kind) -> Bool {
    self == .number ? kind == .number : kind == .string
  }

  fileprivate var description: String {
    switch self {
    case .string: "string"
    case .strings: "list of strings"
    case .number: "number"
    }
  }
}
