/// Why a message of one's own could not be posted; it is tried again with each synchronization.
public enum PostingObstacle: String, Sendable, CaseIterable {
  /// The post's disk has no room for it.
  case noSpace
  /// Something else is where its files should be.
  case obstructed
  /// The system does not allow it.
  case notPermitted
  /// Its attachment is neither in the mailbox nor in the post.
  case lostAttachment
  /// The post cannot be written.
  case inputOutput

  init(_ code: PostError.Code) {
    self =
      switch code {
      case .noSpace: .noSpace
      case .obstructed: .obstructed
      case .notPermitted: .notPermitted
      case .damaged: .lostAttachment
      default: .inputOutput
      }
  }
}
