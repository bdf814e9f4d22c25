internal import Contacts
internal import DurableFiles
internal import JOSE

/// Carries plans out for many files: all of them, or none.
struct RecipientChange {
  /// What came of it.
  struct Outcome {
    /// The paths of files that are new.
    var done: Set<String> = []
    /// Who had sealed what was encrypted anew, by path.
    var authors: [String: JWE.Authorship] = [:]
    /// Why only some are new; nil when all are.
    var failure: Failure?
  }

  let plans: [RecipientPlan]
  let own: OwnKeys
  /// Who must have sealed the files, nil for anybody.
  let from: String?
  let signer: JWS.Signer?
  let quiet: Bool

  private var changing: [RecipientPlan] { plans.filter { $0.action != .unchanged } }

  /// Tries all that can be tried without writing anything, or asking for a passphrase.
  func rehearse() throws {
    try Replacement.check(changing.map(\.path))
    for plan in changing {
      let refusalCount = own.refusalCount
      do { _ = try open(plan) } catch {
        guard own.refusalCount > refusalCount else { throw error }
      }
    }
  }

  /// `beforeReplacing` is called when all is ready and nothing was done.
  ///
  /// - Throws: ``Failure``, with nothing done.
  func run(beforeReplacing: () -> Void) throws -> Outcome {
    Leftovers.remove(beside: plans.map(\.path))
    let replacement = try Replacement(of: changing.map(\.path))
    let progress = Progress(total: changing.reduce(0) { $0 + $1.byteCount }, quiet: quiet)
    var outcome = Outcome()
    for plan in changing {
      outcome.authors[plan.path] = try stage(plan, in: replacement, progress)
    }
    progress.finish()
    beforeReplacing()
    do {
      try replacement.commit()
      outcome.done = Set(changing.map(\.path))
    } catch let failure as Failure {
      guard !replacement.stuck.isEmpty else { throw failure }
      outcome.done = Set(replacement.stuck)
      outcome.failure = failure
    }
    return outcome
  }

  /// The file as it was when the plan was made, and the key that opens it.
  private func open(
    _ plan: RecipientPlan, _ progress: Progress? = nil
  ) throws -> (file: SealedFile, search: KeyChoice, unlocked: JWE.UnlockedEnvelope) {
    var policy = JWE.DecryptionPolicy()
    // Who changes a file speaks for its content: what does not hold is not passed on.
    policy.signature = try SenderCheck(
      own.book, file: plan.path, from: from, isRequired: from != nil
    ).policy
    // What is copied as it stands is not inflated.
    if plan.action == .extend { policy.compression = .allowed(maximumByteCount: 0) }
    let file = try SealedFile(
      path: plan.path, policy: policy, for: .decryption,
      progress: plan.action == .reencrypt ? progress : nil)
    guard file.version == plan.version else { throw Replacement.changedMeanwhile(plan.path) }
    let search = try KeyChoice(for: file.envelope, name: plan.path, keys: own)
    return (file, search, try search.unlock(file.envelope))
  }

  /// - Returns: who had sealed it, where it is encrypted anew.
  private func stage(
    _ plan: RecipientPlan, in replacement: Replacement, _ progress: Progress
  ) throws -> JWE.Authorship? {
    let (file, search, unlocked) = try open(plan, progress)
    var author: JWE.Authorship?
    do {
      try replacement.add(plan.path, of: file.input, plan.version) {
        (staged) throws(JOSEError) in
        let sink = FileSink(staged)
        guard plan.action == .reencrypt else {
          let watched = WatchedSink(sink: sink, progress: progress)
          return try unlocked.addRecipients(plan.recipients, into: watched)
        }
        var options = try file.envelope.encryptionOptions()
        options.signer = signer
        author = try unlocked.reencrypt(for: plan.recipients, into: sink, options: options)
          .authorship
      }
    } catch let error as JOSEError { throw search.failure(error) }
    return author
  }
}
