internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Secrets

extension SecretsCommand {
  /// The command valise secrets check.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Find what is not as the rules want it, without any key.",
      discussion: """
        A line for each value in clear that a rule wants sealed, each rule that matches nothing, each \
        reader too many or too few, each damaged block; the exit status is 65 then. For hooks and CI.
        """)

    @Flag(help: "Print JSON.")
    var json = false

    @Option(
      help: ArgumentHelp(
        "Read files as yaml, json, toml, dotenv or ini, whatever their names end with.",
        valueName: "name"), transform: SecretsOptions.fileFormat)
    var format: FileFormat?

    @Argument(help: "Files, or directories of them; the whole project if there is none named.")
    var paths: [String] = []

    private struct Line {
      let file: String
      let kind: String
      var path: SecretPath?
      let reason: String
    }

    func run() throws {
      let access = try SecretsAccess(
        own: OwnKeys(try Environment.addressBook(), passphrases: PassphraseOptions()),
        format: format)
      let rules = access.rules
      try rules.require()
      let tree = try SecretsTree(paths, rules)
      var use = RuleUse()
      var lines = tree.unreadable.map { Line(file: $0.path, kind: "unreadable", reason: $0.reason) }
      for file in tree.files { lines += try self.lines(file, access, rules, &use) }
      if tree.isWhole {
        lines += use.idle(of: rules.rules.rules).map { line, reason in
          Line(file: ".valise/rules.toml", kind: "idle_rule", reason: "line \(line): \(reason)")
        }
      }
      try show(lines)
      guard lines.isEmpty else {
        throw Failure(
          .badData, Text.count(lines.count, "finding"),
          hint: "valise secrets encrypt -i seals values, valise secrets rekey brings readers up to "
            + "date")
      }
    }

    private func lines(
      _ file: SecretsTree.File, _ access: SecretsAccess, _ rules: ProjectRules,
      _ use: inout RuleUse
    ) throws -> [Line] {
      guard let rule = file.rule else {
        return [Line(file: file.path, kind: "no_rule", reason: "no rule is for it")]
      }
      let name = try rules.pathInProject(file.path) ?? file.path
      let bytes: [UInt8]
      do {
        bytes = try InputFile(regularFile: file.path).readAll(limit: SecretsAccess.limit)
      } catch {
        // What is named and cannot be looked at must not pass for what is in order.
        guard !file.isNamed else { throw Failure(reading: error) }
        return [Line(file: file.path, kind: "unreadable", reason: error.reason)]
      }
      guard let format = try access.format(of: file.path, bytes) else {
        use.note(rule, file: name, values: [])
        return [
          Line(
            file: file.path, kind: "unknown_format",
            reason: "a rule is for it, and its name does not tell its format")
        ]
      }
      let sealed: SecretFile
      do throws(SecretsError) { sealed = try SecretFile(bytes, format: format) } catch {
        use.note(rule, file: name, values: [])
        return [
          Line(file: file.path, kind: "malformed", path: error.path, reason: error.reason)
        ]
      }
      use.note(rule, file: name, values: sealed.paths)
      return try lines(file.path, sealed, rule, access)
    }

    private func lines(
      _ path: String, _ file: SecretFile, _ rule: Rules.Rule, _ access: SecretsAccess
    ) throws -> [Line] {
      let expectation = try access.rules.expectation(rule)
      return try Finding.all(in: file, expecting: expectation).map { finding in
        Line(
          file: path, kind: finding.kind.rawValue, path: finding.path,
          reason: try named(finding.reason, file, expectation, rule, access))
      }
    }

    /// The reason with names in the place of thumbprints.
    private func named(
      _ reason: String, _ file: SecretFile, _ expectation: Finding.Expectation,
      _ rule: Rules.Rule, _ access: SecretsAccess
    ) throws -> String {
      guard reason.contains("the key ") else { return reason }
      var keyIDs = expectation.recipients ?? []
      if let present = try? file.recipients() { keyIDs += present.compactMap(\.keyID) }
      var owners = try access.own.book.names(for: keyIDs)
      if let key = expectation.signer { owners[try key.thumbprintText()] = rule.signer }
      return reason.split(separator: " ", omittingEmptySubsequences: false).map { word in
        owners[String(word)].map { "of \($0)" } ?? String(word)
      }.joined(separator: " ")
    }

    private func show(_ lines: [Line]) throws {
      guard !json else {
        return try Console.print(
          JSONText.array(
            lines.map { line in
              .object([
                .init("file", .string(line.file)), .init("kind", .string(line.kind)),
                .init("path", line.path.map { .string("\($0)") } ?? .null),
                .init("reason", .string(line.reason)),
              ])
            }))
      }
      for line in lines {
        try Console.print("\(Text.shown(line.file)): \(Text.shown(line.reason))")
      }
    }
  }

  /// The command valise secrets rules.
  struct ShowRules: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rules", abstract: "Show the project's rules, or the one for a file.")

    @Flag(help: "Print JSON.")
    var json = false

    @Argument(help: "Files; all rules are shown if there is none named.")
    var files: [String] = []

    func run() throws {
      let rules = try ProjectRules(Environment.addressBook())
      try rules.require()
      let shown: [(file: String?, rule: Rules.Rule)] =
        files.isEmpty
        ? rules.rules.rules.map { (nil, $0) }
        : try files.map { file in
          guard let rule = try rules.rule(for: file) else {
            throw Failure(
              .badData, "\(Text.shown(file)): no rule is for it",
              hint: "valise secrets rules shows them all")
          }
          return (file, rule)
        }
      guard !json else {
        return try Console.print(
          JSONText.array(try shown.map { .object(try members($0.file, $0.rule, rules)) }))
      }
      for (file, rule) in shown {
        let prefix = file.map { "\(Text.shown($0)): " } ?? ""
        let names = try rules.people(rule).joined(separator: ", ")
        let globs = rule.files.joined(separator: ", ")
        try Console.print(
          "\(prefix)line \(rule.lineNumber): \(Text.shown(globs)) for \(Text.shown(names))")
      }
    }

    private func members(
      _ file: String?, _ rule: Rules.Rule, _ rules: ProjectRules
    ) throws -> [JSONText.Member] {
      func texts(_ texts: [String]) -> JSONText { .array(texts.map { .string($0) }) }
      return (file.map { [.init("file", .string($0))] } ?? []) + [
        .init("line", .integer(rule.lineNumber)), .init("files", texts(rule.files)),
        .init("recipients", texts(rule.recipients)), .init("people", texts(try rules.people(rule))),
        .init("only", texts(rule.selection.only.map(\.text))),
        .init("except", texts(rule.selection.except.map(\.text))),
        .init("signer", rule.signer.map { .string($0) } ?? .null),
        .init("format", rule.format.map { .string($0.rawValue) } ?? .null),
      ]
    }
  }
}
