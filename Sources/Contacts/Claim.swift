internal import JOSE

/// That a key is somebody's, and how far that is to be believed.
///
/// The one rule of whose a key is: the strongest claim counts, and where two people have claims of
/// the same strength the key is nobody's.
struct Claim: Sendable {
  enum Strength: Sendable, Comparable {
    /// Somebody wrote so: the name that a key gives itself, or a project's word for a former key.
    case written
    /// The key is on their card, or was on one that was pinned here.
    ///
    /// Anybody can put another's public key on a card of their own.
    case listed
    /// They have the private half: it is one's own key, or it signed their card.
    case proven
  }

  let name: String
  let strength: Strength
  /// What is published under the name; nil when it cannot be read.
  let published: PublishedKeys?

  private init(name: String, strength: Strength, published: PublishedKeys?) {
    self.name = name
    self.strength = strength
    self.published = published
  }

  fileprivate init(_ name: String, _ strength: Strength, _ published: PublishedKeys) {
    self.init(name: name, strength: strength, published: published)
  }

  /// That a key was somebody's whose file is damaged: it may be theirs still, and nobody else's.
  init(ofDamaged name: String) { self.init(name: name, strength: .proven, published: nil) }

  /// The names of the one person whose claim among `claims` counts; none when it is nobody's.
  ///
  /// - Parameters:
  ///   - claims: on the same key; the first one's name comes first.
  ///   - least: how strong it has to be.
  /// - Returns: several names when the same signing key speaks for all of them.
  /// - Throws: ``ContactsError`` `internalFailure`.
  static func names(
    among claims: [Claim], atLeast least: Strength
  ) throws(ContactsError) -> [String] {
    guard let strongest = claims.map(\.strength).max(), strongest >= least else { return [] }
    let best = claims.filter { $0.strength == strongest }
    let published = best.compactMap(\.published)
    guard published.count == best.count else { return [] }
    for index in best.indices.dropFirst() where !best[index].name.isExactly(best[0].name) {
      guard try published[index].fingerprint() == published[0].fingerprint() else { return [] }
    }
    return best.map(\.name)
  }
}

extension Contact {
  /// The claim of theirs on the key called `keyID`; nil when it is no key of theirs.
  ///
  /// `isShared` says that the contact is a project's: nobody signed what it says of former keys.
  func claim(on keyID: String, isShared: Bool) -> Claim? {
    let strength: Claim.Strength
    if let key = keys.first(where: { $0.hasThumbprint(keyID) }) {
      strength = published.card?.signingKey.isSameKey(as: key) == true ? .proven : .listed
    } else if formerKeyIDs.contains(where: { $0.isExactly(keyID) }) {
      strength = isShared ? .written : .listed
    } else if keys.contains(where: { $0.isLabelled(keyID) }) {
      strength = .written
    } else {
      return nil
    }
    return Claim(name, strength, published)
  }
}

extension Identity {
  /// The claim of one's own on the key called `keyID`: this device's, another one's, or a former
  /// one.
  func claim(on keyID: String) -> Claim? {
    let isOwn =
      publicKeys.contains { $0.hasThumbprint(keyID) }
      || card.removedKeyIDs.contains { $0.isExactly(keyID) }
    guard isOwn || publicKeys.contains(where: { $0.isLabelled(keyID) }) else { return nil }
    return Claim(name, isOwn ? .proven : .written, .card(card))
  }
}

extension PublicJWK {
  /// Whether the key calls itself `keyID`, which says nothing where `keyID` is the form of a
  /// thumbprint: a key of that thumbprint is what is meant.
  fileprivate func isLabelled(_ keyID: String) -> Bool {
    !ThumbprintURI.isThumbprint(keyID) && metadata.keyID?.isExactly(keyID) == true
  }
}
