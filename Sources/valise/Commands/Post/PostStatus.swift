internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

extension PostCommand {
  /// The command valise post status.
  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "status",
      abstract: "Show your posts, and what waits in each.")

    @Argument(help: "Posts, by their paths, the ends of these, or the beginnings of their ids.")
    var posts: [String] = []

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let access = try MailboxAccess(PassphraseOptions())
      let posts = try access.posts(posts).map { post in
        PostState(
          post: post,
          status: try access.mailbox.status(of: post.descriptor.identifier, now: Platform.now()),
          names: access.names)
      }
      let counts = try access.mailbox.counts()
      guard !json else {
        return try Console.print(
          .object([
            .init(
              "inbox",
              .object([
                .init("messages", .integer(counts.all)), .init("unread", .integer(counts.unread)),
              ])), .init("posts", .array(posts.map { try $0.json() })),
          ]))
      }
      var lines = ["inbox: \(Text.count(counts.all, "message")), \(counts.unread) not read"]
      for post in posts { lines += try post.lines() }
      try Pager.show(lines)
    }
  }
}

/// A post as valise post status shows it.
private struct PostState {
  let post: JoinedPost
  let status: Post.PostStatus
  let names: CorrespondentNames

  /// Whether the very post is where it was.
  private var reachability: Failure? {
    do throws(PostError) {
      let transport = try DirectoryTransport(path: post.location)
      try post.descriptor.requirePresence(on: transport)
      return nil
    } catch { return Failure(error) }
  }

  func lines() throws -> [String] {
    var lines = ["", "\(Text.shown(post.location)) (\(post.descriptor.identifier.text))"]
    if let failure = reachability { lines.append("  not at hand: \(failure.message)") }
    let synced = status.synchronizedAt.map { "last sync \(Platform.localTime(of: $0))" }
    lines.append("  \(synced ?? "never synced")")
    if status.unpostedCount > 0 { lines.append("  \(status.unpostedCount) to be posted") }
    if status.obstructedCount > 0 {
      lines.append("  \(status.obstructedCount) could not be posted; valise sent tells why")
    }
    if status.unacknowledgedCount > 0 {
      let since = status.oldestUnacknowledgedAt.map { " since \(Platform.day(of: $0))" }
      lines.append("  \(status.unacknowledgedCount) not acknowledged by all\(since ?? "")")
    }
    for reason in PendingReason.allCases {
      guard let count = status.pending[reason] else { continue }
      lines.append("  \(count) pending: \(SyncSummary.words(reason))")
    }
    if status.overdueCount > 0 { lines.append("  \(status.overdueCount) pending for over a day") }
    lines += partLines
    if status.quarantinedCount > 0 { lines.append("  \(status.quarantinedCount) in quarantine") }
    for gap in status.gaps {
      lines.append(
        "  \(gap.count) messages of \(try names.sender(gap.issuer)) are missing between others: lost, "
          + "taken back, or still to come")
    }
    for reason in RefusalReason.allCases {
      guard let count = status.refusals[reason] else { continue }
      lines.append("  \(count) refused so far: \(SyncSummary.words(reason))")
    }
    return lines
  }

  private var partLines: [String] {
    var lines: [String] = []
    if status.missingPartCount > 0 {
      let overdue = status.overduePartCount > 0 ? ", \(status.overduePartCount) for over a day" : ""
      lines.append("  \(status.missingPartCount) parts of attachments to come\(overdue)")
    }
    if status.lostPartCount > 0 {
      lines.append(
        "  \(status.lostPartCount) parts of attachments lost: they had not come when their messages "
          + "expired")
    }
    return lines
  }

  func json() throws -> JSONText {
    var members = PostCommand.members(post.descriptor, at: post.location)
    members += [
      .init("reachable", .bool(reachability == nil)),
      .init("synced", status.synchronizedAt.map { .integer($0) } ?? .null),
      .init("unposted", .integer(status.unpostedCount)),
      .init("unacknowledged", .integer(status.unacknowledgedCount)),
      .init("obstructed", .integer(status.obstructedCount)),
      .init("oldest_unacknowledged", status.oldestUnacknowledgedAt.map { .integer($0) } ?? .null),
      .init("pending", SyncSummary.counts(status.pending)),
      .init("overdue", .integer(status.overdueCount)),
      .init("missing_parts", .integer(status.missingPartCount)),
      .init("overdue_parts", .integer(status.overduePartCount)),
      .init("lost_parts", .integer(status.lostPartCount)),
      .init("quarantined", .integer(status.quarantinedCount)),
      .init("refused", SyncSummary.counts(status.refusals)),
    ]
    let gaps = try status.gaps.map { gap -> JSONText in
      .object([
        .init("from", try names.signer(gap.issuer).map { .string($0.name) } ?? .null),
        .init("iss", .string(gap.issuer)), .init("count", .integer(gap.count)),
      ])
    }
    members.append(.init("gaps", .array(gaps)))
    return .object(members)
  }
}
