internal import DurableFiles
internal import JOSE
internal import Post

/// What a synchronization did, in one line and as data.
struct SyncSummary {
  let post: JoinedPost
  let report: SyncReport
  /// Messages from before, out of quarantine.
  let readmittedCount: Int

  private var acceptedCount: Int { report.acceptedCount + readmittedCount }

  /// Whether something was done, rather than found to be as it was.
  var isEventful: Bool { !deeds.isEmpty }

  /// What waits and what is wrong, in words that stay the same for as long as that does.
  var standing: [String] { waits + warnings + (failure.map { [$0.message] } ?? []) }

  /// What was done, in one line.
  var line: String {
    let facts = deeds + waits
    return "\(Text.shown(name)): \(facts.isEmpty ? "nothing new" : facts.joined(separator: ", "))"
  }

  private var name: String { post.location.split(separator: "/").last.map(String.init) ?? "/" }

  private var deeds: [String] {
    var facts: [String] = []
    func add(_ count: Int, _ words: String) { if count > 0 { facts.append("\(count) \(words)") } }
    add(acceptedCount, "new")
    add(report.postedCount, "posted")
    add(report.acknowledgedCount, "delivered")
    add(report.partCount, report.partCount == 1 ? "part arrived" : "parts arrived")
    add(report.quarantinedCount, "from strangers")
    add(report.refused.values.reduce(0, +), "refused")
    return facts
  }

  private var waits: [String] {
    let count = report.putOff.values.reduce(0, +)
    let parts = report.missingPartCount
    return (count > 0 ? ["\(count) pending"] : [])
      + (parts > 0 ? ["\(parts) \(parts == 1 ? "part" : "parts") to come"] : [])
      + (report.isPartial ? ["more to do"] : [])
  }

  /// What a person should look at.
  var warnings: [String] {
    var warnings: [String] = []
    let name = Text.shown(name)
    if report.overdueCount > 0 {
      warnings.append(
        "\(name): \(report.overdueCount) messages were announced more than a day ago and have not "
          + "arrived whole")
    }
    if report.overduePartCount > 0 {
      warnings.append(
        "\(name): \(report.overduePartCount) parts of attachments have been missing for more than a "
          + "day")
    }
    if report.gapCount > 0 {
      warnings.append(
        "\(name): \(report.gapCount) messages are missing between others that came; valise post "
          + "status tells whose")
    }
    if report.undeliveredCount > 0 {
      warnings.append(
        "\(name): \(report.undeliveredCount) messages expired before all had them; valise sent "
          + "--waiting lists them")
    }
    if report.putOff[.quarantineFull] != nil {
      warnings.append("\(name): the quarantine is full; valise quarantine drop makes room")
    }
    if let doubt = Self.doubt(report.clock) {
      warnings.append("\(doubt); nothing is deleted for its age until \(Self.remedy)")
    }
    return warnings + SyncTroubles(report, name: name).warnings
  }

  /// What a program should notice: something that this machine or the post failed at.
  var failure: Failure? { SyncTroubles(report, name: Text.shown(name)).failure }

  /// What is wrong with this machine's clock, in words; nil when nothing is.
  static func doubt(_ clock: ClockVerdict) -> String? {
    switch clock {
    case .wentBack: "this machine's clock is behind what it was"
    case .leapt: "this machine's clock has leapt ahead"
    case .trusted, .unconfirmed: nil
    }
  }

  private static let remedy =
    "somebody's message agrees, or valise sync --trust-clock says that it is right"

  /// Why something was refused, in words.
  static func words(_ reason: RefusalReason) -> String {
    switch reason {
    case .malformed: "no message, or one that breaks the rules"
    case .unreadable: "not sealed for the key in whose box it was"
    case .forged: "the signature does not hold"
    case .readdressed: "written for somebody else and sent on"
    case .expired: "came after it expired"
    case .unknownSender: "an acknowledgement of a stranger's"
    }
  }

  /// Why something waits, in words.
  static func words(_ reason: PendingReason) -> String {
    switch reason {
    case .missing: "announced, and not there yet"
    case .arriving: "there, and not whole yet"
    case .clock: "from the future, or too old by a clock that is in doubt"
    case .quarantineFull: "the quarantine is full"
    case .unreadable: "cannot be read"
    case .undeletable: "taken in, and its marker cannot be deleted"
    }
  }

  /// The same as data.
  var json: JSONText {
    .object([
      .init("post", .string(post.location)), .init("accepted", .integer(acceptedCount)),
      .init("duplicates", .integer(report.duplicateCount)),
      .init("posted", .integer(report.postedCount)),
      .init("acknowledged", .integer(report.acknowledgedCount)),
      .init("parts", .integer(report.partCount)),
      .init("missing_parts", .integer(report.missingPartCount)),
      .init("overdue_parts", .integer(report.overduePartCount)),
      .init("gaps", .integer(report.gapCount)),
      .init("quarantined", .integer(report.quarantinedCount)),
      .init("refused", Self.counts(report.refused)), .init("pending", Self.counts(report.putOff)),
      .init("overdue", .integer(report.overdueCount)),
      .init("removed", .integer(report.removedCount)),
      .init("undelivered", .integer(report.undeliveredCount)),
      .init("partial", .bool(report.isPartial)), .init("clock", .word("\(report.clock)")),
      .init("troubles", .array(report.troubles.map(SyncTroubles.json))),
    ])
  }

  static func counts<Reason: RawRepresentable>(_ counts: [Reason: Int]) -> JSONText
  where Reason.RawValue == String {
    .object(
      counts.sorted { $0.key.rawValue < $1.key.rawValue }
        .map { .init(JSONText.snake($0.key.rawValue), .integer($0.value)) })
  }
}
