internal import ArgumentParser
internal import DurableFiles
internal import Secrets

/// The command valise secrets git-setup.
struct SecretsGitSetup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "git-setup", abstract: "Have git show and merge values, and check commits.",
    discussion: """
      In this clone: git diff and git log -p show values in clear to you, git merge merges value by \
      value, and a commit with a value in clear that should be sealed is refused. In .gitattributes, \
      to be committed: which files that is about. Those are what the rules name, or common names for \
      secrets, and the files that are sealed already. Running it again brings that up to date.
      """)

  @Flag(help: "Undo what it made.")
  var remove = false

  @Flag(name: .customLong("no-hook"), help: "Leave out the check of commits.")
  var leavesHook = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors and warnings.")
  var quiet = false

  func run() throws {
    let git = try Git.here()
    let parts: [any GitSetupPart] =
      [GitConfiguration(git: git), try AttributesFile(git)]
      + (leavesHook ? [] : [try PreCommitHook(git)])
    var notes: [String] = []
    do {
      for part in parts { notes += try remove ? part.remove() : part.setUp() }
    } catch let error as FileError { throw Failure(writing: error) }
    for note in notes { Console.note(note, quiet: quiet) }
    if notes.isEmpty { Console.note("nothing had to be done", quiet: quiet) }
    for case let hook as PreCommitHook in parts where !remove { try hook.refuseIfForeign() }
  }
}

/// One thing that git-setup makes and takes away again, telling what it did.
protocol GitSetupPart {
  func setUp() throws -> [String]
  func remove() throws -> [String]
}

/// What git is to call, in the repository's own configuration.
struct GitConfiguration: GitSetupPart {
  let git: Git

  private static let settings = [
    ("diff.valise.textconv", "valise secrets diff --textconv"),
    ("merge.valise.name", "secrets, value by value"),
    ("merge.valise.driver", "valise secrets merge --path=%P -- %O %A %B"),
    // Where there are several ancestors, one of conflict markers between them would be no file.
    ("merge.valise.recursive", "binary"),
  ]

  func setUp() throws -> [String] {
    var missing: [(String, String)] = []
    for (name, value) in Self.settings {
      switch try current(name) {
      case nil: missing.append((name, value))
      case let other? where !other.utf8.elementsEqual(value.utf8):
        throw Failure(
          .cannotCreate, "\(name) is set already, to \(Text.shown(other))",
          hint: "git config --unset \(name) makes room")
      default: break
      }
    }
    for (name, value) in missing { try git.run("config", "--local", name, value) }
    return missing.isEmpty ? [] : ["git config: set \(Self.names(missing))"]
  }

  func remove() throws -> [String] {
    let ours = try Self.settings.filter { name, value in
      try current(name).map { $0.utf8.elementsEqual(value.utf8) } ?? false
    }
    // The last one takes its section's line with it.
    for (name, _) in ours { try git.run("config", "--local", "--unset", name) }
    return ours.isEmpty ? [] : ["git config: unset \(Self.names(ours))"]
  }

  private func current(_ name: String) throws -> String? {
    try git.line("config", "--local", "--get", name)
  }

  private static func names(_ settings: [(String, String)]) -> String {
    settings.map(\.0).joined(separator: ", ")
  }
}

/// The script that git runs before each commit.
struct PreCommitHook: GitSetupPart {
  private let path: String
  private let present: [UInt8]?
  /// Whether other repositories use the same hooks.
  private let isElsewhere: Bool

  private static let line = "valise secrets check-staged"
  private static let script = """
    #!/bin/sh
    # Made by valise secrets git-setup; --remove takes it away.
    exec \(line)

    """

  init(_ git: Git) throws {
    path = try git.path("hooks/pre-commit")
    isElsewhere = try git.line("config", "--get", "core.hooksPath") != nil
    let directory = Directory(path: String(path.dropLast("/pre-commit".count)))
    present =
      directory.contains("pre-commit")
      ? try directory.read("pre-commit", limit: 1 << 20) : nil
  }

  private var isOurs: Bool { present.map { $0.elementsEqual(Self.script.utf8) } ?? false }
  private var callsUs: Bool {
    present.map { $0[...].firstRange(of: Array(Self.line.utf8)) != nil } ?? false
  }

  func setUp() throws -> [String] {
    guard present == nil, !isElsewhere else { return [] }
    let directory = Directory(path: String(path.dropLast("/pre-commit".count)))
    try directory.create()
    let staged = try StagedFile(path: path)
    try staged.write(Array(Self.script.utf8).span)
    try staged.share(isExecutable: true)
    try staged.commit()
    return ["\(Text.shown(path)): refuses commits with values in clear that should be sealed"]
  }

  func remove() throws -> [String] {
    guard isOurs else {
      return callsUs
        ? ["\(Text.shown(path)): calls valise and is not ours; take the line out of it"] : []
    }
    try Directory(path: String(path.dropLast("/pre-commit".count))).remove("pre-commit")
    return ["\(Text.shown(path)): removed"]
  }

  /// Somebody's own hook is not touched: what it does, and how it ends, is theirs to know.
  func refuseIfForeign() throws {
    guard !callsUs, present != nil || isElsewhere else { return }
    throw Failure(
      .cannotCreate,
      isElsewhere
        ? "core.hooksPath is set, so that commits are not checked; the rest is done"
        : "\(Text.shown(path)) is a hook of your own, so that commits are not checked; the rest is "
          + "done",
      hint: "have it run: \(Self.line) || exit 1")
  }
}
