internal import Secrets

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
      let prefix = String(path.dropLast(Self.name.count))
      projects.append((prefix, try ProjectRules.rules(bytes, at: path)))
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
