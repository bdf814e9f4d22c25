internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Post

/// The command valise sync.
struct Sync: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Collect what came and post what goes out.",
    discussion: """
      All posts that you take part in are looked after, or those that are named. Whenever it is \
      interrupted, the next one goes on from there.
      """)

  @Flag(help: "Stay and do so whenever something changes, and every half minute.")
  var watch = false

  @Flag(name: .shortAndLong, help: "Say each thing that is done.")
  var verbose = false

  @Flag(
    name: .customLong("trust-clock"),
    help: "This machine's clock is right, whatever it was before.")
  var vouchesForClock = false

  @OptionGroup(title: "Passphrase options")
  var passphrases: PassphraseOptions

  @OptionGroup var answer: AnswerOptions

  @Argument(help: "Posts, by their paths, the ends of these, or the beginnings of their ids.")
  var posts: [String] = []

  func run() throws {
    let access = try MailboxAccess(passphrases)
    if watch { try stay(access) }
    let status = try once(access)
    if status != .done { throw ExitCode(status.rawValue) }
  }

  private func round(_ access: MailboxAccess) -> SyncRound {
    SyncRound(access, vouchesForClock: vouchesForClock, isVerbose: verbose)
  }

  /// One post that cannot be reached must not keep the others waiting.
  private func once(_ access: MailboxAccess) throws -> ExitStatus {
    let round = round(access)
    let outcomes = try round.run(access.posts(posts))
    if answer.json {
      try Console.print(
        .array(outcomes.compactMap { try? $0.summary.get().json }))
    }
    for outcome in outcomes { say(outcome) }
    var failures = outcomes.compactMap { outcome in
      switch outcome.summary {
      case .success(let summary): summary.failure
      case .failure(let failure): failure
      }
    }
    do { _ = try round.notify() } catch {
      let failure = Report.failure(error)
      failure.show()
      failures.append(failure)
    }
    return failures.first?.status ?? .done
  }

  private func say(_ outcome: SyncRound.Outcome) {
    switch outcome.summary {
    case .success(let summary):
      summary.failure?.show()
      for warning in summary.warnings { Console.warning(warning) }
      if !answer.json { Console.note(summary.line, quiet: answer.quiet) }
    case .failure(let failure): failure.show()
    }
  }

  // MARK: Watching

  /// Never ends but for what is wrong at the beginning: later on it may be put right again.
  private func stay(_ access: MailboxAccess) throws -> Never {
    var access = access
    var state = WatchState()
    var changes = try look(access, &state)
    while true {
      _ = try changes.wait(for: state.interval)
      do {
        // People, keys and the configuration may be others by now.
        access = try access.renewed()
        changes = try look(access, &state)
      } catch {
        let failure = Report.failure(error)
        if state.isNews(failure) { failure.show() }
      }
    }
  }

  /// - Returns: a watch that was made before, so that nothing is missed that happens meanwhile.
  private func look(
    _ access: MailboxAccess, _ state: inout WatchState
  ) throws -> DirectoryWatch {
    let posts = try access.posts(posts)
    let changes = try DirectoryWatch(paths: access.watchedDirectories(posts))
    let round = round(access)
    for outcome in state.news(of: try round.run(posts)) {
      if answer.json, let json = try? outcome.summary.get().json {
        try Console.print(json.shownLine)
      }
      say(outcome)
    }
    var trouble: Failure?
    do { if try round.notify() { state.hurry() } } catch { trouble = Report.failure(error) }
    if state.isNews(trouble) { trouble?.show() }
    return changes
  }
}
