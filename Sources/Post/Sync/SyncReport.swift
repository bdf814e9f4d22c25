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
  /// Parts that are still to come.
  public internal(set) var missingPartCount = 0
  /// Of these, how many have been missing for more than a day.
  public internal(set) var overduePartCount = 0
  /// Numbers that senders left out between messages which came just now.
  public internal(set) var gapCount = 0
  /// Cards that came and are newer than those known, the newest of each sender: up to 1,000.
  public internal(set) var cards: [AnnouncedCard] = []
  /// Whether a budget ran out, so that there is more to do.
  public internal(set) var isPartial = false
  /// What could not be done: the first 100.
  public internal(set) var troubles: [SyncTrouble] = []
  /// How many there were.
  public internal(set) var troubleCount = 0
  /// What to think of this machine's clock.
  public internal(set) var clock = ClockVerdict.unconfirmed
}
