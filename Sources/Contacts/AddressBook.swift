internal import DurableFiles
public import JOSE

/// Who a name means: looked for in the project's book first, then among a person's own.
///
/// What a project says about somebody is held against what was pinned here when the name was first
/// seen, so that a key that was swapped in the repository is noticed.
public struct AddressBook: Sendable {
  /// The person's own.
  public let keyring: Keyring
  /// The project's; nil outside of one.
  public let project: ContactBook?
  /// Whether nothing is pinned, so that looking a name up leaves no trace.
  public var isReadOnly = false

  /// - Parameters:
  ///   - keyring: the person's own.
  ///   - project: the project's book; nil outside of one.
  public init(keyring: Keyring, project: ContactBook?) {
    self.keyring = keyring
    self.project = project
  }

  private var books: [ContactBook] { [project, keyring.contacts].compactMap { $0 } }

  /// Somebody to encrypt for.
  public struct Person: Sendable {
    /// Their name.
    public let name: String
    /// The keys to encrypt to, at least one.
    public let keys: [PublicJWK]
    /// What was noticed on the way, for the person at the terminal to know.
    public let notice: Notice?
  }

  /// What was noticed about somebody whom a project knows.
  public enum Notice: Sendable, Hashable {
    /// Nobody of this name was known here: the keys are pinned now.
    case firstSight(Fingerprint)
    /// Likewise, but the keyring could not be written, so that nothing is pinned.
    case notPinned(Fingerprint)
    /// Their owner signed new keys, which take the place of the pinned ones.
    case updated
    /// The project has an old card; the newer one that is known here was used.
    case projectIsBehind
    /// The project has a newer card of one's own identity, another device's work, which was used.
    case identityIsBehind
  }

  /// Whom `name` means; nil when nobody is called so.
  ///
  /// - Throws: ``ContactsError`` `untrusted` when the project has other keys than were pinned,
  ///   `expired`, `revoked`, `damaged`, `inputOutput`.
  public func person(_ name: String, at now: Int) throws(ContactsError) -> Person? {
    let identity = try keyring.identity(name)
    if let shared = try project?.contact(name) {
      return try person(shared, identity, at: now)
    }
    if let contact = try keyring.contacts.contact(name) {
      return Person(name: name, keys: try contact.encryptionKeys(at: now), notice: nil)
    }
    return try identity.map { (identity) throws(ContactsError) in
      Person(name: name, keys: try identity.encryptionKeys(at: now), notice: nil)
    }
  }

  private func person(
    _ shared: Contact, _ identity: Identity?, at now: Int
  ) throws(ContactsError) -> Person {
    if let identity {
      let own = try Contact(name: identity.name, published: .card(identity.card))
      switch Pinning.verdict(on: shared.published, pinned: own.published) {
      case .same, .refused(.older): break
      case .refused(let refusal):
        throw try KeyConflict.error(own, offered: shared.published, refusal)
      case .newer:
        // Made by another device: it may hold that one's key, or take all of them back.
        return Person(
          name: own.name, keys: try shared.encryptionKeys(at: now), notice: .identityIsBehind)
      }
      return Person(name: own.name, keys: try own.encryptionKeys(at: now), notice: nil)
    }
    guard let pinned = try keyring.contacts.contact(shared.name) else {
      return try firstSight(of: shared, at: now)
    }
    switch Pinning.verdict(on: shared.published, pinned: pinned.published) {
    case .same:
      return Person(name: pinned.name, keys: try pinned.encryptionKeys(at: now), notice: nil)
    case .refused(.older):
      return Person(
        name: pinned.name, keys: try pinned.encryptionKeys(at: now), notice: .projectIsBehind)
    case .refused(let refusal):
      throw try KeyConflict.error(pinned, offered: shared.published, refusal)
    case .newer:
      if !isReadOnly { try keyring.contacts.add(pin(shared, at: now)) }
      return Person(name: shared.name, keys: try shared.encryptionKeys(at: now), notice: .updated)
    }
  }

  private func firstSight(of shared: Contact, at now: Int) throws(ContactsError) -> Person {
    let keys = try shared.encryptionKeys(at: now)
    let fingerprint = try shared.published.fingerprint()
    do {
      if !isReadOnly { try keyring.contacts.add(pin(shared, at: now)) }
      return Person(name: shared.name, keys: keys, notice: .firstSight(fingerprint))
    } catch {
      // A machine that has no place of its own to write to can seal for its project all the same.
      guard error.code == .inputOutput else { throw error }
      return Person(name: shared.name, keys: keys, notice: .notPinned(fingerprint))
    }
  }

  private func pin(_ shared: Contact, at now: Int) throws(ContactsError) -> Contact {
    try Contact(
      name: shared.name, published: shared.published, source: "a project",
      addedOn: Platform.day(of: now))
  }

