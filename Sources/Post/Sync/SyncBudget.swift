/// How much one synchronization takes on; what is left waits for the next.
public struct SyncBudget: Sendable {
  /// Markers whose messages are looked for, in the boxes of all keys together.
  public var markerCount = 250_000
  /// Messages that are read.
  public var messageCount = 20_000
  /// Bytes of messages and parts that are read.
  public var byteCount = 1 << 30
  /// Messages that are posted.
  public var postingCount = 20_000
  /// Bytes that are left free on the post's disk.
  public var spareByteCount: UInt64 = 64 << 20
  /// Bytes that parts of attachments leave free on the mailbox's disk.
  public var spareMailboxByteCount: UInt64 = 64 << 20
  /// Things put off that are remembered; more than that are looked at again each time.
  public var pendingCount = 50_000

  /// The defaults.
  public init() {}
}
