/// Two sets of keys under one name, of which one was pinned.
public struct KeyConflict: Error, Sendable {
  /// Why those that were offered are refused.
  public enum Reason: Sendable, Hashable {
    /// They are other keys, and the pinned one did not sign them.
    case otherKeys
    /// They are their owner's, from before those that are pinned.
    case older
    /// The key that signed them was taken back by its owner.
    case takenBack
  }

  /// The name.
  public let name: String
  /// Whether the name is one's own identity's.
  public let isOwn: Bool
  /// Why the offered keys are refused.
  public let reason: Reason
  /// Of the keys that were pinned.
  public let pinned: Fingerprint
  /// Of the keys that were offered, and refused.
  public let offered: Fingerprint

  static func error(
    _ pin: AddressBook.Pin, offered: PublishedKeys, _ refusal: Pinning.Refusal
  ) throws(ContactsError) -> ContactsError {
    let name = pin.contact.name
    let reason: Reason =
      switch refusal {
      case .unsigned, .otherSigner: .otherKeys
      case .older: .older
      case .revoked: .takenBack
      }
    return ContactsError(
      .untrusted, "\(name) is known here by other keys: \(refusal.reason)",
      underlying: KeyConflict(
        name: name, isOwn: pin.isOwn, reason: reason,
        pinned: try pin.contact.published.fingerprint(), offered: try offered.fingerprint()))
  }
}

/// Keys of somebody that ended, or were taken back, with none left in their place.
public struct EndedKeys: Error, Sendable {
  /// What can be put in their place, and by whom.
  public enum Holder: Sendable, Hashable {
    /// They are one's own.
    case oneself
    /// Their owner's next card.
    case signer
    /// Nothing but what is added anew: they came without a card.
    case nobody
  }

  /// Whose they are.
  public let name: String
  /// Whose word takes their place.
  public let holder: Holder
}
