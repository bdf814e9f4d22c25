/// One thing that a synchronization did, told of when it is done.
///
/// `file` is the name of a message's marker, `20261121-<hash>`.
public enum SyncStep: Sendable, Hashable {
  /// A message was accepted, signed by the key of this thumbprint URI.
  case accepted(MessageID, issuer: String)
  /// A message came that had come before.
  case duplicate(file: String)
  /// Somebody said that so many of our deliveries arrived.
  case acknowledged(count: Int, issuer: String)
  /// A stranger's envelope went to quarantine.
  case quarantined(file: String)
  /// An envelope was refused.
  case refused(RefusalReason, file: String)
  /// Something announced was put off.
  case putOff(PendingReason, file: String)
  /// A part of an attachment arrived.
  case part(hash: String)
  /// An envelope of ours was posted.
  case posted(file: String, isAcknowledgement: Bool)
  /// An envelope of ours was taken out of the post.
  case removed(file: String)
}

extension Courier {
  func tell(_ outcome: ArrivalOutcome, _ verdict: OpeningVerdict?, _ marker: Marker) {
    switch (outcome, verdict) {
    case (.accepted, .message(let message, _)):
      // A name that cannot be made is no reason to stop: the message is in.
      if let name = try? message.name() { onStep(.accepted(name, issuer: message.issuer)) }
    case (.acknowledgement(let count), .acknowledgement(let acknowledgement, _)):
      onStep(.acknowledged(count: count, issuer: acknowledgement.issuer))
    case (.duplicate, _): onStep(.duplicate(file: marker.name))
    case (.quarantined, _): onStep(.quarantined(file: marker.name))
    case (.refused(let reason), _): onStep(.refused(reason, file: marker.name))
    case (.putOff(let reason), _): onStep(.putOff(reason, file: marker.name))
    case (.accepted, _), (.acknowledgement, _): break
    }
  }
}
