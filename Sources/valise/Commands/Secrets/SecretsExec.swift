internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Primitives
internal import Secrets

/// The command valise secrets exec.
struct SecretsExec: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec", abstract: "Run a program with the values in its environment.",
    usage: "valise secrets exec [<options>] <file> ... -- <program> [<argument> ...]",
    discussion: """
      The value at db/pass-word is called DB_PASS_WORD, that at hosts[0] HOSTS_0; names of dotenv \
      files stay as they are. Values that are not secret are given too. They take the place of \
      variables of the same name. Nothing runs when two values would have one name, or one none. The \
      program takes the place of this one: signals and the exit status are its own. No shell is run.
      """)

  @OptionGroup var options: SecretsOptions

  @Option(help: ArgumentHelp("Begin all names with this.", valueName: "prefix"))
  var prefix = ""

  @Argument(help: "Sealed files, then -- and a program, which is looked for on PATH.")
  var words: [String] = []

  /// argument-parser takes one list of words and drops the terminator; what follows it is the end of
  /// that list.
  private var command: ArraySlice<String> {
    let rest = CommandLine.arguments.drop { !$0.isExactly("--") }.dropFirst()
    return words.suffix(rest.count)
  }
  private var files: ArraySlice<String> { words.dropLast(command.count) }

  mutating func validate() throws {
    guard !files.isEmpty, !command.isEmpty else {
      throw ValidationError(
        "exec takes files, then -- and a program: valise secrets exec FILE -- PROGRAM")
    }
    guard EnvironmentNames.isValid(prefix: prefix) else {
      throw ValidationError("a prefix is made of letters, digits and underscores")
    }
  }

  func run() throws {
    let access = try options.access()
    var variables = Variables(names: EnvironmentNames(prefix: prefix))
    for path in files {
      let file = try access.readRegular(path).file
      try SecretsSigning.check(file, path, access.rules)
      let opened = try access.opened(file, name: path)
      do {
        var nested = NestedValues()
        for value in try opened.texts() {
          try variables.add(value, file.format, of: path)
          try nested.add(value, of: path)
        }
        for (outer, json) in nested.all {
          try variables.add(json.compact, called: outer, file.format, of: path)
        }
      } catch let error as SecretsError { throw Failure(error, naming: path) }
    }
    do { try Subprocess.become(Array(command), adding: variables.assignments) } catch {
      throw Failure(reading: error)
    }
  }
}

/// The environment variables that values become, none of them twice.
private struct Variables {
  let names: EnvironmentNames
  /// `NAME=value`.
  private(set) var assignments: [[UInt8]] = []
  private var origins: [String: String] = [:]

  init(names: EnvironmentNames) { self.names = names }

  mutating func add(_ value: OpenedFile.Value, _ format: FileFormat, of file: String) throws {
    // What holds nothing is given as JSON, as what holds something is.
    guard value.kind != .emptyMapping, value.kind != .emptyList else { return }
    let text = value.text.withBytes { Array(copying: $0) }
    try add(text, called: value.path, format, of: file)
  }

  mutating func add(
    _ text: [UInt8], called path: SecretPath, _ format: FileFormat, of file: String
  ) throws {
    let origin = "'\(Text.shown(path.description))' in \(Text.shown(file))"
    guard let name = names.name(of: path, format: format) else {
      throw Failure(
        .badData, "\(origin) has no name as an environment variable",
        hint: "names are letters, digits and underscores and begin with no digit; --prefix may help"
      )
    }
    if let other = origins.updateValue(origin, forKey: name) {
      throw Failure(.badData, "\(other) and \(origin) would both be called \(name)")
    }
    guard !text.contains(0) else {
      throw Failure(
        .badData, "\(origin) holds a zero byte, which no environment variable can")
    }
    assignments.append(Array("\(name)=".utf8) + text)
  }
}
