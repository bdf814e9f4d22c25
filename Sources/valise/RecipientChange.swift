internal import Contacts
internal import DurableFiles
internal import JOSE

/// Carries plans out for many files: all of them, or none.
///
/// Every file is written anew beside the old one, whole and on the medium, before the first takes its
/// place. What can fail has failed by then, and a kill leaves each file old or new, and nothing else.
struct RecipientChange {
  let plans: [RecipientPlan]
  let own: OwnKeys
  let signer: JWS.Signer?
  let quiet: Bool

  private struct Staged {
    let file: StagedFile
    let path: String
    /// What the plan was made for.
    let identity: FileIdentity
    let stamp: String
  }

  func run() throws {
    let changing = plans.filter { $0.action != .unchanged }
    guard changing.count < Platform.raiseOpenFileLimit() - 64 else {
      throw Failure(
        .inputOutput, "\(changing.count) files are more than can be changed at once here",
        hint: "ulimit -n allows more; or name fewer files")
    }
    let progress = Progress(total: changing.reduce(0) { $0 + $1.byteCount }, quiet: quiet)
    let staged = try changing.map { plan in
      let staged = try stage(plan)
      progress.advance(Int(clamping: plan.byteCount))
      return staged
    }
    progress.finish()
    try commit(staged)
  }

  private func commit(_ staged: [Staged]) throws {
    for file in staged {
      guard FileIdentity(path: file.path) == file.identity,
        InputFile.stamp(path: file.path) == file.stamp
      else {
        throw Failure(
          .tryAgain, "\(Text.shown(file.path)): was changed meanwhile; nothing was done",
          hint: "try again")
      }
    }
    for (index, file) in staged.enumerated() {
      do { try file.file.commit() } catch {
        guard index > 0 else { throw Failure(writing: error) }
        throw Failure(writing: error).hinting(
          "\(index) of \(staged.count) files are done; the same command finishes the others")
      }
    }
  }

  private func stage(_ plan: RecipientPlan) throws -> Staged {
    let name = Text.shown(plan.path)
    let input = try SealedTree.open(plan.path)
    let stamp = InputFile.stamp(path: plan.path) ?? ""
    guard let access = FileAccess(input) else {
      throw Failure(.badData, "\(name): is not a regular file")
    }
    let envelope: JWE.Envelope
    do { envelope = try JWE.Envelope(access) } catch { throw Failure(error, naming: plan.path) }
    let search = try KeyChoice(envelope, name: plan.path, keys: own)
    let unlocked = try search.unlock()
    do {
      let file = try StagedFile(path: plan.path, existing: .replace)
      try write(unlocked, plan, FileSink(file), envelope)
      try file.takePermissions(of: input)
      try file.synchronize()
      return Staged(file: file, path: plan.path, identity: input.identity, stamp: stamp)
    } catch let error as JOSEError {
      throw search.failure(error)
    } catch let error as FileError { throw Failure(writing: error) }
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
