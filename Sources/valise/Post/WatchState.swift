internal import DurableFiles
internal import JOSE
internal import Post

/// What valise sync --watch said last, and until when it rests.
struct WatchState {
  /// The posts that could not be reached, and what was said of that.
  private var troubles: [String: String] = [:]
  /// What was said to wait in each post, or to be wrong.
  private var standing: [String: [String]] = [:]
  /// What was said to be wrong with the keyring, or the configuration.
  private var generalTrouble: String?
  private var isWaiting = false

  /// Carriers put files without telling where no notice of changes reaches: network file systems.
  private static let pollingInterval = Duration.seconds(30)
  /// What is announced and not whole yet mostly arrives within moments.
  private static let pendingInterval = Duration.seconds(3)

  /// Those of `outcomes` that are to be told of: a post that is still away is not told of again, nor
  /// is what still waits.
  mutating func news(of outcomes: [SyncRound.Outcome]) -> [SyncRound.Outcome] {
    isWaiting = false
    return outcomes.filter { outcome in
      switch outcome.summary {
      case .success(let summary): isNews(summary, outcome.post.location)
      case .failure(let failure): isNews(failure, outcome.post.location)
      }
    }
  }

  private mutating func isNews(_ summary: SyncSummary, _ location: String) -> Bool {
    isWaiting = isWaiting || summary.report.isPartial || !summary.report.putOff.isEmpty
    let wasAway = troubles.removeValue(forKey: location) != nil
    // What waits is not looked at each time: that there is nothing to say is no news.
    let isOther = !summary.standing.isEmpty && standing[location] != summary.standing
    if isOther { standing[location] = summary.standing }
    return wasAway || isOther || summary.isEventful
  }

  private mutating func isNews(_ failure: Failure, _ location: String) -> Bool {
    // Another sync is at it, which does what this one would.
    guard failure.status != .tryAgain else {
      isWaiting = true
      return false
    }
    return troubles.updateValue(failure.message, forKey: location) != failure.message
  }

  /// Whether `trouble`, with something else than a post, is to be told of; nil when there is none.
  mutating func isNews(_ trouble: Failure?) -> Bool {
    defer { generalTrouble = trouble?.message }
    return trouble != nil && generalTrouble != trouble?.message
  }

  /// More is to be done as soon as may be.
  mutating func hurry() { isWaiting = true }

  /// How long to rest at most.
  var interval: Duration { isWaiting ? Self.pendingInterval : Self.pollingInterval }
}
