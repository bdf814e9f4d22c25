internal import ArgumentParser
internal import DurableFiles

/// Where a command that changes files of secrets leaves the result.
struct SecretsOutputOptions: ParsableArguments {
  @Flag(
    name: [.customShort("i"), .customLong("in-place")],
    help: "Change the files themselves.")
  var isInPlace = false

  @OptionGroup var output: OutputOptions

  /// The files that `paths` mean: standard input where none is named, and with -i those that a
  /// directory has `inside`, or the whole project.
  func files(
    _ paths: [String], _ rules: ProjectRules, inside: (_ directory: String) throws -> [String]
  ) throws -> [String] {
    guard isInPlace || !paths.isEmpty else { return ["-"] }
    let named = try paths.isEmpty ? [rules.rootPath()] : paths
    let files = try named.flatMap { path in
      guard Directory(path: path).exists else { return [path] }
      guard isInPlace else {
        throw Failure(
          .usage, "\(Text.shown(path)): is a directory", hint: "-i changes the files in it")
      }
      return try inside(path)
    }
    guard !files.isEmpty else {
      throw Failure(
        .noInput, "\(named.map(Text.shown).joined(separator: ", ")): has no files for this",
        hint: "valise secrets rules shows which files the rules name")
    }
    return files
  }

  /// - Throws: ``Failure`` unless it is clear where the results of so many files go.
  func check(_ count: Int) throws {
    guard !isInPlace || output.path == nil else {
      throw Failure(.usage, "-i and -o exclude each other")
    }
    guard isInPlace || count == 1 else {
      throw Failure(
        .usage, "\(count) files do not go to one output", hint: "-i changes the files themselves")
    }
  }

  func write(_ bytes: [UInt8], for source: SecretsAccess.Source, _ access: SecretsAccess) throws {
    guard isInPlace else {
      let output = try output.open(input: source.input)
      try output.refuseControls { try $0.write(bytes.span) }
      return try output.write(bytes.span)
    }
    try access.write(bytes, to: source)
  }
}
