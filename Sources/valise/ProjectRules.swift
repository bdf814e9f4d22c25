internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Secrets

/// A project's rules for secrets, and who its names are.
struct ProjectRules {
  /// The rules file, below a project's own directory.
  static let fileName = "rules.toml"

  let book: AddressBook
  let rules: Rules
  /// The project's root, which the rules' paths begin at.
  private let root: String
  private let isThere: Bool

  /// Reads the rules of the project around the working directory; there may be none of either.
  init(_ book: AddressBook) throws {
    self.book = book
    guard let project = book.project else {
      (rules, root, isThere) = (try Self.none(), "", false)
      return
    }
    root = String(project.path.dropLast(ContactBook.projectDirectory.utf8.count + 1))
    let path = "\(project.path)/\(Self.fileName)"
    do {
      let text = try InputFile(regularFile: path).readAll(limit: 1 << 20)
      rules = try Self.rules(text, at: path)
      isThere = true
    } catch let error as FileError {
      guard error.code == .notFound else { throw Failure(reading: error) }
      (rules, isThere) = (try Self.none(), false)
    }
  }

  private static func none() throws -> Rules { try rules([], at: fileName) }

  /// The rules that `bytes` are, which stand at `path`.
  ///
  /// - Throws: ``Failure`` `configuration`, naming the line.
  static func rules(_ bytes: [UInt8], at path: String) throws -> Rules {
    let rules: Rules
    do { rules = try Rules(parsing: bytes) } catch { throw Failure(error, naming: path) }
    if let rule = rules.rules.first(where: { $0.recipients.contains("me") || $0.signer == "me" }) {
      throw Failure(
        .configuration,
        "\(Text.shown(path)): line \(rule.lineNumber): me would be somebody else to everybody",
        hint: "write your name in its place: valise key list shows it")
    }
    return rules
  }

  /// What rules look like, for whoever has none yet.
  private static let example = [
    "[[rule]]", #"files = ["config/*.yaml", "*.env"]"#, #"recipients = ["alice", "@ops"]"#,
  ]

  /// - Throws: ``Failure`` unless there are rules.
  func require() throws {
    guard isThere else {
      throw Failure(
        .configuration,
        "there is no \(ContactBook.projectDirectory)/\(Self.fileName) here, nor above",
        details: Self.example,
        hint: book.project.map {
          "write such lines to \(Text.shown($0.path))/\(Self.fileName)"
        } ?? "valise project init makes a project; such lines go to its .valise/rules.toml")
    }
  }

  /// Where the project is, as seen from the working directory if that is in it.
  func rootPath() throws -> String {
    try require()
    return try Directory.current().path == root ? "." : root
  }

  /// Whether the project is at the directory `path`, or below it.
  func isBelow(_ path: String) throws -> Bool {
    // The last name of a path is not followed, so that the directory must not be it.
    let absolute = try Directory.resolve("\(path)/.").dropLast(2)
    return root == absolute || root.hasPrefix("\(absolute)/")
  }

  /// The rule for a file.
  func rule(for path: String) throws -> Rules.Rule? {
    try pathInProject(path).flatMap(rules.rule)
  }

  /// A file's path from the project's root; nil for one that is not in it.
  func pathInProject(_ path: String) throws -> String? {
    guard isThere else { return nil }
    let absolute = try Directory.resolve(path)
    guard absolute.hasPrefix(root + "/") else { return nil }
    return String(absolute.dropFirst(root.utf8.count + 1))
  }

  /// The names of all people whom a rule names.
  func people(_ rule: Rules.Rule) throws -> [String] {
    var names: [String] = []
    for name in rule.recipients {
      names += name.hasPrefix("@") ? try members(String(name.dropFirst()), rule) : [name]
    }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  private func members(_ group: String, _ rule: Rules.Rule) throws -> [String] {
    do { return try book.names(inGroup: group) } catch {
      guard error.code == .unknownName else { throw error }
      throw Failure(
        .unknownName, "\(Text.shown(error.reason)); the rule in line \(rule.lineNumber) names it",
        hint: "valise group add --project @\(Text.shown(group)) NAME makes it")
    }
  }

  /// The readers whom a rule names.
  func recipients(_ rule: Rules.Rule, quiet: Bool) throws -> [JWE.Recipient] {
    try RecipientResolver.resolve(rule.recipients, files: [], in: book, quiet: quiet)
  }

  /// What a rule wants of a file, for a look that needs no key.
  func expectation(_ rule: Rules.Rule) throws -> Finding.Expectation {
    var keyIDs: [String] = []
    for name in try people(rule) {
      guard let known = try book.currentKeyIDs(of: name, at: Platform.now()) else {
        throw Failure(
          .unknownName,
          "there is no contact called \(Text.shown(name)), whom the rule in line \(rule.lineNumber) "
            + "names", hint: "valise contact add --project \(Text.shown(name)) FILE makes one")
      }
      keyIDs += known
    }
    return Finding.Expectation(
      selection: rule.selection, recipients: keyIDs, signer: try rule.signer.map(signer))
  }

  /// The key that a rule's signer signs with.
  private func signer(_ name: String) throws -> PublicJWK {
    let card =
      try book.keyring.identity(name)?.card ?? book.keyring.contacts.contact(name)?.published.card
      ?? book.project?.contact(name)?.published.card
    guard let card else {
      throw Failure(
        .unknownName, "the rules want a signature of \(Text.shown(name)), who has no card here")
    }
    return card.signingKey
  }
}
