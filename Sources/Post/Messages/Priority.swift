/// Whether a message goes out before the others or after them.
public enum Priority: String, Sendable, Hashable, CaseIterable {
  case high
  case normal
  case low

  /// Its place in the mailbox: what is larger goes first.
  var rank: Int {
    switch self {
    case .high: 1
    case .normal: 0
    case .low: -1
    }
  }
}
