internal import GRDB

/// Something that a synchronization could not do, and went on without.
public struct SyncTrouble: Sendable, Hashable {
  /// What was to be done.
  public enum Action: String, Sendable, CaseIterable {
    /// Reading what is in the post.
    case reading
    /// Bringing a part of an attachment into the mailbox.
    case fetching
    /// Posting a message or an acknowledgement.
    case posting
    /// Taking something out of the post.
    case removing
  }

  /// What was to be done.
  public let action: Action
  /// The message of one's own that it is about.
  public let message: MessageID?
  /// The kind of failure.
  public let code: PostError.Code
  /// Lowercase, without a full stop; names the file.
  public let reason: String
}

extension SyncReport {
  /// So many are told one by one; of the others the count.
  static let maximumTroubleCount = 100

  /// Notes that something failed that others need not wait for.
  ///
  /// - Throws: `error` itself, if it is not about one file.
  mutating func note(
    _ error: PostError, _ action: SyncTrouble.Action, message: MessageID? = nil
  ) throws(PostError) {
    guard error.isAboutOneFile else { throw error }
    troubleCount += 1
    guard troubles.count < Self.maximumTroubleCount else { return }
    troubles.append(
      SyncTrouble(action: action, message: message, code: error.code, reason: error.reason))
  }
}

extension PostError {
  /// Whether what comes next may fare better.
  ///
  /// The mailbox's database stands behind everything.
  fileprivate var isAboutOneFile: Bool {
    guard !(underlying is DatabaseError) else { return false }
    return switch code {
    case .noSpace, .notPermitted, .obstructed, .inputOutput, .malformed, .limitExceeded,
      .damaged:
      true
    default: false
    }
  }

  /// Whether it says what a file of a stranger's is like, and not that something fails.
  var isAboutItsKind: Bool {
    switch code {
    case .malformed, .limitExceeded, .obstructed, .notPermitted: true
    default: false
    }
  }
}
