internal import GRDB

/// What becomes of a notification that failed.
public enum NotificationOutcome: Sendable, Hashable {
  /// It is due again at this time, in seconds since 1970.
  case retried(at: Int)
  /// It failed for 30 days and is given up; the message stays in the inbox.
  case droppedNotification
}

extension Mailbox {
  /// Accepted messages that the user's own program is still to be told of, at least once each.
  ///
  /// They were queued in the transaction that accepted them, by a courier that
  /// ``Courier/announcesArrivals``. Deleted messages are not among them.
  ///
  /// - Parameters:
  ///   - now: the time in seconds since 1970.
  ///   - limit: how many.
  /// - Returns: those that are due, the longest waiting first.
  /// - Throws: ``PostError`` `inputOutput`.
  public func notifications(due now: Int, limit: Int) throws(PostError) -> [InboxEntry] {
    try read { database in
      // A time further ahead than any wait was noted by a clock that was wrong.
      try Row.fetchAll(
        database,
        sql: """
          SELECT \(InboxEntry.columns) FROM notification JOIN incoming ON incoming.id = incoming
          WHERE nextAttemptAt <= ? OR nextAttemptAt > ? ORDER BY nextAttemptAt, incoming LIMIT ?
          """, arguments: [now, now + Notifications.longestWait, limit]
      ).map { try InboxEntry($0) }
    }
  }

  /// Notes that the user's program was told of a message; once more is no error.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func noteNotified(_ id: Int64) throws(PostError) {
    try write { database in
      try database.execute(sql: "DELETE FROM notification WHERE incoming = ?", arguments: [id])
    }
  }

  /// Notes that telling the user's program failed: it is tried again after a minute, then after two,
  /// four and so on up to six hours, for 30 days.
  ///
  /// - Throws: ``PostError`` `notFound` when nothing waits under this number, `inputOutput`.
  @discardableResult
  public func noteNotificationFailure(
    _ id: Int64, now: Int
  ) throws(PostError) -> NotificationOutcome {
    try write { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          UPDATE notification SET attemptCount = attemptCount + 1 WHERE incoming = ?
          RETURNING queuedAt, attemptCount
          """, arguments: [id])
      guard let row else { throw PostError(.notFound, "no notification of that message waits") }
      guard !Notifications.isOver(queuedAt: row[0], attemptCount: row[1], now) else {
        try database.execute(sql: "DELETE FROM notification WHERE incoming = ?", arguments: [id])
        return .droppedNotification
      }
      let next = now + Notifications.wait(afterAttempts: row[1])
      try database.execute(
        sql: "UPDATE notification SET nextAttemptAt = ? WHERE incoming = ?", arguments: [next, id])
      return .retried(at: next)
    }
  }
}

/// When the user's program is told again.
enum Notifications {
  static let longestWait = 6 * 3_600
  private static let patience = 30 * Day.secondCount
  /// What a clock that leaps ahead does not use up.
  private static let minimumAttemptCount = 10

  static func queue(_ incoming: Int64, _ now: Int, _ database: Database) throws {
    try database.cachedStatement(
      sql: "INSERT INTO notification (incoming, queuedAt, nextAttemptAt) VALUES (?, ?, ?)"
    ).execute(arguments: [incoming, now, now])
  }

  static func wait(afterAttempts count: Int) -> Int { min(60 << min(count - 1, 9), longestWait) }

  static func isOver(queuedAt: Int, attemptCount: Int, _ now: Int) -> Bool {
    now - queuedAt > patience && attemptCount >= minimumAttemptCount
  }
}
