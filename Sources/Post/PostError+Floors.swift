internal import DurableFiles
internal import GRDB
internal import JOSE
internal import Primitives

// What the floors below report, in this floor's words.

extension PostError {
  init(_ error: FileError) {
    let code: Code =
      switch error.code {
      case .noSpace: .noSpace
      case .busy, .changed: .busy
      case .exists: .exists
      case .tooLarge: .limitExceeded
      case .notPermitted: .notPermitted
      case .wrongKind: .obstructed
      default: .inputOutput
      }
    self.init(code, "\(error.path): \(error.reason)", underlying: error)
  }

  init(_ error: JOSEError) {
    if let error = error.underlying as? FileError {
      self.init(error)
      return
    }
    let code: Code =
      switch error.code {
      case .limitExceeded: .limitExceeded
      case .invalidKey, .unsuitableKey: .unusableKey
      case .inputOutput: .inputOutput
      case .internalFailure: .internalFailure
      default: .malformed
      }
    self.init(code, error.reason, underlying: error)
  }

  init(_ error: DatabaseError) {
    let code: Code =
      switch error.resultCode {
      case .SQLITE_FULL: .noSpace
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
      default: .inputOutput
      }
    self.init(code, "mailbox: \(error.message ?? "it cannot be used")", underlying: error)
  }

  /// Any error of a call that does not say which it throws.
  init(_ error: any Error) {
    switch error {
    case let error as PostError: self = error
    case let error as FileError: self.init(error)
    case let error as JOSEError: self.init(error)
    case let error as DatabaseError: self.init(error)
    default: self.init(.internalFailure, "it failed for a reason of its own", underlying: error)
    }
  }
}

/// Runs a call of the floors below.
func floor<Result, E: Error>(_ body: () throws(E) -> Result) throws(PostError) -> Result {
  do { return try body() } catch { throw PostError(error) }
}

extension Sequence {
  /// Those that `isMeant` says so of: `filter` does not say which errors it throws.
  func keeping(_ isMeant: (Element) throws(PostError) -> Bool) throws(PostError) -> [Element] {
    var kept: [Element] = []
    for element in self where try isMeant(element) { kept.append(element) }
    return kept
  }
}
