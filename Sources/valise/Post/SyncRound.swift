internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// One time of looking after posts, whatever befalls each of them.
struct SyncRound {
  private let access: MailboxAccess
  private let vouchesForClock: Bool
  private let isVerbose: Bool
  private let notifier: Notifier

  /// What came of one post.
  struct Outcome {
    let post: JoinedPost
    let summary: Result<SyncSummary, Failure>
  }

  /// - Parameters:
  ///   - access: the mailbox.
  ///   - vouchesForClock: whether the person says that the clock is right.
  ///   - isVerbose: whether each step is told of.
  init(_ access: MailboxAccess, vouchesForClock: Bool, isVerbose: Bool) {
    self.access = access
    notifier = Notifier(access)
    self.vouchesForClock = vouchesForClock
    self.isVerbose = isVerbose
  }

  func run(_ posts: [JoinedPost]) throws -> [Outcome] {
    // Asked for before the first post is touched, a passphrase would else come in the middle.
    let keys = try access.keys()
    return posts.map { post in
      Outcome(post: post, summary: Result { try sync(post, keys) }.mapError(Report.failure))
    }
  }

  /// Tells the person's programs of what came, now or earlier, once all else is done and said.
  ///
  /// - Returns: whether there is more to tell.
  func notify() throws -> Bool { try notifier.run() }

  private func sync(_ post: JoinedPost, _ keys: Post.OwnKeys) throws -> SyncSummary {
    let report: SyncReport
    do throws(PostError) {
      let transport = try DirectoryTransport(path: post.location, for: access.mailbox)
      var courier = Courier(
        access.mailbox, post.descriptor, over: transport, keys: keys, knowing: access.names)
      courier.vouchesForClock = vouchesForClock
      courier.announcesArrivals = notifier.isNeeded
      if isVerbose { courier.onStep = { step in Console.detail(words(step)) } }
      report = try courier.sync(now: Platform.now())
    } catch { throw Failure(error).naming(post.location) }
    for card in report.cards { try LearnedCard(card, in: access.book)?.take() }
    return SyncSummary(post: post, report: report, readmittedCount: try readmit(post, keys))
  }

  /// Takes in what waited in quarantine until its sender became a contact, or one that can be read.
  private func readmit(_ post: JoinedPost, _ keys: Post.OwnKeys) throws -> Int {
    let issuers = Set(try access.mailbox.quarantine().map(\.claimedIssuer))
    let thumbprints = issuers.compactMap(ThumbprintURI.thumbprint)
    // All at once: a key that is nobody's costs a look at all contacts.
    return try access.book.owners(of: thumbprints).keys.reduce(0) { count, thumbprint in
      try count
        + access.mailbox.reconsiderQuarantine(
          of: post.descriptor, from: ThumbprintURI.of(thumbprint), with: keys,
          knowing: access.names, now: Platform.now(), announcing: notifier.isNeeded
        ).acceptedCount
    }
  }

  private func words(_ step: SyncStep) -> String {
    switch step {
    case .accepted(let name, let issuer): "accepted \(name.short) from \(sender(issuer))"
    case .duplicate(let file): "\(file): had come before"
    case .acknowledged(let count, let issuer): "\(sender(issuer)) has \(count) more of yours"
    case .quarantined(let file): "\(file): from a stranger, to quarantine"
    case .refused(let reason, let file): "\(file): refused: \(SyncSummary.words(reason))"
    case .putOff(let reason, let file): "\(file): pending: \(SyncSummary.words(reason))"
    case .part(let hash): "\(hash): part of an attachment arrived"
    case .posted(let file, let isAcknowledgement):
      "\(file): \(isAcknowledgement ? "acknowledgement " : "")posted"
    case .removed(let file): "\(file): taken out of the post"
    }
  }

  private func sender(_ issuer: String) -> String {
    (try? access.names.signer(issuer)?.name) ?? ThumbprintURI.short(issuer)
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
