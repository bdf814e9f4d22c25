internal import JOSE
internal import Post

/// What a synchronization could not do, in words.
struct SyncTroubles {
  private let report: SyncReport
  private let name: String

  /// So many are told one by one.
  private static let shownCount = 5

  /// - Parameters:
  ///   - report: what was done.
  ///   - name: the post's, fit to be shown.
  init(_ report: SyncReport, name: String) {
    self.report = report
    self.name = name
  }

  /// What strangers' files are like, or the system does not allow: a line each.
  var warnings: [String] {
    let troubles = report.troubles.filter { !Self.isFailure($0) }
    var lines = troubles.prefix(Self.shownCount).map { "\(name): \(Self.words($0))" }
    if troubles.count > Self.shownCount {
      lines.append("\(name): \(troubles.count - Self.shownCount) more files likewise")
    }
    return lines
  }

  /// What is to end with another status than 0; nil when there is nothing of the kind.
  var failure: Failure? {
    let troubles = report.troubles.filter(Self.isFailure)
    guard let first = troubles.first else { return nil }
    let status = Failure(PostError(first.code, first.reason)).status
    let details = troubles.dropFirst().prefix(Self.shownCount).map(Self.words)
    let more = report.troubleCount - 1 - details.count
    return Failure(
      status, "\(name): \(Self.words(first))",
      details: details + (more > 0 && details.count == Self.shownCount ? ["and \(more) more"] : []),
      hint: Self.hint(first))
  }

  /// What is one's own to post, and a disk that is full or fails.
  private static func isFailure(_ trouble: SyncTrouble) -> Bool {
    trouble.action == .posting || [.noSpace, .inputOutput].contains(trouble.code)
  }

  private static func words(_ trouble: SyncTrouble) -> String {
    let reason = Text.shown(trouble.reason)
    return switch trouble.action {
    case .reading: "not read: \(reason)"
    case .fetching: "not brought in: \(reason)"
    case .posting: "\(trouble.message.map { "\($0.short) is " } ?? "")not posted: \(reason)"
    case .removing: "not deleted: \(reason)"
    }
  }

  private static func hint(_ trouble: SyncTrouble) -> String? {
    switch trouble.code {
    case .noSpace: "free some space and try again; nothing is lost"
    case .damaged:
      trouble.message.map { "valise delete \($0.short) takes it back; then send it again" }
    case .obstructed: "what is there must go; valise post check shows it"
    default: nil
    }
  }

  /// One of them as data.
  static func json(_ trouble: SyncTrouble) -> JSONText {
    .object([
      .init("action", .string(trouble.action.rawValue)),
      .init("message", trouble.message.map { .string($0.description) } ?? .null),
      .init("problem", .word("\(trouble.code)")), .init("reason", .string(trouble.reason)),
    ])
  }
}
