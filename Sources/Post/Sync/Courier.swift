internal import GRDB
internal import JOSE

/// Brings a mailbox and a post together.
public struct Courier<Carrier: Transport> {
  let mailbox: Mailbox
  let post: PostDescriptor
  let transport: Carrier
  let keys: OwnKeys
  let correspondents: any Correspondents
  /// How much each synchronization takes on.
  public var budget = SyncBudget()
  /// Whether what is accepted is also queued for ``Mailbox/notifications(due:limit:)``.
  public var announcesArrivals = false
  /// Is told of each thing that was done.
  public var onStep: (SyncStep) -> Void = { _ in }
  /// Whether the caller vouches for the clock.
  public var vouchesForClock = false

  /// A courier for one device in one post.
  ///
  /// - Parameters:
  ///   - mailbox: the device's.
  ///   - post: a post that the mailbox joined.
  ///   - transport: where the post is.
  ///   - keys: the device's.
  ///   - correspondents: who is known.
  public init(
    _ mailbox: Mailbox, _ post: PostDescriptor, over transport: Carrier, keys: OwnKeys,
    knowing correspondents: any Correspondents
  ) {
    self.mailbox = mailbox
    self.post = post
    self.transport = transport
    self.keys = keys
    self.correspondents = correspondents
  }

  /// Collects what came, acknowledges it, posts what goes out, and cleans up behind it.
  ///
  /// Whenever it ends early, by an error or a kill, the next one goes on from there.
  ///
  /// - Parameter now: the time in seconds since 1970.
  /// - Returns: what was done.
  /// - Throws: ``PostError`` `noPost`, `foreignPost` before anything is touched; `busy` when
  ///   another process is at it; `noSpace`, `inputOutput`.
  public func sync(now: Int) throws(PostError) -> SyncReport {
    try mailbox.requireJoined(post)
    return try mailbox.synchronizing { () throws(PostError) in
      try post.requirePresence(on: transport)
      var report = SyncReport()
      let clock = try clock(now)
      report.clock = clock
      let isConfirmed = try collect(now, clock, &report)
      try fetchParts(now, &report)
      try acknowledge(now)
      try publish(now, &report)
      try settle(now, clock, isConfirmed: isConfirmed)
      // Whatever agreed just now counts from the next time on.
      if clock.isSteady {
        try cleanUp(now, &report)
        try mailbox.removeAbandonedParts(now)
        try transport.sweep(now: now)
      }
      if clock == .trusted { try forget(now) }
      try mailbox.noteSynchronization(of: post.identifier, now)
      return report
    }
  }

  private func clock(_ now: Int) throws(PostError) -> ClockVerdict {
    guard !vouchesForClock else { return .trusted }
    return try mailbox.read { database in
      ClockVerdict(
        now: now, lastSteadyAt: try Setting.lastSteadyAt.value(database),
        lastConfirmedAt: try Setting.lastConfirmedAt.value(database))
    }
  }

  private func settle(
    _ now: Int, _ clock: ClockVerdict, isConfirmed: Bool
  ) throws(PostError) {
    let isConfirmed = isConfirmed || vouchesForClock
    guard clock.isSteady || isConfirmed else { return }
    try mailbox.write { database in
      guard isConfirmed else { return try Setting.lastSteadyAt.raise(to: now, database) }
      // Also back: then it was the earlier time that was wrong.
      try Setting.lastSteadyAt.set(to: now, database)
      try Setting.lastConfirmedAt.set(to: now, database)
    }
  }

  /// Forgets the identifiers of what has expired: a replay is refused for its age now, whatever the
  /// clock says later.
  private func forget(_ now: Int) throws(PostError) {
    let horizon = now - Day.secondCount
    try mailbox.write { database in
      try database.execute(sql: "DELETE FROM seen WHERE expiresAt <= ?", arguments: [horizon])
      if database.changesCount > 0 { try Setting.forgottenUntil.raise(to: horizon, database) }
      // Their markers were deleted by another mailbox of the same key.
      try database.execute(
        sql: "DELETE FROM pending WHERE firstSeenAt <= ?",
        arguments: [now - 100 * Day.secondCount])
    }
  }
}
