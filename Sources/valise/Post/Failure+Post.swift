internal import Contacts
internal import JOSE
internal import Post

extension Failure {
  /// An error of a post or the mailbox.
  init(_ error: PostError) {
    // What was said by a look-up of ours comes back as it was.
    switch error.underlying {
    case let failure as Failure: self = failure
    case let error as ContactsError: self.init(error)
    default: self.init(itself: error)
    }
  }

  private init(itself error: PostError) {
    let reason = Text.shown(error.reason)
    switch error.code {
    case .noPost:
      self.init(
        .unavailable, reason,
        hint: "if a disk carries it, mount it; valise post join DIR tells where it is now")
    case .foreignPost:
      self.init(
        .unavailable, reason, hint: "valise post status shows the posts that you take part in")
    case .exists: self.init(.cannotCreate, reason)
    case .unsupported, .malformed, .limitExceeded, .damaged: self.init(.badData, reason)
    case .notFound: self.init(.noInput, reason)
    case .notArrived: self.init(.tryAgain, reason, hint: "valise sync looks for it")
    case .busy: self.init(.tryAgain, reason, hint: "try again in a moment")
    case .untrusted: self.init(.refused, reason)
    case .unusableKey: self.init(.noKey, reason)
    case .noSpace: self.init(.inputOutput, reason, hint: "free some space and try again")
    case .inputOutput, .notPermitted, .obstructed: self.init(.inputOutput, reason)
    case .internalFailure: self.init(.bug, reason)
    }
  }
}
