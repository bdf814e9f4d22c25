/// How much one synchronization takes on; what is left waits for the next.
public struct SyncBudget: Sendable {
  /// Markers whose messages are looked for.
  public var markerCount = 250_000
  /// Messages that are read.
  public var messageCount = 20_000
  /// Bytes of messages and parts that are read.
  public var byteCount = 1 << 30
  /// Messages that are posted.
  public var postingCount = 20_000
  /// Bytes that are left free on the post's disk.
  public var spareByteCount: UInt64 = 64 << 20
  /// Things put off that are remembered; more than that are looked at again each time.
  public var pendingCount = 50_000

  /// The defaults.
  public init() {}
}

/// What one synchronization did.
public struct SyncReport: Sendable, Equatable {
  /// Messages that were accepted.
  public internal(set) var acceptedCount = 0
  /// Messages that had been accepted before.
  public internal(set) var duplicateCount = 0
  /// Deliveries of ours that were acknowledged.
  public internal(set) var acknowledgedCount = 0
  /// Strangers' envelopes that went to quarantine.
  public internal(set) var quarantinedCount = 0
  /// What was refused, and why.
  public internal(set) var refused: [RefusalReason: Int] = [:]
  /// What was put off, and why.
  public internal(set) var putOff: [PendingReason: Int] = [:]
  /// What has been put off for more than a day.
  public internal(set) var overdueCount = 0
  /// Messages that were posted, again or for the first time.
  public internal(set) var postedCount = 0
  /// Messages of ours that were taken out of the post.
  public internal(set) var removedCount = 0
  /// Of those, how many had expired before all had acknowledged them.
  public internal(set) var undeliveredCount = 0
  /// Parts of attachments that came.
  public internal(set) var partCount = 0
  /// Cards that came and are newer than those known, the newest of each sender: up to 1,000.
  public internal(set) var cards: [AnnouncedCard] = []
  /// Whether a budget ran out, so that there is more to do.
  public internal(set) var isPartial = false
  /// What to think of this machine's clock.
  public internal(set) var clock = ClockVerdict.unconfirmed
}
