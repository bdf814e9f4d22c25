internal import DurableFiles
internal import JOSE
internal import Secrets

/// The files of a project that its rules are about.
struct SecretsTree {
  /// A file, and its rule; nil for one that was named and has none.
  struct File {
    let path: String
    let rule: Rules.Rule?
    /// Whether it was named, and not found.
    var isNamed = false
  }

  let files: [File]
  /// What could not be looked into.
  let unreadable: [FileError]
  /// Whether all files of the project are among them, so that a rule without any matches none.
  let isWhole: Bool

  /// The files that `paths` mean: files that are named, and those below directories that have a rule;
  /// without any, those of the whole project.
  init(_ paths: [String], _ rules: ProjectRules) throws {
    var files: [File] = []
    var unreadable: [FileError] = []
    var isWhole = paths.isEmpty
    for path in paths.isEmpty ? [try rules.rootPath()] : paths {
      guard Directory(path: path).exists else {
        files.append(File(path: path, rule: try rules.rule(for: path), isNamed: true))
        continue
      }
      isWhole = try isWhole || rules.isBelow(path)
      let (found, failures) = FileTree(path: path, skipping: [".git", ".valise"]).files()
      // A name that is not UTF-8 is of no account but where a rule would take the file.
      unreadable += try failures.filter {
        try $0.code != .wrongKind || rules.rule(for: $0.path) != nil
      }
      for path in found {
        if let rule = try rules.rule(for: path) { files.append(File(path: path, rule: rule)) }
      }
    }
    self.files = files
    self.unreadable = unreadable
    self.isWhole = isWhole
  }

  /// - Throws: ``Failure`` when there is something that could not be looked into.
  func requireReadable() throws {
    guard let error = unreadable.first else { return }
    let failure = Failure(reading: error)
    throw Failure(
      failure.status, failure.message,
      hint: error.code == .wrongKind ? "rename it, or name the files that are meant" : nil)
  }
}

/// Which rules, and which of their patterns, something in the project matches.
struct RuleUse {
  private struct Use {
    var globs: Set<String> = []
    var patterns: Set<PathPattern> = []
  }

  private var uses: [Int: Use] = [:]

  /// Notes a file, as seen from the project's root, and its values.
  mutating func note(_ rule: Rules.Rule, file: String, values: [SecretPath]) {
    var use = uses[rule.lineNumber] ?? Use()
    use.globs.formUnion(rule.globs(matching: file))
    // A pattern that has matched something is not asked again.
    for pattern in rule.selection.only where !use.patterns.contains(pattern) {
      if values.contains(where: pattern.matches) { use.patterns.insert(pattern) }
    }
    uses[rule.lineNumber] = use
  }

  /// What is wrong with `rules`, if these are all files: the line of the rule, and why.
  func idle(of rules: [Rules.Rule]) -> [(line: Int, reason: String)] {
    rules.flatMap { rule -> [(line: Int, reason: String)] in
      guard let use = uses[rule.lineNumber] else {
        return [(rule.lineNumber, "the rule matches no file")]
      }
      let globs = rule.files.filter { !use.globs.contains($0) }
        .map { (rule.lineNumber, "'\($0)' matches no file that is the rule's") }
      let patterns = rule.selection.only.filter { !use.patterns.contains($0) }
        .map { (rule.lineNumber, "'\($0.text)' matches no value") }
      return globs + patterns
    }
  }
}
