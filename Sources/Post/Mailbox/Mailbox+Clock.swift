internal import GRDB

extension Mailbox {
  /// What to think of this machine's clock.
  ///
  /// Before the first synchronization it is held against the time of the newest message that was
  /// written.
  ///
  /// - Parameter now: what it says, in seconds since 1970.
  /// - Returns: whether it may decide that something has expired.
  /// - Throws: ``PostError`` `inputOutput`.
  public func clock(_ now: Int) throws(PostError) -> ClockVerdict {
    try read { database in
      let newest = "SELECT MAX(createdAt) FROM sentMessage"
      return ClockVerdict(
        now: now,
        lastSteadyAt: try Setting.lastSteadyAt.value(database)
          ?? Int.fetchOne(database, sql: newest),
        lastConfirmedAt: try Setting.lastConfirmedAt.value(database))
    }
  }

  /// Notes the time of a synchronization, unless the clock is in doubt.
  ///
  /// It is confirmed when a time that somebody else signed agreed, or the caller vouches.
  func noteTime(
    _ now: Int, _ clock: ClockVerdict, isConfirmed: Bool
  ) throws(PostError) {
    guard clock.isSteady || isConfirmed else { return }
    try write { database in
      guard isConfirmed else { return try Setting.lastSteadyAt.raise(to: now, database) }
      // Also back: then it was the earlier time that was wrong.
      try Setting.lastSteadyAt.set(to: now, database)
      try Setting.lastConfirmedAt.set(to: now, database)
    }
  }

  func ageLimits(_ now: Int, _ clock: ClockVerdict) throws(PostError) -> AgeLimits {
    try read { database in
      AgeLimits(
        now: now, clock: clock, lastConfirmedAt: try Setting.lastConfirmedAt.value(database))
    }
  }

  /// Forgets the identifiers of what has expired, and what can no longer come.
  ///
  /// A replay is refused for its age from then on, whatever the clock says later.
  func forget(_ now: Int, _ limits: AgeLimits, _ post: PostDescriptor) throws(PostError) {
    guard let horizon = limits.confirmed else { return }
    // What was left out on that day has expired, and been taken back.
    let oldest = horizon - (post.limits.dayCount + 1) * Day.secondCount
    try write { database in
      try database.execute(sql: "DELETE FROM seen WHERE expiresAt <= ?", arguments: [horizon])
      if database.changesCount > 0 { try Setting.forgottenUntil.raise(to: horizon, database) }
      // Their markers were deleted by another mailbox of the same key.
      try database.execute(
        sql: "DELETE FROM pending WHERE firstSeenAt <= ?",
        arguments: [now - 100 * Day.secondCount])
      try database.execute(sql: "DELETE FROM gap WHERE notedAt <= ?", arguments: [oldest])
    }
  }
}