  /// The thumbprints of the keys that are `name`'s at `now`; nil when nobody is called so.
  ///
  /// For what only compares: nothing is held against the pins, and nothing is pinned.
  ///
  /// - Throws: ``ContactsError`` `expired`, `revoked`, `damaged`, `inputOutput`.
  public func currentKeyIDs(of name: String, at now: Int) throws(ContactsError) -> [String]? {
    let keys: [PublicJWK]
    var contact = try project?.contact(name)
    if let identity = try keyring.identity(name) {
      let newer = contact.flatMap { contact in
        Pinning.verdict(on: contact.published, pinned: .card(identity.card)) == .newer
          ? contact : nil
      }
      keys = try (newer?.keys ?? identity.card.keys).usable(at: now, by: name)
    } else {
      if contact == nil { contact = try keyring.contacts.contact(name) }
      guard let contact else { return nil }
      keys = try contact.encryptionKeys(at: now)
    }
    do throws(JOSEError) {
      return try keys.map { (key) throws(JOSEError) in try key.thumbprintText() }
    } catch { throw ContactsError(.internalFailure, error.reason, underlying: error) }
  }

  // MARK: Groups

  /// The group called `name`, without its `@`; nil when there is none.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func group(_ name: String) throws(ContactsError) -> Group? {
    for book in books {
      if let group = try book.group(name) { return group }
    }
    return nil
  }

  /// The names of all people in a group and in the groups in it, each once.
  ///
  /// - Throws: ``ContactsError`` `unknownName`, `cycle`.
  public func names(inGroup name: String) throws(ContactsError) -> [String] {
    var search = GroupSearch(group)
    return try search.people(in: .group(name))
  }

  // MARK: Whose a key is

  /// The thumbprints of all encryption keys that are known to be somebody's, or to have been.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func keyIDs(of name: String) throws(ContactsError) -> Set<String> {
    var keyIDs: Set<String> = []
    let identity = try keyring.identity(name)
    keyIDs.formUnion(identity?.card.removedKeyIDs ?? [])
    for key in identity?.publicKeys ?? [] where key.canEncrypt {
      do { keyIDs.insert(try key.thumbprintText()) } catch {
        throw ContactsError(.internalFailure, error.reason, underlying: error)
      }
    }
    for book in books { keyIDs.formUnion(try book.contact(name)?.encryptionKeyIDs() ?? []) }
    return keyIDs
  }

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
    /// It was pinned at first sight, or only a project says so.
    case unverified
    /// Its owner took it back: whoever has it now may be anybody.
    case revoked
  }

  /// Who signs with the key of this thumbprint.
  ///
  /// - Parameters:
  ///   - thumbprint: of the key.
  ///   - wanted: the name to give them if it is one of theirs; nil for any.
  /// - Returns: nil when nobody is known to.
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func signer(
    _ thumbprint: String, called wanted: String? = nil
  ) throws(ContactsError) -> Signer? {
    if let wanted, let signer = try signer(thumbprint, of: wanted) { return signer }
    guard let name = try owners(of: [thumbprint])[thumbprint] else { return nil }
    return try signer(thumbprint, of: name)
  }

  private func signer(
    _ thumbprint: String, of name: String
  ) throws(ContactsError) -> Signer? {
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
    return Signer(name: name, key: key, standing: key.standing(else: .unverified))
  }

  /// Whether the project has the word of somebody's pinned key that it is taken back; the pins hear of
  /// it when something is sealed for them next.
  private func isRevokedInProject(_ pinned: Contact) throws(ContactsError) -> Bool {
    guard let shared = try project?.contact(pinned.name), shared.isRevoked else { return false }
    return Pinning.verdict(on: shared.published, pinned: pinned.published) == .newer
  }

  private static func verifying(_ keys: [PublicJWK], _ thumbprint: String) -> PublicJWK? {
    keys.first { $0.canVerify && (try? $0.thumbprintText())?.isExactly(thumbprint) == true }
  }

  /// The names of those who hold the keys called `keyIDs`, as far as they are known.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func owners(of keyIDs: [String]) throws(ContactsError) -> [String: String] {
    var owners: [String: String] = [:]
    for identity in try keyring.identities() {
      for keyID in keyIDs where owners[keyID] == nil {
        if identity.isOwner(of: keyID) { owners[keyID] = identity.name }
      }
    }
    for book in [keyring.contacts, project].compactMap({ $0 }) {
      let unknown = keyIDs.filter { owners[$0] == nil }
      guard !unknown.isEmpty else { break }
      owners.merge(try book.owners(of: unknown)) { known, _ in known }
    }
    return owners
  }
}

extension PublicJWK {
  fileprivate func standing(else other: AddressBook.Standing) -> AddressBook.Standing {
    metadata.revocation == nil ? other : .revoked
  }
}

/// Two sets of keys under one name, of which one was pinned.
public struct KeyConflict: Error, Sendable {
  /// The name.
  public let name: String
  /// Of the keys that were pinned.
  public let pinned: Fingerprint
  /// Of the keys that were offered, and refused.
  public let offered: Fingerprint

  static func error(
    _ pinned: Contact, offered: PublishedKeys, _ refusal: Pinning.Refusal
  ) throws(ContactsError) -> ContactsError {
    ContactsError(
      .untrusted, "\(pinned.name) is known here by other keys: \(refusal.reason)",
      underlying: KeyConflict(
        name: pinned.name, pinned: try pinned.published.fingerprint(),
        offered: try offered.fingerprint()))
  }
}
