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
    let round = try SyncRound(access, vouchesForClock: vouchesForClock, isVerbose: verbose)
    guard watch else {
      let status = try once(access, round)
      if status != .done { throw ExitCode(status.rawValue) }
      return
    }
    var state = WatchState()
    while true {
      let posts = try access.posts(posts)
      // Made before, so that nothing is missed that happens meanwhile.
      let changes = try DirectoryWatch(paths: access.watchedDirectories(posts))
      try state.show(round.run(posts), say: say)
      _ = try changes.wait(for: state.interval)
    }
  }

  /// One post that cannot be reached must not keep the others waiting.
  private func once(_ access: MailboxAccess, _ round: SyncRound) throws -> ExitStatus {
    var status = ExitStatus.done
    let outcomes = try round.run(access.posts(posts))
    if answer.json {
      try Console.print(
        .array(outcomes.compactMap { try? $0.summary.get().json }))
    }
    for outcome in outcomes {
      switch outcome.summary {
      case .success(let summary): try say(summary)
      case .failure(let failure):
        failure.show()
        if status == .done { status = failure.status }
      }
    }
    return status
  }

  private func say(_ summary: SyncSummary) throws {
    for warning in summary.warnings { Console.warning(warning) }
    guard !answer.json else { return }
    Console.note(summary.line, quiet: answer.quiet)
  }
}
