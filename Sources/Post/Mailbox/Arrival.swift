/// An envelope that was found announced in a box, whole and opened.
struct Arrival {
  let marker: Marker
  let envelope: [UInt8]
  let verdict: OpeningVerdict

  /// When it was written, and as which of its sender's to the same readers.
  var order: (Int, Int) {
    guard case .message(let message, _) = verdict else { return (0, 0) }
    return (message.issuedAt, message.sequence)
  }
}

/// What became of an arrival; its marker is deleted but for what is put off.
enum ArrivalOutcome: Equatable {
  case accepted
  /// It was accepted before.
  case duplicate
  /// It said that so many of our deliveries arrived.
  case acknowledgement(count: Int)
  case quarantined
  case refused(RefusalReason)
  case putOff(PendingReason)
}

/// Why something announced in a box is not taken in yet.
public enum PendingReason: String, Sendable, CaseIterable {
  /// The message is not there.
  case missing
  /// The message is not whole.
  case arriving
  /// It is from the future, or has expired by a clock that is in doubt.
  case clock
  /// The quarantine is full.
  case quarantineFull
  /// It cannot be read.
  case unreadable
  /// It was taken in, and its marker cannot be deleted.
  case undeletable
}
