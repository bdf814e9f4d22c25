internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Secrets

extension SecretsCommand {
  /// The command valise secrets encrypt.
  struct Encrypt: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "encrypt",
      abstract: "Seal values, all of them or those that a rule or a pattern names.",
      discussion: """
        Who can open the result is named with -r, or by the rule for the file. What was sealed \
        already stays as it is; values that were added in clear are sealed too.
        """)

    @Option(
      name: [.customShort("r"), .customLong("recipient")],
      help: ArgumentHelp(
        "A contact, @group, me, or a file with keys. May be repeated.", valueName: "recipient"))
    var recipients: [String] = []

    @Option(
      help: ArgumentHelp(
        "Seal only values at paths like this: **/password, *TOKEN*. May be repeated.",
        valueName: "pattern"))
    var only: [String] = []

    @Option(
      help: ArgumentHelp(
        "Leave values at paths like this in clear. May be repeated.", valueName: "pattern"))
    var except: [String] = []

    @OptionGroup var output: SecretsOutputOptions

    @OptionGroup var options: SecretsOptions

    @OptionGroup(title: "Signing") var signing: SigningOptions

    @OptionGroup var answer: AnswerOptions

    @Argument(
      help: "The files, or with -i directories of them; standard input if there is none named.")
    var files: [String] = []

    private var quiet: Bool { answer.quiet || answer.json }

    /// What becomes of one file.
    private struct Result {
      let source: SecretsAccess.Source
      var bytes: [UInt8] = []
      /// What was done to one that was sealed before.
      var additions: SecretFile.Additions?
    }

    func run() throws {
      let access = try options.access()
      let paths = try output.files(files, access.rules) { try inRules($0, access) }
      try output.check(paths.count)
      if answer.json, !output.isInPlace, output.output.path == nil {
        throw Failure(
          .usage, "--json needs standard output for itself", hint: "-i or -o FILE goes with it")
      }
      // All files are sealed before the first is written, so that a mistake in one changes none.
      let results = try paths.map { path in
        let source = try output.isInPlace ? access.readToChange(path) : access.read(path)
        var result = Result(source: source)
        result.bytes = try sealed(&result, access)
        return result
      }
      for result in results { try output.write(result.bytes, for: result.source, access) }
      if answer.json { try Console.print(JSONText.array(results.map(json))) }
    }

    /// The files of a directory that rules name.
    private func inRules(_ directory: String, _ access: SecretsAccess) throws -> [String] {
      let tree = try SecretsTree([directory], access.rules)
      try tree.requireReadable()
      return try tree.files.map(\.path).filter { path in
        if try access.formatByName(path) != nil { return true }
        Console.warning(
          "\(Text.shown(path)): its name does not tell its format, though a rule is for it")
        return false
      }
    }

    private func json(_ result: Result) -> JSONText {
      func texts(_ paths: [SecretPath]?) -> JSONText {
        .array((paths ?? []).map { .string($0.description) })
      }
      let additions = result.additions
      return .object([
        .init("file", .string(result.source.path)),
        .init("changed", .bool(result.bytes != result.source.file.bytes)),
        .init("sealed", texts(additions?.sealed ?? sealedPaths(result))),
        .init("overwritten", texts(additions?.overwritten)),
        .init("restructured", texts(additions?.restructured)),
        .init("dropped", texts(additions?.dropped)),
      ])
    }

    /// What was sealed in a file that was in clear.
    private func sealedPaths(_ result: Result) -> [SecretPath] {
      guard !result.source.file.isSealed,
        let file = try? SecretFile(result.bytes, format: result.source.file.format)
      else { return [] }
      return file.sealedPaths
    }

    private func sealed(_ result: inout Result, _ access: SecretsAccess) throws -> [UInt8] {
      let (source, rules) = (result.source, access.rules)
      let rule = source.path == "-" ? nil : try rules.rule(for: source.path)
      let bytes: [UInt8]
      if source.file.isSealed {
        guard recipients.isEmpty, only.isEmpty, except.isEmpty else {
          throw Failure(
            .usage, "\(Text.shown(source.path)): is sealed already",
            hint: rule == nil
              ? "valise secrets rekey -r NAME lets others open it, --remove NAME takes them out"
              : "the rule says who can open it, and what is secret: valise secrets rekey follows it"
          )
        }
        bytes = try access.following(
          rule, additions(&result, access), source.file.format, name: source.path)
      } else {
        if let foreign = ForeignText(valuesOf: source.file.bytes) {
          throw foreign.failure(source.path)
        }
        let readers = try readers(source, rule, rules)
        let selection = try selection(rule)
        do throws(SecretsError) {
          bytes = try source.file.encrypted(for: readers, selection: selection)
        } catch { throw Failure(error, naming: source.path) }
      }
      return try SecretsSigning(access, rule, signing)
        .signed(bytes, source, always: signing.areGiven)
    }

    /// A file in which nothing was added needs no key to stay as it is; with one that is at hand, what
    /// was taken out of it is noticed.
    private func additions(_ result: inout Result, _ access: SecretsAccess) throws -> [UInt8] {
      let source = result.source
      let selection = source.file.selection ?? .all
      // What is signed has to have been seen to hold.
      let isNeeded =
        signing.areGiven || source.file.clearPaths.contains(where: selection.contains)
      let additions: SecretFile.Additions
      do {
        let access = isNeeded ? access : try options.access(mayAsk: false)
        additions = try access.withKeys(source.file, name: source.path) {
          (keys) throws(SecretsError) in
          try source.file.sealingAdditions(with: keys)
        }
      } catch let error as Failure where !isNeeded && [.noKey, .usage].contains(error.status) {
        return source.file.bytes
      }
      result.additions = additions
      tell(additions, Text.shown(source.path))
      return additions.bytes
    }

    /// Whoever can write to the file can have done all this: it is not accepted without a word.
    private func tell(_ additions: SecretFile.Additions, _ name: String) {
      func shown(_ path: SecretPath) -> String { Text.shown(path.description) }
      for path in additions.sealed { Console.note("\(name): sealed \(shown(path))", quiet: quiet) }
      for path in additions.overwritten {
        Console.note(
          "\(name): sealed \(shown(path)), which was written over a sealed value", quiet: quiet)
      }
      for path in additions.restructured {
        Console.warning(
          "\(name): \(shown(path)) is not what it was when the file was sealed; accepted")
      }
      for path in additions.dropped {
        Console.warning(
          "\(name): \(shown(path)) was sealed once and is not in the file any more")
      }
    }

    private func readers(
      _ source: SecretsAccess.Source, _ rule: Rules.Rule?, _ rules: ProjectRules
    ) throws -> [JWE.Recipient] {
      if !recipients.isEmpty {
        return try RecipientResolver.resolve(
          recipients, files: [], in: rules.book, quiet: quiet)
      }
      guard let rule else {
        throw Failure(
          .usage, "\(Text.shown(source.path)): no rule says who can open it",
          hint: "-r NAME names a reader; .valise/rules.toml is for files of a project")
      }
      return try rules.recipients(rule, quiet: quiet)
    }

    private func selection(_ rule: Rules.Rule?) throws -> Selection {
      guard only.isEmpty, except.isEmpty, let rule else {
        return Selection(
          only: try SecretsCommand.patterns(only), except: try SecretsCommand.patterns(except))
      }
      return rule.selection
    }
  }
}
