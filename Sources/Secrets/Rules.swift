/// A project's rules: which files are sealed, for whom, and what in them is secret.
///
/// ```toml
/// [[rule]]
/// files = ["config/**/*.yaml", "*.env"]
/// recipients = ["alice", "@ops"]
/// only = ["*PASSWORD*", "**/token"]
/// except = ["**/comment"]
/// signer = "alice"
/// ```
///
/// The first rule whose `files` match holds. Names are whatever the caller makes of them.
public struct Rules: Sendable {
  /// One `[[rule]]`.
  public struct Rule: Sendable {
    /// Globs over paths from the project's root.
    ///
    /// `*` and `?` stand for characters within a name, `**` for any number of folders. A glob without
    /// a slash is looked for in every folder, and one that names a folder means all in it.
    public let files: [String]
    /// Who can open the files; one or more.
    public let recipients: [String]
    /// What is secret in them; all where it is not said.
    public let selection: Selection
    /// Who must have sealed them; nil for anybody.
    public let signer: String?
    /// Where the rule begins, from 1.
    public let lineNumber: Int

    fileprivate let globs: [PathPattern]
  }

  /// The rules in their order.
  public let rules: [Rule]

  /// Reads a rules file.
  ///
  /// - Throws: ``SecretsError`` `invalidRules`, naming the line: for what is not TOML 1.0, for members
  ///   that rules do not have, for lists that are missing or empty.
  public init(parsing bytes: [UInt8]) throws(SecretsError) {
    do {
      var scanner = TOMLScanner(try TOMLFormat.checked(bytes))
      var reader = RulesReader(try scanner.scan())
      rules = try reader.rules(scanner.containers)
    } catch {
      guard error.code != .invalidRules else { throw error }
      throw SecretsError(.invalidRules, error.reason, underlying: error)
    }
  }

  /// The rule for the file at `path`, which is relative to the project's root with slashes between.
  public func rule(for path: String) -> Rule? {
    let components = path.utf8.split(separator: UInt8(ascii: "/"))
      .map { SecretPath.Component.key(Array($0)) }
    return rules.first { rule in rule.globs.contains { $0.matches(SecretPath(components)) } }
  }
}

/// Gathers rules from the values of a TOML file.
private struct RulesReader {
  /// The members of a rule that have been read so far.
  private struct Draft {
    var offset = 0
    var texts: [String: [String]] = [:]
  }

  private let document: ScannedDocument
  private var drafts: [Draft] = []

  init(_ document: ScannedDocument) { self.document = document }

  mutating func rules(
    _ containers: [(path: SecretPath, offset: Int)]
  ) throws(SecretsError) -> [Rules.Rule] {
    if let block = document.block {
      throw refusal("there is no place for 'valise' here", at: block.range.lowerBound)
    }
    for container in containers { try check(container.path, at: container.offset) }
    for token in document.tokens { try add(token) }
    var rules: [Rules.Rule] = []
    for draft in drafts { rules.append(try rule(draft)) }
    return rules
  }

  /// Tables and lists are looked at apart from values, because they may have none.
  private mutating func check(_ path: SecretPath, at offset: Int) throws(SecretsError) {
    let steps = path.components
    guard steps.count >= 2, steps[0] == .key(Array("rule".utf8)), case .index = steps[1] else {
      guard steps == [.key(Array("rule".utf8))], document.bytes[offset] == UInt8(ascii: "[") else {
        throw refusal("'\(path)' is not a [[rule]]", at: offset)
      }
      throw refusal("a rule begins with [[rule]]", at: offset)
    }
    if steps.count == 2 { drafts.append(Draft(offset: offset)) }
    guard
      steps.count == 2
        || (steps.count == 3 && Self.lists.contains { steps[2] == .key(Array($0.utf8)) })
    else { throw refusal("'\(path)' is not a member of a rule", at: offset) }
  }

  private static let lists = ["files", "recipients", "only", "except"]

  private func refusal(_ reason: String, at offset: Int) -> SecretsError {
    SecretsError(.invalidRules, reason, at: offset, of: document.bytes)
  }

  private mutating func add(_ token: SecretToken) throws(SecretsError) {
    let steps = token.path.components
    let offset = token.range.lowerBound
    guard steps.count >= 3, steps[0] == .key(Array("rule".utf8)), case .index(let index) = steps[1],
      case .key(let name) = steps[2]
    else { throw refusal("'\(token.path)' is not a member of a [[rule]]", at: offset) }
    let member = String(decoding: name, as: UTF8.self)
    let isList = Self.lists.contains(member)
    guard isList || member == "signer" else {
      throw refusal("a rule has no '\(member)'", at: offset)
    }
    guard token.kind == .string, steps.count == (isList ? 4 : 3),
      isList == (steps.last?.isKey == false)
    else {
      throw refusal("'\(member)' is not a \(isList ? "list of strings" : "string")", at: offset)
    }
    guard drafts.indices.contains(index) else {
      throw refusal("a rule begins with [[rule]]", at: offset)
    }
    let text = try TOMLFormat().text(of: token, in: document)
    drafts[index].texts[member, default: []].append(String(decoding: text, as: UTF8.self))
  }

  private func rule(_ draft: Draft) throws(SecretsError) -> Rules.Rule {
    for member in ["files", "recipients"] where draft.texts[member] == nil {
      throw refusal("a rule has no '\(member)'", at: draft.offset)
    }
    return Rules.Rule(
      files: draft.texts["files"] ?? [], recipients: draft.texts["recipients"] ?? [],
      selection: Selection(
        only: try patterns("only", draft), except: try patterns("except", draft)),
      signer: draft.texts["signer"]?.first,
      lineNumber: document.bytes.lineNumber(at: draft.offset),
      globs: try patterns("files", draft))
  }

  private func patterns(_ member: String, _ draft: Draft) throws(SecretsError) -> [PathPattern] {
    var patterns: [PathPattern] = []
    for text in draft.texts[member] ?? [] {
      do { patterns.append(try PathPattern(text)) } catch {
        throw refusal("in '\(member)': \(error.reason)", at: draft.offset)
      }
    }
    return patterns
  }
}
