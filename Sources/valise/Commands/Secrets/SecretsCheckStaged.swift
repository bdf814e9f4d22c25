internal import ArgumentParser
internal import DurableFiles
internal import Secrets

/// The command valise secrets check-staged.
struct SecretsCheckStaged: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-staged", abstract: "Look for values in clear in what git would commit.",
    discussion: """
      For pre-commit hooks; needs no key. Looks at what is staged and not at the working tree. A \
      finding for each value in clear that a rule or its file wants sealed, each file that was sealed \
      and no longer is, and each that cannot be read.
      """)

  func run() throws {
    let git = try Git.here()
    let rules = try StagedRules(git)
    var count = 0
    let files = try StagedFiles(git)
    let opened = try OpenedNames(files.removed)
    for file in files.changed {
      for reason in try reasons(file, rules, opened) {
        Console.error("\(Text.shown(file.path)): \(Text.shown(reason))")
        count += 1
      }
    }
    try tellOfOtherMerges(files.changed, git)
    guard count > 0 else { return }
    throw Failure(
      .badData, "\(Text.count(count, "finding")) in what is staged",
      hint: "valise secrets encrypt -i seals it, git add stages it then")
  }

  /// Sealed files that git would merge as any text, which conflicts all over.
  private func tellOfOtherMerges(_ files: [StagedFiles.File], _ git: Git) throws {
    guard try git.line("config", "--get", "merge.valise.driver") != nil else { return }
    let sealed = try files.filter {
      try FileFormat(fileName: $0.path) != nil && SealedMark.isIn($0.bytes())
    }
    guard !sealed.isEmpty else { return }
    let words = ["check-attr", "-z", "merge", "--"] + sealed.map(\.path)
    // Of each: its path, `merge`, and what is set.
    let fields = try (git.output(words) ?? []).split(separator: 0, omittingEmptySubsequences: false)
    for index in stride(from: 0, to: fields.count - 2, by: 3)
    where !fields[index + 2].elementsEqual("valise".utf8) {
      let path = String(decoding: fields[index], as: UTF8.self)
      Console.warning(
        "\(Text.shown(path)): .gitattributes does not say that valise merges it; valise secrets "
          + "git-setup brings that up to date")
    }
  }

  private func reasons(
    _ staged: StagedFiles.File, _ rules: StagedRules, _ opened: OpenedNames
  ) throws -> [String] {
    let rule = rules.rule(for: staged.path)
    guard let format = FileFormat(fileName: staged.path) else {
      return rule == nil ? [] : ["a rule names it, and its name does not tell its format"]
    }
    let bytes = try staged.bytes()
    let wantsSeal = rule != nil || SealedMark.isIn(bytes)
    guard wantsSeal else {
      let wasSealed = try staged.formerBytes().map(SealedMark.isIn) ?? false
      if wasSealed { return ["was sealed, and is staged in clear"] }
      return opened.former(of: bytes, format).map {
        ["was sealed as \($0), and is staged in clear"]
      } ?? []
    }
    // Without a rule the file's block says what is secret in it.
    let selection =
      rule?.selection ?? (try? SecretFile(bytes, format: format).selection) ?? .all
    return Finding.all(in: bytes, format: format, expecting: .init(selection: selection))
      .map(\.reason)
  }
}

/// What git would commit now.
struct StagedFiles {
  /// A file that is new or changed.
  struct File {
    let path: String
    fileprivate let git: Git
    fileprivate let former: String
    fileprivate let current: String

    /// As it is staged.
    func bytes() throws -> [UInt8] { try blob(current) ?? [] }

    /// As it was in the last commit; nil when it was not.
    func formerBytes() throws -> [UInt8]? {
      former.utf8.allSatisfy { $0 == UInt8(ascii: "0") } ? nil : try blob(former)
    }

    private func blob(_ name: String) throws -> [UInt8]? {
      guard let bytes = try git.output(["cat-file", "blob", name]) else {
        throw Failure(.inputOutput, "git cat-file blob \(name) failed")
      }
      return bytes
    }
  }

  let changed: [File]
  /// Files that go; under which name they may come back, git can only guess.
  let removed: [File]

  init(_ git: Git) throws {
    let words = ["diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames"]
    guard let output = try git.output(words + ["--diff-filter=ADMT", "--no-ext-diff"]) else {
      throw Failure(.inputOutput, "git diff --cached failed")
    }
    // `:100644 100644 OLD NEW M`, then the path, each ended by a zero.
    let fields = output.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    var (changed, removed): ([File], [File]) = ([], [])
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      let head = fields[index].split(separator: " ")
      guard head.count == 5 else { continue }
      let file = File(
        path: fields[index + 1], git: git, former: String(head[2]), current: String(head[3]))
      if head[4] == "D" { removed.append(file) }
      // Symbolic links and submodules have no values.
      if head[1].hasPrefix("100") { changed.append(file) }
    }
    self.changed = changed
    self.removed = removed
  }
}

/// Sealed files that go, to notice one that comes back in clear under another name.
struct OpenedNames {
  private var formers: [(path: String, keys: Set<SecretPath>)] = []

  init(_ removed: [StagedFiles.File]) throws {
    for file in removed {
      guard let bytes = try file.formerBytes(), SealedMark.isIn(bytes),
        let format = FileFormat(fileName: file.path),
        let sealed = try? SecretFile(bytes, format: format)
      else { continue }
      formers.append((file.path, Set(sealed.sealedPaths)))
    }
  }

  /// What a file in clear was called that has at least half of its values' names; nil for none.
  func former(of bytes: [UInt8], _ format: FileFormat) -> String? {
    guard !formers.isEmpty, let file = try? SecretFile(bytes, format: format) else { return nil }
    let paths = Set(file.paths)
    return formers.first {
      !$0.keys.isEmpty && 2 * $0.keys.intersection(paths).count >= $0.keys.count
    }?
    .path
  }
}

/// The rules that would be committed, of each project in the repository.
struct StagedRules {
  private var projects: [(prefix: String, rules: Rules)] = []

  private static let name = ".valise/rules.toml"

  init(_ git: Git) throws {
    let listing =
      try git.output(["ls-files", "--cached", "-z", "--", ":(glob)**/\(Self.name)"]) ?? []
    for field in listing.split(separator: 0) {
      let path = String(decoding: field, as: UTF8.self)
      guard let bytes = try git.output(["cat-file", "blob", ":\(path)"]) else { continue }
      do {
        projects.append((String(path.dropLast(Self.name.count)), try Rules(parsing: bytes)))
      } catch { throw Failure(error, naming: path) }
    }
    // The innermost project first.
    projects.sort { $0.prefix.utf8.count > $1.prefix.utf8.count }
  }

  /// The rule for the file at `path`, from the top of the repository.
  func rule(for path: String) -> Rules.Rule? {
    let project = projects.first { path.utf8.starts(with: $0.prefix.utf8) }
    return project.flatMap { $0.rules.rule(for: String(path.dropFirst($0.prefix.count))) }
  }
}
