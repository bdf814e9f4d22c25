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
        become so, and a signature that it wants of you is made. All files change, or none; what is to \
        be done is said first. Who reads a file without a rule, -r and --remove say.
        """)

    @Option(
      name: [.customShort("r"), .customLong("recipient")],
      help: ArgumentHelp(
        "Let a contact, @group, me, or a file's keys open files without a rule. May be repeated.",
        valueName: "recipient"))
    var joining: [String] = []

    @Option(
      name: .customLong("remove"),
      help: ArgumentHelp(
        "Take a contact, @group or me out of files without a rule. May be repeated.",
        valueName: "name"))
    var leaving: [String] = []

    @Flag(help: "Seal everything anew under new keys in any case.")
    var rotate = false

    @Flag(name: .customLong("dry-run"), help: "Say what would be done, and do nothing.")
    var isDryRun = false

    @OptionGroup var options: SecretsOptions

    @OptionGroup(title: "Signing") var signing: SigningOptions

    @OptionGroup var answer: AnswerOptions

    @Argument(help: "Files, or directories of them; the whole project if there is none named.")
    var paths: [String] = []

    func run() throws {
      let access = try options.access(mayAsk: !isDryRun, isDryRun: isDryRun)
      if paths.isEmpty { try access.rules.require() }
      let tree = try SecretsTree(paths, access.rules)
      try tree.requireReadable()
      let planner = try RekeyPlanner(
        access: access, signing: signing, joining: joining,
        leaving: Leavers.owners(leaving, in: access.own.book), isRotating: rotate,
        isQuiet: answer.quiet)
      let plans = try tree.files.compactMap { try planner.plan($0) }
      if !answer.json { for plan in plans { try show(plan) } }
      if !isDryRun { Leftovers.remove(beside: plans.map(\.source.path)) }
      try carryOut(plans.filter(\.isChange), access)
      if answer.json { try report(plans) }
    }

    /// Tries all that can be tried without writing anything, or asking for a passphrase.
    private func rehearse(_ plans: [RekeyPlan], _ access: SecretsAccess) throws {
      try Replacement.check(plans.map(\.source.path))
      for plan in plans {
        let refusalCount = access.own.refusalCount
        do { _ = try sealed(plan, access) } catch {
          guard access.own.refusalCount > refusalCount else { throw error }
        }
      }
    }

    private func carryOut(_ plans: [RekeyPlan], _ access: SecretsAccess) throws {
      guard !isDryRun else { return try rehearse(plans, access) }
      let replacement = try Replacement(of: plans.map(\.source.path))
      for plan in plans {
        let bytes = try sealed(plan, access)
        try replacement.add(plan.source.path, of: plan.source.input, plan.source.version) {
          file in
          try file.write(bytes.span)
        }
      }
      try replacement.commit()
    }

    private func sealed(_ plan: RekeyPlan, _ access: SecretsAccess) throws -> [UInt8] {
      let opened = try access.opened(plan.source.file, name: plan.source.path)
      let rekeyed: OpenedFile.Rekeyed
      do throws(SecretsError) {
        rekeyed = try opened.rekeyed(
          for: plan.recipients, selection: plan.rule?.selection, rotating: rotate)
      } catch { throw Failure(error, naming: plan.source.path) }
      return try SecretsSigning(access, plan.rule, signing)
        .signed(rekeyed.bytes, plan.source, always: plan.signs)
    }

    /// The plan; what was known is told before anything is done, so that nothing can keep it back.
    private func show(_ plan: RekeyPlan) throws {
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
      if plan.signs { words.append("signed") }
      if words.isEmpty { words.append("the rule's patterns") }
      let summary = plan.isChange ? words.joined(separator: "; ") : "stays as it is"
      try Console.print("\(Text.shown(plan.source.path)): \(Text.shown(summary))")
    }

    private static func list(_ paths: [SecretPath]) -> String {
      paths.map(\.description).joined(separator: ", ")
    }

    private func report(_ plans: [RekeyPlan]) throws {
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
              .init("signs", .bool(plan.signs)),
              .init("exposed", texts(plan.exposed.map(\.description))),
            ])
          }))
    }
  }
}
