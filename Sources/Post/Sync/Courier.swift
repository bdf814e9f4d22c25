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
  /// What cannot be read, written or deleted is told in ``SyncReport/troubles`` and keeps nothing else
  /// from its way. Whenever it ends early, by an error or a kill, the next one goes on from there.
  ///
  /// - Parameter now: the time in seconds since 1970.
  /// - Returns: what was done, and what could not be.
  /// - Throws: ``PostError`` `noPost`, `foreignPost` before anything is touched; `busy` when
  ///   another process is at it; `noSpace`, `inputOutput` for the mailbox.
  public func sync(now: Int) throws(PostError) -> SyncReport {
    try mailbox.requireJoined(post)
    return try mailbox.synchronizing { () throws(PostError) in
      try post.requirePresence(on: transport)
      var report = SyncReport()
      let clock = vouchesForClock ? .trusted : try mailbox.clock(now)
      let isConfirmed = try collect(now, clock, &report)
      try fetchParts(now, &report)
      try acknowledge(now)
      try publish(now, &report)
      try mailbox.noteTime(now, clock, isConfirmed: isConfirmed || vouchesForClock)
      // Whatever agreed just now counts from the next time on, where the clock was in doubt.
      let limits = try mailbox.ageLimits(now, clock)
      try cleanUp(limits, &report)
      if clock.isSteady {
        try mailbox.removeAbandonedParts(now)
        try sweep(now, limits, &report)
      }
      try mailbox.forget(now, limits, post)
      try mailbox.noteSynchronization(of: post.identifier, now)
      return report
    }
  }

  private func sweep(
    _ now: Int, _ limits: AgeLimits, _ report: inout SyncReport
  ) throws(PostError) {
    // A message of one of these days expired a day before the limit at the latest.
    let oldest = limits.confirmed.map { $0 - (post.limits.dayCount + 1) * Day.secondCount }
    do { try transport.sweep(now: now, before: oldest) } catch {
      try report.note(error, .removing)
    }
  }
}
