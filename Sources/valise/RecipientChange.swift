internal import Contacts
internal import DurableFiles
internal import JOSE

/// Carries plans out for many files: all of them, or none.
struct RecipientChange {
  let plans: [RecipientPlan]
  let own: OwnKeys
  let signer: JWS.Signer?
  let quiet: Bool

  func run() throws {
    let changing = plans.filter { $0.action != .unchanged }
    let replacement = try Replacement(fileCount: changing.count)
    let progress = Progress(total: changing.reduce(0) { $0 + $1.byteCount }, quiet: quiet)
    for plan in changing {
      try stage(plan, in: replacement)
      progress.advance(Int(clamping: plan.byteCount))
    }
    progress.finish()
    try replacement.commit()
  }

  private func stage(_ plan: RecipientPlan, in replacement: Replacement) throws {
    let input = try SealedTree.open(plan.path)
    let stamp = InputFile.stamp(path: plan.path)
    guard let access = FileAccess(input) else {
      throw Failure(.badData, "\(Text.shown(plan.path)): is not a regular file")
    }
    let envelope: JWE.Envelope
    do { envelope = try JWE.Envelope(access) } catch { throw Failure(error, naming: plan.path) }
    let search = try KeyChoice(for: envelope, name: plan.path, keys: own)
    let unlocked = try search.unlock(envelope)
    do {
      try replacement.add(plan.path, of: input, stamp: stamp) { (file) throws(JOSEError) in
        try write(unlocked, plan, FileSink(file), envelope)
      }
    } catch let error as JOSEError { throw search.failure(error) }
  }

  private func write(
    _ unlocked: JWE.UnlockedEnvelope, _ plan: RecipientPlan, _ sink: FileSink,
    _ envelope: JWE.Envelope
  ) throws(JOSEError) {
    guard plan.action == .reencrypt else {
      return try unlocked.addRecipients(plan.recipients, into: sink)
    }
    var options = try envelope.encryptionOptions()
    options.signer = signer
    _ = try unlocked.reencrypt(for: plan.recipients, into: sink, options: options)
  }
}
