/// A project's rules: which files are sealed, for whom, and what in them is secret.
///
/// ```toml
/// [[rule]]
/// files = ["config/**/*.yaml", "*.env"]
/// recipients = ["alice", "@ops"]
/// only = ["*PASSWORD*", "**/token"]
/// except = ["**/comment"]
/// signer = "alice"
/// format = "dotenv"
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
    /// What the files are, whatever their names end with; nil to go by the names.
    public let format: FileFormat?
    /// Where the rule begins, from 1.
    public let lineNumber: Int

    fileprivate let globs: [PathPattern]

    /// Those of ``files`` that match the file at `path`.
    public func globs(matching path: String) -> [String] {
      let path = Rules.components(path)
      return globs.filter { $0.matches(path) }.map(\.text)
    }
  }

  /// The rules in their order.
  public let rules: [Rule]

  /// Reads a rules file.
  ///
  /// - Throws: ``SecretsError`` `invalidRules`, naming the line: for what is not TOML 1.0, for members
  ///   that rules do not have, for lists that are missing or empty.
  public init(parsing bytes: [UInt8]) throws(SecretsError) {
    let list = try TOMLTableList(parsing: bytes, name: "rule", members: Self.members)
    var rules: [Rule] = []
    for table in list.tables { rules.append(try Rule(table)) }
    self.rules = rules
  }

  private static let members: [String: TOMLTableList.Shape] = [
    "files": .strings, "recipients": .strings, "only": .strings, "except": .strings,
    "signer": .string, "format": .string,
  ]

  /// The rule for the file at `path`, which is relative to the project's root with slashes between.
  public func rule(for path: String) -> Rule? {
    let path = Self.components(path)
    return rules.first { rule in rule.globs.contains { $0.matches(path) } }
  }

  fileprivate static func components(_ path: String) -> SecretPath {
    SecretPath(path.utf8.split(separator: UInt8(ascii: "/")).map { .key(Array($0)) })
  }
}

extension Rules.Rule {
  fileprivate init(_ table: TOMLTableList.Table) throws(SecretsError) {
    guard let files = table["files"] else { throw table.refusal("a rule has no 'files'") }
    guard let recipients = table["recipients"] else {
      throw table.refusal("a rule has no 'recipients'")
    }
    self.files = files
    self.recipients = recipients
    selection = Selection(
      only: try Self.patterns("only", table), except: try Self.patterns("except", table))
    signer = table["signer"]?.first
    format = try table["format"]?.first.map { (name) throws(SecretsError) in
      guard let format = FileFormat(rawValue: name) else {
        let names = FileFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw table.refusal("there is no format '\(name)', but \(names)")
      }
      return format
    }
    lineNumber = table.lineNumber
    globs = try Self.patterns("files", table)
  }

  private static func patterns(
    _ member: String, _ table: TOMLTableList.Table
  ) throws(SecretsError) -> [PathPattern] {
    var patterns: [PathPattern] = []
    for text in table[member] ?? [] {
      do { patterns.append(try PathPattern(text)) } catch {
        throw table.refusal("in '\(member)': \(error.reason)")
      }
    }
    return patterns
  }
}
