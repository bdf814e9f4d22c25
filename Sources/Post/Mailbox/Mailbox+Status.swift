internal import GRDB

/// Numbers of a sender's that did not come.
public struct SequenceGap: Sendable, Hashable {
  /// The thumbprint URI of the key that signs the stream.
  public let issuer: String
  /// How many are missing.
  public let count: Int
}

/// How things stand with one post.
public struct PostStatus: Sendable, Hashable {
  /// Messages that were not posted yet.
  public let unpostedCount: Int
  /// Messages that were posted, and that somebody has not acknowledged.
  public let unacknowledgedCount: Int
  /// Messages that could not be posted the last time that it was tried, whatever was posted before.
  public let obstructedCount: Int
  /// Of those that somebody has not acknowledged, when the oldest was written, in seconds since 1970; nil when there are none.
  public let oldestUnacknowledgedAt: Int?
  /// What is announced and could not be taken in yet, and why.
  public let pending: [PendingReason: Int]
  /// What of that has waited for more than a day.
  public let overdueCount: Int
  /// Parts of attachments that are still to come.
  public let missingPartCount: Int
  /// Of these, how many have been missing for more than a day.
  public let overduePartCount: Int
  /// Parts that had not come when their messages expired.
  public let lostPartCount: Int
  /// Strangers' envelopes.
  public let quarantinedCount: Int
  /// When the last synchronization ended; nil before the first.
  public let synchronizedAt: Int?
  /// Senders of whom messages are missing between others, in all posts, for as long as these might
  /// have come.
  public let gaps: [SequenceGap]
  /// What was refused since the mailbox was made, in all posts.
  public let refusals: [RefusalReason: Int]
}

extension Mailbox {
  /// How things stand with one post, as far as the mailbox knows.
  ///
  /// - Parameters:
  ///   - post: a post that was joined.
  ///   - now: the time in seconds since 1970.
  /// - Returns: counts, and what is missing or was refused.
  /// - Throws: ``PostError`` `inputOutput`.
  public func status(of post: PostIdentifier, now: Int) throws(PostError) -> PostStatus {
    let (gaps, refusals) = (try gaps(), try refusals())
    let parts = try partCounts(in: post, now)
    let lostPartCount = try lostPartCount(in: post, now)
    return try read { database in
      let waiting = try Waiting(database, post, now)
      var pending: [PendingReason: Int] = [:]
      for row in try Row.fetchAll(
        database, sql: "SELECT reason, COUNT(*) FROM pending WHERE post = ? GROUP BY reason",
        arguments: [post.data])
      {
        if let reason = PendingReason(rawValue: row[0]) { pending[reason] = row[1] }
      }
      func count(_ sql: String, _ arguments: StatementArguments) throws -> Int {
        try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \(sql)", arguments: arguments) ?? 0
      }
      return PostStatus(
        unpostedCount: waiting.unpostedCount, unacknowledgedCount: waiting.unacknowledgedCount,
        obstructedCount: waiting.obstructedCount,
        oldestUnacknowledgedAt: waiting.oldestUnacknowledgedAt, pending: pending,
        overdueCount: try count(
          "pending WHERE post = ? AND firstSeenAt < ? AND reason <> ?",
          [post.data, now - Day.secondCount, PendingReason.undeletable.rawValue]),
        missingPartCount: parts.missing, overduePartCount: parts.overdue,
        lostPartCount: lostPartCount,
        quarantinedCount: try count("quarantine WHERE post = ?", [post.data]),
        synchronizedAt: try Int.fetchOne(
          database, sql: "SELECT synchronizedAt FROM post WHERE identifier = ?",
          arguments: [post.data]),
        gaps: gaps, refusals: refusals)
    }
  }

  /// Notes that a synchronization ended.
  func noteSynchronization(of post: PostIdentifier, _ now: Int) throws(PostError) {
    try write { database in
      try database.execute(
        sql: "UPDATE post SET synchronizedAt = ? WHERE identifier = ?", arguments: [now, post.data])
    }
  }

  /// Senders of whom messages are missing between others.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func gaps() throws(PostError) -> [SequenceGap] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT issuer, COUNT(*) FROM gap GROUP BY issuer ORDER BY issuer"
      ).map { SequenceGap(issuer: $0[0], count: $0[1]) }
    }
  }

  /// How many missing numbers were noted at a time.
  func gapCount(notedAt time: Int) throws(PostError) -> Int {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT COUNT(*) FROM gap WHERE notedAt = ?", arguments: [time]) ?? 0
    }
  }

  /// What was refused since the mailbox was made.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func refusals() throws(PostError) -> [RefusalReason: Int] {
    try read { database in
      var counts: [RefusalReason: Int] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT reason, count FROM refusal") {
        if let reason = RefusalReason(rawValue: row[0]) { counts[reason] = row[1] }
      }
      return counts
    }
  }
}

/// What goes out and has not arrived.
private struct Waiting {
  let unpostedCount: Int
  let unacknowledgedCount: Int
  let obstructedCount: Int
  let oldestUnacknowledgedAt: Int?

  init(_ database: Database, _ post: PostIdentifier, _ now: Int) throws {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT COUNT(DISTINCT CASE WHEN attemptCount = 0 THEN sent END),
          COUNT(DISTINCT CASE WHEN attemptCount > 0 THEN sent END),
          MIN(CASE WHEN attemptCount > 0 THEN createdAt END),
          COUNT(DISTINCT CASE WHEN obstacle IS NOT NULL THEN sent END)
        FROM outgoing WHERE post = ? AND envelope IS NOT NULL AND NOT isAcknowledgement
          AND NOT isRecalled AND expiresAt > ? AND EXISTS (
            SELECT 1 FROM delivery WHERE outgoing = outgoing.id AND acknowledgedAt IS NULL)
        """, arguments: [post.data, now])
    unpostedCount = row?[0] ?? 0
    unacknowledgedCount = row?[1] ?? 0
    oldestUnacknowledgedAt = row?[2]
    obstructedCount = row?[3] ?? 0
  }
}
