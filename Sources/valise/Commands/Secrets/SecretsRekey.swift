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
        knew: change those where they are used. Values that a rule wants sealed or in clear by now \
        become so. All files change, or none; what is to be done is said first.
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
      let rule: Rules.Rule?
      let recipients: [JWE.Recipient]
      /// The names of those who join and leave.
      let joining, leaving: [String]
      /// What the rule wants sealed by now, and in clear.
      let sealing, unsealing: [SecretPath]
      let isChange: Bool

      /// What those who leave know; a key that its own owner replaced tells nobody anything new.
      var exposed: [SecretPath] {
        leaving.contains { !joining.contains($0) } ? source.file.sealedPaths : []
      }
    }

    func run() throws {
      let access = try options.access(isDryRun: isDryRun)
      let rules = access.rules
      if paths.isEmpty { try rules.require() }
      let tree = try SecretsTree(paths, rules)
      try tree.requireReadable()
      let plans = try tree.files.compactMap { try plan($0, access, rules) }
      if !answer.json { for plan in plans { try show(plan) } }
      if !isDryRun { Leftovers.remove(beside: plans.map(\.source.path)) }
      if !isDryRun { try carryOut(plans.filter(\.isChange), access) }
      if answer.json { try report(plans) }
    }

    private func plan(
      _ file: SecretsTree.File, _ access: SecretsAccess, _ rules: ProjectRules
    ) throws -> Plan? {
      let source: SecretsAccess.Source
      do { source = try access.readToChange(file.path) } catch let error as Failure
        where error.status == .usage && !file.isNamed
      {
        Console.warning("\(error.message), though a rule is for it")
        return nil
      }
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
      let wanted = try recipients(file, known, rules)
      let keyIDs = wanted.compactMap(\.keyID)
      let names = try rules.book.names(for: keyIDs + known)
      let selection = file.rule?.selection ?? source.file.selection ?? .all
      return Plan(
        source: source, rule: file.rule, recipients: wanted,
        joining: keyIDs.filter { !known.contains($0) }.map { names[$0] ?? Text.short($0) },
        leaving: known.filter { !keyIDs.contains($0) }.map { names[$0] ?? Text.short($0) },
        sealing: source.file.clearPaths.filter { selection.contains($0) },
        unsealing: source.file.sealedPaths.filter { !selection.contains($0) },
        isChange: rotate || present.contains(nil) || selection != source.file.selection
          || Swift.Set(known) != Swift.Set(keyIDs))
    }

    /// Those whom the rule names; without a rule, those who can open it, by the keys that they have now.
    private func recipients(
      _ file: SecretsTree.File, _ known: [String], _ rules: ProjectRules
    ) throws -> [JWE.Recipient] {
      if let rule = file.rule { return try rules.recipients(rule, quiet: answer.quiet) }
      let owners = try rules.book.readers(known, of: file.path) { _ in
        "valise contact add NAME FILE makes its owner known; a rule in the project says who reads it"
      }
      return try RecipientResolver.resolve(
        known.compactMap { owners[$0] }, files: [], in: rules.book, quiet: answer.quiet)
    }

    private func carryOut(_ plans: [Plan], _ access: SecretsAccess) throws {
      let replacement = try Replacement(of: plans.map(\.source.path))
      for plan in plans {
        let opened = try access.opened(plan.source.file, name: plan.source.path)
        let rekeyed: OpenedFile.Rekeyed
        do throws(SecretsError) {
          rekeyed = try opened.rekeyed(
            for: plan.recipients, selection: plan.rule?.selection, rotating: rotate)
        } catch { throw Failure(error, naming: plan.source.path) }
        let bytes = try SecretsSigning(access, plan.rule, signing)
          .signed(rekeyed.bytes, plan.source)
        try replacement.add(plan.source.path, of: plan.source.input, stamp: plan.source.stamp) {
          file in
          try file.write(bytes.span)
        }
      }
      try replacement.commit()
    }

    /// The plan; what was known is told before anything is done, so that nothing can keep it back.
    private func show(_ plan: Plan) throws {
      for path in plan.exposed {
        Console.warning(
          "\(Text.shown(plan.source.path)): \(Text.shown(path.description)) was known to those who "
            + "left: change it where it is used")
      }
      guard !answer.quiet || isDryRun else { return }
      var words: [String] = []
      if !plan.joining.isEmpty { words.append("joining: \(plan.joining.joined(separator: ", "))") }
      if !plan.leaving.isEmpty { words.append("leaving: \(plan.leaving.joined(separator: ", "))") }
      if rotate { words.append("new keys") }
      if !plan.sealing.isEmpty { words.append("seals: \(Self.list(plan.sealing))") }
      if !plan.unsealing.isEmpty { words.append("unseals: \(Self.list(plan.unsealing))") }
      if words.isEmpty { words.append("the rule's patterns") }
      let summary = plan.isChange ? words.joined(separator: "; ") : "stays as it is"
      try Console.print("\(Text.shown(plan.source.path)): \(Text.shown(summary))")
    }

    private static func list(_ paths: [SecretPath]) -> String {
      paths.map(\.description).joined(separator: ", ")
    }

    private func report(_ plans: [Plan]) throws {
      func texts(_ texts: [String]) -> JSONText { .array(texts.map { .string($0) }) }
      try Console.print(
        JSONText.array(
          plans.map { plan in
            .object([
              .init("file", .string(plan.source.path)),
              .init("change", .bool(plan.isChange)),
              .init("done", .bool(!isDryRun && plan.isChange)),
              .init("joining", texts(plan.joining)),
              .init("leaving", texts(plan.leaving)),
              .init("seals", texts(plan.sealing.map(\.description))),
              .init("unseals", texts(plan.unsealing.map(\.description))),
              .init("exposed", texts(plan.exposed.map(\.description))),
            ])
          }))
    }
  }
}
