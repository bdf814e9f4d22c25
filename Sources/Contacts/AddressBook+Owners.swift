public import JOSE

// Whose a key is.

extension AddressBook {
  /// The names of those whose the keys called `keyIDs` are, as far as that is sure enough to act on:
  /// by the key itself, and by nobody's word for it.
  ///
  /// A key that two people claim is nobody's.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func owners(of keyIDs: [String]) throws(ContactsError) -> [String: String] {
    try names(of: keyIDs, atLeast: .listed).compactMapValues(\.first)
  }

  /// The names to show for the keys called `keyIDs`, where nobody is known to be their owner also of
  /// those who only say so.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func names(for keyIDs: [String]) throws(ContactsError) -> [String: String] {
    try names(of: keyIDs, atLeast: .written).compactMapValues(\.first)
  }

  private func names(
    of keyIDs: [String], atLeast least: Claim.Strength
  ) throws(ContactsError) -> [String: [String]] {
    var names: [String: [String]] = [:]
    for (keyID, claims) in try claims(on: keyIDs) {
      names[keyID] = try Claim.names(among: claims, atLeast: least)
    }
    return names
  }

  /// All claims on the keys, one's own first, then those of one's contacts and the project's.
  private func claims(on keyIDs: [String]) throws(ContactsError) -> [String: [Claim]] {
    let claims = try indexedClaims(on: keyIDs)
    // Nearly all that is asked for is somebody's. Only before a key is nobody's is it worth the time to
    // look for contacts that an editor wrote to where they lie.
    let isCertain = { keyID in claims[keyID]?.allSatisfy { $0.published != nil } ?? false }
    guard !keyIDs.allSatisfy(isCertain) else { return claims }
    var isRenewed = false
    for book in books where try book.renewIndex() { isRenewed = true }
    return isRenewed ? try indexedClaims(on: keyIDs) : claims
  }

  /// Why contacts cannot be read to whom one of the keys called `keyIDs` may belong that is nobody's
  /// else.
  ///
  /// - Throws: ``ContactsError`` `inputOutput`.
  public func damage(hiding keyIDs: [String]) throws(ContactsError) -> [ContactsError] {
    var damage: [ContactsError] = []
    for book in books { damage += try book.damage(hiding: keyIDs) }
    return damage
  }

  private func indexedClaims(on keyIDs: [String]) throws(ContactsError) -> [String: [Claim]] {
    var claims: [String: [Claim]] = [:]
    for identity in try keyring.identities() {
      for keyID in keyIDs {
        if let claim = identity.claim(on: keyID) { claims[keyID, default: []].append(claim) }
      }
    }
    for book in [keyring.contacts, project].compactMap({ $0 }) {
      for (keyID, found) in try book.claims(on: keyIDs) {
        for claim in found where try !isContradicted(claim, from: book) {
          claims[keyID, default: []].append(claim)
        }
      }
    }
    return claims
  }

  /// Whether `book` says of somebody what the keys that are known of them do not bear out: that is
  /// worth nothing.
  private func isContradicted(
    _ claim: Claim, from book: ContactBook
  ) throws(ContactsError) -> Bool {
    guard let published = claim.published else { return false }
    let pin: Pin?
    do { pin = try self.pin(of: claim.name) } catch {
      guard error.isDamage, book.isShared else { throw error }
      return true
    }
    guard let pin, pin.isOwn || book.isShared else { return false }
    switch Pinning.verdict(on: published, pinned: pin.contact.published) {
    case .same, .renewed, .newer, .refused(.older): return false
    case .refused: return true
    }
  }

  /// The thumbprints of all encryption keys that are known to be somebody's, or to have been.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func keyIDs(of name: String) throws(ContactsError) -> Set<String> {
    var keyIDs: Set<String> = []
    let identity = try keyring.identity(name)
    keyIDs.formUnion(identity?.card.removedKeyIDs ?? [])
    for key in identity?.publicKeys ?? [] where key.canEncrypt {
      keyIDs.insert(try key.keyThumbprint())
    }
    for book in books { keyIDs.formUnion(try book.contact(name)?.encryptionKeyIDs() ?? []) }
    // A project may say of anybody that they had another's key.
    let owners = try names(of: Array(keyIDs), atLeast: .listed)
    return keyIDs.filter { keyID in
      let names = owners[keyID] ?? []
      return names.isEmpty || names.contains { $0.isExactly(name) }
    }
  }

  // MARK: Signers

  /// Somebody whose signature was seen.
  public struct Signer: Sendable {
    /// Their name.
    public let name: String
    /// The key that signs for them.
    public let key: PublicJWK
    /// How far the key is known to be theirs.
    public let standing: Standing
  }

  /// How far a signing key is known to be somebody's.
  public enum Standing: Sendable, Hashable {
    /// One's own.
    case own
    /// The fingerprint was compared.
    case verified
    /// It was pinned at first sight.
    case unverified
    /// Only the project says so, and may say otherwise tomorrow.
    case unpinned
    /// Its owner took it back: whoever has it now may be anybody.
    case revoked
  }

  /// Who signs with the key of this thumbprint; nil when nobody is known to.
  ///
  /// - Parameters:
  ///   - thumbprint: of the key.
  ///   - wanted: the name to give them if it is one of theirs; nil for any.
  /// - Returns: whoever it is, by one name.
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func signer(
    _ thumbprint: String, called wanted: String? = nil
  ) throws(ContactsError) -> Signer? {
    let names = try names(of: [thumbprint], atLeast: .listed)[thumbprint] ?? []
    guard let name = names.first(where: { $0 == wanted }) ?? names.first else { return nil }
    if let identity = try keyring.identity(name),
      let key = Self.verifying(identity.publicKeys, thumbprint)
    {
      return Signer(name: name, key: key, standing: key.standing(else: .own))
    }
    let pinned = try keyring.contacts.contact(name)
    if let pinned, let key = Self.verifying(pinned.keys, thumbprint) {
      if try isRevokedInProject(pinned) {
        return Signer(name: name, key: key, standing: .revoked)
      }
      let trust: Standing = try pinned.verified() == nil ? .unverified : .verified
      return Signer(name: name, key: key, standing: key.standing(else: trust))
    }
    // What a project says of somebody who is pinned by other keys is worth nothing.
    guard pinned == nil, try keyring.identity(name) == nil,
      let shared = try project?.contact(name), let key = Self.verifying(shared.keys, thumbprint)
    else { return nil }
    return Signer(name: name, key: key, standing: key.standing(else: .unpinned))
  }

  /// Whether the project has the word of somebody's pinned key that it is taken back; the pins hear of
  /// it when something is sealed for them next.
  private func isRevokedInProject(_ pinned: Contact) throws(ContactsError) -> Bool {
    guard let shared = try project?.contact(pinned.name), shared.isRevoked else { return false }
    return Pinning.verdict(on: shared.published, pinned: pinned.published) == .newer
  }

  private static func verifying(_ keys: [PublicJWK], _ thumbprint: String) -> PublicJWK? {
    keys.first { $0.canVerify && $0.hasThumbprint(thumbprint) }
  }
}

extension PublicJWK {
  fileprivate func standing(else other: AddressBook.Standing) -> AddressBook.Standing {
    metadata.revocation == nil ? other : .revoked
  }
}
