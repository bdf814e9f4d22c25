internal import DurableFiles
internal import JOSE

extension Identity {
  /// What a card that another device of the same person made means for this one.
  public enum CardUpdate: Sendable {
    /// This device knows all that it says.
    case unchanged
    /// It takes the place of the card here.
    case newer(Identity)
    /// Both devices changed the card without knowing of each other; ``UnlockedIdentity/merged(with:at:)``
    /// makes one of both.
    case diverged
  }

  /// Compares the identity's card with another device's.
  ///
  /// - Throws: ``ContactsError`` `untrusted` when the card is somebody else's, `revoked` when the
  ///   identity was taken back and the card does not know.
  public func update(to card: Card) throws(ContactsError) -> CardUpdate {
    guard card.signingKey.isSameKey(as: self.card.signingKey), card.name.isExactly(name) else {
      throw ContactsError(.untrusted, "the card is none of the identity \(name)")
    }
    if card.isRevocation {
      return self.card.isRevocation ? .unchanged : .newer(Identity(self, card: card))
    }
    try requireUnrevoked()
    let (own, other) = (self.card.content, card.content)
    let both = merged(with: card)
    if both.isCovered(by: own), card.serial <= self.card.serial { return .unchanged }
    if both.isCovered(by: other), card.serial > self.card.serial {
      return .newer(Identity(self, card: card))
    }
    return .diverged
  }

  /// What both cards say together.
  func merged(with card: Card) -> Card.Content {
    var (both, other) = (self.card.content, card.content)
    // A device that was alone did not note what it took off.
    other.keys.removeAll { $0.isAmong(retiredKeys) }
    both.merge(other)
    return both
  }

  func requireUnrevoked() throws(ContactsError) {
    guard let revocation = card.signingKey.metadata.revocation else { return }
    throw ContactsError(
      .revoked, "the identity \(name) was revoked on \(Platform.day(of: revocation.revokedAt))",
      underlying: EndedKeys(name: name, holder: .oneself))
  }
}

extension UnlockedIdentity {
  /// The identity with a card made of its own and of `card`, above both.
  ///
  /// - Throws: ``ContactsError`` `untrusted` when the card is somebody else's, `revoked`,
  ///   `unusableKey` when each of two devices took the other off.
  public func merged(with card: Card, at now: Int) throws(ContactsError) -> Identity {
    switch try identity.update(to: card) {
    case .unchanged: return identity
    case .newer(let newer): return newer
    case .diverged: break
    }
    var content = identity.merged(with: card)
    content.serial = max(content.serial, card.serial) + 1
    guard !content.encryptionKeys.isEmpty else {
      throw ContactsError(
        .unusableKey, "no device of \(identity.name) would be left: each took the other's key off")
    }
    let merged = try Card(content, signer: signingKey, at: now)
    return try UnlockedIdentity(merged, held).identity
  }
}
