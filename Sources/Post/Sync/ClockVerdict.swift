/// Whether this machine's time is fit to decide that something has expired.
///
/// A clock that is ten years ahead would have everything deleted that still waits.
public enum ClockVerdict: Sendable, Hashable {
  /// It goes on from where it was, and what others signed agreed with it.
  case trusted
  /// It goes on from where it was, and nobody else's time was seen yet.
  case unconfirmed
  /// It is behind the time of an earlier synchronization by more than a day.
  case wentBack
  /// It is ahead of the last synchronization by more than 30 days.
  ///
  /// Until somebody else's signed time agrees, or the caller says that it is right.
  case leapt

  static let tolerance = Day.secondCount
  static let longestPause = 30 * Day.secondCount

  init(now: Int, lastSteadyAt: Int?, lastConfirmedAt: Int?) {
    if let lastSteadyAt, now < lastSteadyAt - Self.tolerance {
      self = .wentBack
    } else if let lastSteadyAt, now > lastSteadyAt + Self.longestPause {
      self = .leapt
    } else {
      self = lastConfirmedAt == nil ? .unconfirmed : .trusted
    }
  }

  /// Whether it goes on from where it was.
  var isSteady: Bool { self == .trusted || self == .unconfirmed }

  /// Whether a time that somebody else signed agrees with `now`.
  static func agrees(_ issuedAt: Int, with now: Int) -> Bool {
    abs(now - issuedAt) <= tolerance
  }
}

/// Up to which expiry things may be taken to be over, for good.
///
/// A clock may be weeks ahead and still go on from where it was, day by day. So the time that counts
/// is the last one that somebody else signed.
struct AgeLimits {
  /// For everything; nil while the clock is in doubt, or nobody's time has agreed with it.
  let confirmed: Int?
  /// For what was posted.
  ///
  /// Nobody may ever answer, and then it goes all the same, late.
  let unconfirmed: Int?

  /// How much longer what was posted stays where nobody's time agrees.
  static let patience = 60 * Day.secondCount

  init(now: Int, clock: ClockVerdict, lastConfirmedAt: Int?) {
    let isTrusted = clock == .trusted
    confirmed = isTrusted ? lastConfirmedAt.map { min($0, now) - ClockVerdict.tolerance } : nil
    unconfirmed = clock.isSteady ? now - Self.patience : nil
  }

  func isOver(_ outgoing: Outgoing) -> Bool {
    outgoing.expiresAt <= confirmed ?? .min
      || outgoing.attemptCount > 0 && outgoing.expiresAt <= unconfirmed ?? .min
  }
}
