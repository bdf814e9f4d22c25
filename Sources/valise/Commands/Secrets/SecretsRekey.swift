internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Secrets

extension SecretsCommand {
  /// The command valise secrets rekey.
  struct Rekey: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rekey",
      abstract: "Seal files for those whom the rules name by now.",
      discussion: """
        After a change of a rule, a group or a key. Whoever joins gets the files' keys as they are; \
        when somebody leaves, new keys seal all values anew, and the secrets are listed that they \
        knew: change those where they are used. All files change, or none.
        """)

    @Flag(help: "Seal everything anew under new keys in any case.")
    var rotate = false

    @Flag(name: .customLong("dry-run"), help: "Say what would be done, and do nothing.")
    var isDryRun = false

    @OptionGroup var options: SecretsOptions

    @OptionGroup(title: "Signing") var signing: SigningOptions

    @OptionGroup var answer: AnswerOptions

    @Argument(help: "Files, or directories of them; the whole project if there is none named.")
    var paths: [String] = []

    private struct Plan {
      let source: SecretsAccess.Source
      let stamp: String?
      let rule: Rules.Rule?
      let recipients: [JWE.Recipient]
      /// The names of those who join and leave.
      let joining, leaving: [String]
      let isChange: Bool
    }

    private struct Result {
      let path: String
      let exposed: [SecretPath]
    }

    func run() throws {
      let access = try options.access(isDryRun: isDryRun)
      let rules = try ProjectRules(access.own.book)
      if paths.isEmpty { try rules.require() }
      let plans = try SecretsTree(paths, rules).files.compactMap { try plan($0, access, rules) }
      if !answer.json { for plan in plans { try show(plan) } }
      if !isDryRun { Leftovers.remove(beside: plans.map(\.source.path)) }
      let results = isDryRun ? [] : try carryOut(plans.filter(\.isChange), access)
      try report(plans, results)
    }

    private func plan(
      _ file: SecretsTree.File, _ access: SecretsAccess, _ rules: ProjectRules
    ) throws -> Plan? {
      let stamp = InputFile.stamp(path: file.path)
      let source = try access.read(file.path)
      guard source.file.isSealed else {
        throw Failure(
          .badData, "\(Text.shown(file.path)): is not sealed",
          hint: "valise secrets encrypt -i seals it")
      }
      let present: [String?]
      do { present = try source.file.recipients().map(\.keyID) } catch {
        throw Failure(error, naming: file.path)
      }
      let known = present.compactMap { $0 }
      let owners = try rules.book.owners(of: known)
      let wanted = try recipients(file, known, owners, rules)
      let keyIDs = wanted.compactMap(\.keyID)
      let names = try rules.book.owners(of: keyIDs)
      return Plan(
        source: source, stamp: stamp, rule: file.rule, recipients: wanted,
        joining: keyIDs.filter { !known.contains($0) }.map { names[$0] ?? Text.short($0) },
        leaving: known.filter { !keyIDs.contains($0) }.map { owners[$0] ?? Text.short($0) },
        isChange: rotate || present.contains(nil)
          || Swift.Set(known) != Swift.Set(keyIDs))
    }

    /// Those whom the rule names; without a rule, those who can open it, by the keys that they have now.
    private func recipients(
      _ file: SecretsTree.File, _ known: [String], _ owners: [String: String],
      _ rules: ProjectRules
    ) throws -> [JWE.Recipient] {
      if let rule = file.rule { return try rules.recipients(rule, quiet: answer.quiet) }
      let names = try known.map { keyID in
        guard let name = owners[keyID] else {
          throw Failure(
            .unknownName,
            "\(Text.shown(file.path)): is sealed for the unknown key \(Text.short(keyID)) too, and "
              + "no rule is for it",
            hint: "valise contact add NAME FILE makes its owner known")
        }
        return name
      }
      return try RecipientResolver.resolve(
        names, files: [], in: rules.book, quiet: answer.quiet)
    }

    private func carryOut(_ plans: [Plan], _ access: SecretsAccess) throws -> [Result] {
      let replacement = try Replacement(of: plans.map(\.source.path))
      let results = try plans.map { plan in
        let opened = try access.opened(plan.source.file, name: plan.source.path)
        let rekeyed: OpenedFile.Rekeyed
        do throws(SecretsError) {
          rekeyed = try opened.rekeyed(for: plan.recipients, rotating: rotate)
        } catch { throw Failure(error, naming: plan.source.path) }
        let bytes = try SecretsSigning(access, plan.rule, signing)
          .signed(rekeyed.bytes, plan.source)
        try replacement.add(plan.source.path, of: plan.source.input, stamp: plan.stamp) { file in
          try file.write(bytes.span)
        }
        // A key that its own owner replaced tells nobody anything new.
        let hasLeft = plan.leaving.contains { !plan.joining.contains($0) }
        return Result(path: plan.source.path, exposed: hasLeft ? rekeyed.exposed : [])
      }
      try replacement.commit()
      return results
    }

    private func show(_ plan: Plan) throws {
      guard !answer.quiet || isDryRun else { return }
      var words: [String] = []
      if !plan.joining.isEmpty { words.append("joining: \(plan.joining.joined(separator: ", "))") }
      if !plan.leaving.isEmpty { words.append("leaving: \(plan.leaving.joined(separator: ", "))") }
      if rotate { words.append("new keys") }
      let summary = plan.isChange ? words.joined(separator: "; ") : "stays as it is"
      try Console.print("\(Text.shown(plan.source.path)): \(Text.shown(summary))")
    }

    private func report(_ plans: [Plan], _ results: [Result]) throws {
      guard !answer.json else {
        return try Console.print(
          JSONText.array(
            plans.map { plan in
              let exposed = results.first { $0.path == plan.source.path }?.exposed ?? []
              return .object([
                .init("file", .string(plan.source.path)),
                .init("change", .bool(plan.isChange)),
                .init("done", .bool(!isDryRun && plan.isChange)),
                .init("joining", .array(plan.joining.map { .string($0) })),
                .init("leaving", .array(plan.leaving.map { .string($0) })),
                .init("exposed", .array(exposed.map { .string("\($0)") })),
              ])
            }))
      }
      for result in results {
        for path in result.exposed {
          Console.warning(
            "\(Text.shown(result.path)): \(path) was known to those who left: change it where it is "
              + "used")
        }
      }
    }
  }
}
