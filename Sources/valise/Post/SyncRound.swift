internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// One time of looking after posts, whatever befalls each of them.
struct SyncRound {
  private let access: MailboxAccess
  private let vouchesForClock: Bool
  private let notifier: Notifier

  /// What came of one post.
  struct Outcome {
    let post: JoinedPost
    let summary: Result<SyncSummary, Failure>
  }

  init(_ access: MailboxAccess, vouchesForClock: Bool) throws {
    self.access = access
    notifier = try Notifier(access)
    self.vouchesForClock = vouchesForClock
  }

  func run(_ posts: [JoinedPost]) throws -> [Outcome] {
    // Asked for before the first post is touched, a passphrase would else come in the middle.
    let keys = try access.keys()
    let outcomes = posts.map { post in
      Outcome(post: post, summary: Result { try sync(post, keys) }.mapError(Report.failure))
    }
    try notifier.run()
    return outcomes
  }

  private func sync(_ post: JoinedPost, _ keys: Post.OwnKeys) throws -> SyncSummary {
    let report: SyncReport
    do throws(PostError) {
      let transport = try DirectoryTransport(path: post.location)
      var courier = Courier(
        access.mailbox, post.descriptor, over: transport, keys: keys, knowing: access.names)
      courier.vouchesForClock = vouchesForClock
      courier.announcesArrivals = notifier.isNeeded
      report = try courier.sync(now: Platform.now())
    } catch { throw Failure(error).naming(post.location) }
    for card in report.cards { try LearnedCard(card, in: access.book)?.take() }
    return SyncSummary(post: post, report: report)
  }
}

extension Failure {
  /// The same about the post at `location`, unless it says so already.
  func naming(_ location: String) -> Failure {
    let location = Text.shown(location)
    guard !message.contains(location) else { return self }
    return Failure(status, "\(location): \(message)", details: details, hint: hint)
  }
}
