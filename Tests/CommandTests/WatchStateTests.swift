import Testing

@testable import Post
@testable import valise

@Suite("What a sync that stays says, and how long it rests")
struct WatchStateTests {
  private let post: JoinedPost
  private var state = WatchState()

  init() throws {
    post = JoinedPost(
      descriptor: PostDescriptor(identifier: try .generate(), limits: PostLimits()),
      location: "/somewhere/post")
  }

  private func outcome(_ change: (inout SyncReport) -> Void) -> SyncRound.Outcome {
    var report = SyncReport()
    change(&report)
    return SyncRound.Outcome(
      post: post, summary: .success(SyncSummary(post: post, report: report, readmittedCount: 0)))
  }

  private func failed(_ status: valise.ExitStatus, _ message: String) -> SyncRound.Outcome {
    SyncRound.Outcome(post: post, summary: .failure(Failure(status, message)))
  }

  /// Whether `outcome` is told of, and for how many seconds it rests then.
  private mutating func tells(_ outcome: SyncRound.Outcome) -> (isTold: Bool, rest: Int64) {
    let count = state.news(of: [outcome]).count
    return (count == 1, state.interval.components.seconds)
  }

  @Test("what happened is told each time, and nothing else")
  mutating func events() {
    #expect(tells(outcome { _ in }) == (false, 30))
    #expect(tells(outcome { $0.acceptedCount = 1 }) == (true, 30))
    #expect(tells(outcome { $0.acceptedCount = 1 }) == (true, 30))
    #expect(tells(outcome { _ in }) == (false, 30))
  }

  @Test("a post that is away is told of once, and again when that has changed")
  mutating func troubles() {
    #expect(tells(failed(.unavailable, "gone")) == (true, 30))
    #expect(tells(failed(.unavailable, "gone")) == (false, 30))
    #expect(tells(failed(.inputOutput, "broken")) == (true, 30))
    #expect(tells(outcome { _ in }) == (true, 30))
    #expect(tells(outcome { _ in }) == (false, 30))
    #expect(tells(failed(.unavailable, "gone")) == (true, 30))
  }

  @Test("what waits is told of once and looked for soon")
  mutating func waiting() {
    #expect(tells(outcome { $0.putOff = [.arriving: 1] }) == (true, 3))
    #expect(tells(outcome { $0.putOff = [.arriving: 1] }) == (false, 3))
    // It is not looked at each time.
    #expect(tells(outcome { _ in }) == (false, 30))
    #expect(tells(outcome { $0.putOff = [.missing: 1] }) == (false, 3))
    #expect(tells(outcome { $0.putOff = [.arriving: 2] }) == (true, 3))
    #expect(tells(outcome { $0.isPartial = true }) == (true, 3))
    #expect(tells(outcome { $0.overdueCount = 1 }) == (true, 30))
    #expect(tells(outcome { $0.overdueCount = 1 }) == (false, 30))
  }

  @Test("another sync at work is nothing to tell of")
  mutating func busy() {
    #expect(tells(failed(.tryAgain, "locked")) == (false, 3))
    #expect(tells(outcome { _ in }) == (false, 30))
  }

  @Test("what is wrong with the keyring or the configuration is told of once")
  mutating func generalTrouble() {
    let (one, other) = (Failure(.configuration, "one"), Failure(.configuration, "other"))
    #expect([one, one, other].map { state.isNews($0) } == [true, false, true])
    #expect([nil, other].map { state.isNews($0) } == [false, true])
  }
}
