internal import JOSE

/// The state of one collection: what is left of the budget, and what was done.
struct Collection {
  private(set) var budget: SyncBudget
  let clock: ClockVerdict
  var deferrals: Deferrals
  var report = SyncReport()
  private(set) var isClockConfirmed = false
  private(set) var cards = CardCollection()
  private let ownIssuer: String

  init(budget: SyncBudget, clock: ClockVerdict, deferrals: Deferrals, ownIssuer: String) {
    self.budget = budget
    self.clock = clock
    self.deferrals = deferrals
    self.ownIssuer = ownIssuer
    report.clock = clock
  }

  /// Whether one more message may be read.
  mutating func mayRead() -> Bool {
    guard budget.messageCount > 0, budget.byteCount > 0 else {
      report.isPartial = true
      return false
    }
    return true
  }

  mutating func spend(_ byteCount: Int) {
    budget.messageCount -= 1
    budget.byteCount -= byteCount
  }

  mutating func note(_ outcome: ArrivalOutcome, _ verdict: OpeningVerdict?, _ now: Int) {
    switch outcome {
    case .accepted: report.acceptedCount += 1
    case .duplicate: report.duplicateCount += 1
    case .acknowledgement(let count): report.acknowledgedCount += count
    case .quarantined: report.quarantinedCount += 1
    case .refused(let reason): report.refused[reason, default: 0] += 1
    case .putOff(let reason): report.putOff[reason, default: 0] += 1
    }
    switch verdict {
    case .message(let message, _) where outcome == .accepted:
      confirm(message.issuedAt, by: message.issuer, now)
      cards.add(message.announced, of: message.issuer)
    case .acknowledgement(let acknowledgement, _):
      confirm(acknowledgement.issuedAt, by: acknowledgement.issuer, now)
      cards.add(acknowledgement.announced, of: acknowledgement.issuer)
    default: break
    }
  }

  /// A message to oneself has the time of the very clock that is in doubt.
  private mutating func confirm(_ issuedAt: Int, by issuer: String, _ now: Int) {
    guard !issuer.isExactly(ownIssuer) else { return }
    if ClockVerdict.agrees(issuedAt, with: now) { isClockConfirmed = true }
  }
}
