internal import DurableFiles
internal import JOSE
internal import Secrets

/// The files of a project that its rules are about.
struct SecretsTree {
  /// A file, and its rule; nil for one that was named and has none.
  struct File {
    let path: String
    let rule: Rules.Rule?
  }

  let files: [File]
  /// Rules that no file of the project matches.
  let idleRules: [Rules.Rule]

  /// The files that `paths` mean: files that are named, and those below directories that have a rule;
  /// without any, those of the whole project.
  init(_ paths: [String], _ rules: ProjectRules) throws {
    var files: [File] = []
    for path in paths.isEmpty ? [try rules.rootPath()] : paths {
      guard Directory(path: path).exists else {
        files.append(File(path: path, rule: try rules.rule(for: path)))
        continue
      }
      let (found, unreadable) = FileTree(path: path, skipping: [".git", ".valise"]).files()
      for error in unreadable { throw Failure(reading: error) }
      for path in found {
        if let rule = try rules.rule(for: path) { files.append(File(path: path, rule: rule)) }
      }
    }
    self.files = files
    let used = Swift.Set(files.compactMap { $0.rule?.lineNumber })
    idleRules = paths.isEmpty ? rules.rules.rules.filter { !used.contains($0.lineNumber) } : []
  }
}
