internal import DurableFiles
internal import JOSE
internal import Post

/// What valise sync --watch said last, and until when it rests.
struct WatchState {
  /// The posts that could not be reached, and what was said of that.
  private var troubles: [String: String] = [:]
  private var isWaiting = false

  /// Carriers put files without telling where no notice of changes reaches: network file systems.
  private static let pollingInterval = Duration.seconds(30)
  /// What is announced and not whole yet mostly arrives within moments.
  private static let pendingInterval = Duration.seconds(3)

  /// Says what is new: a post that is still away is not told of again.
  mutating func show(
    _ outcomes: [SyncRound.Outcome], say: (SyncSummary) throws -> Void
  ) rethrows {
    isWaiting = false
    for outcome in outcomes {
      let location = outcome.post.location
      switch outcome.summary {
      case .success(let summary):
        if troubles.removeValue(forKey: location) != nil || !summary.isIdle { try say(summary) }
        isWaiting = isWaiting || summary.report.isPartial || !summary.report.putOff.isEmpty
      case .failure(let failure):
        if troubles.updateValue(failure.message, forKey: location) != failure.message {
          failure.show()
        }
      }
    }
  }

  /// How long to rest at most.
  var interval: Duration { isWaiting ? Self.pendingInterval : Self.pollingInterval }
}
