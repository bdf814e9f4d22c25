/// What went wrong with a post or its mailbox.
public struct PostError: Error, Sendable {
  /// The kinds of failure a caller can act on.
  public enum Code: Sendable, Hashable {
    /// There is no post where one should be: it is empty, gone, or not mounted.
    case noPost
    /// There is a post, and not the one that was joined.
    case foreignPost
    /// There is one already, and it was left as it was.
    case exists
    /// A newer version of Valise wrote it.
    case unsupported
    /// A text, a name or a file is not what the protocol says.
    case malformed
    /// A message, a count or a time is over its limit.
    case limitExceeded
    /// There is no such message.
    case notFound
    /// An attachment has not arrived.
    case notArrived
    /// Nothing says that whoever is named signed it.
    case untrusted
    /// A key cannot be used for this.
    case unusableKey
    /// What a message or a part holds is not what was signed.
    case damaged
    /// Another process is at it.
    case busy
    /// No room is left.
    case noSpace
    /// The system does not allow it.
    case notPermitted
    /// Something else is where a file or a folder should be.
    case obstructed
    /// The post or the mailbox cannot be read or written.
    case inputOutput
    /// A library failed for no reason of the caller's.
    case internalFailure
  }

  /// The kind of failure.
  public let code: Code
  /// Lowercase, without a full stop; never holds a secret.
  public let reason: String
  /// The error of a lower floor that led to this one.
  public let underlying: (any Error)?

  /// An error of a transport's own.
  public init(_ code: Code, _ reason: String, underlying: (any Error)? = nil) {
    self.code = code
    self.reason = reason
    self.underlying = underlying
  }
}

extension PostError: CustomStringConvertible {
  /// The reason.
  public var description: String { reason }
}
