/// Something in a post that is not as it should be.
public struct PostFinding: Sendable, Hashable {
  /// What is wrong with it.
  public enum Problem: String, Sendable, CaseIterable {
    /// It has no place in a post.
    case stray
    /// A carrier kept two versions; this one's bytes are whole.
    case conflictCopy
    /// Its bytes are not those that its name says: it is still arriving, or was changed.
    case damaged
    /// The same message lies under another day as well.
    case doubled
    /// It is larger than anything of its kind may be.
    case tooLarge
    /// A link, a pipe, a socket or a device; nothing opens it.
    case notAFile
    /// A marker with content.
    case markerNotEmpty
    /// A marker whose message is not there.
    case markerWithoutMessage
    /// Of a day that no message may wait from, or that is yet to come.
    case wrongDay
    /// A write that was not finished for more than a day.
    case leftover
    /// It cannot be read.
    case unreadable
  }

  /// The names from the post down; whatever strangers called it.
  public let path: [String]
  /// What is wrong with it.
  public let problem: Problem
}

/// What a post holds.
public struct PostTotals: Sendable, Hashable {
  /// Whole messages.
  public internal(set) var messageCount = 0
  /// The bytes of these.
  public internal(set) var messageByteCount = 0
  /// Boxes in which something waits.
  public internal(set) var boxCount = 0
  /// Markers in them.
  public internal(set) var markerCount = 0
  /// Whole parts of attachments.
  public internal(set) var partCount = 0
  /// The bytes of these.
  public internal(set) var partByteCount = 0
  /// The oldest day that a message is of, as its folder is called, `20261121`.
  public internal(set) var oldestDay: String?
  /// How often something was found.
  public internal(set) var findingCount = 0
}
