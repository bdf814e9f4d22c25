internal import DurableFiles
internal import JOSE

/// Contacts and groups in a directory, a readable file each.
///
/// ```
/// PATH/contacts/bob.json    a name, and a JWK Set, signed or not
/// PATH/groups/team.json     the names of people and of other groups
/// ```
///
/// A person's keyring has one; a project may have another in `.valise`, shared by a team through
/// git.
public struct ContactBook: Sendable {
  /// Where it is.
  public var path: String { files.directory.path }
  /// Whether a team shares it.
  ///
  /// What is in it then is somebody else's word.
  public let isShared: Bool
  let files: JournaledDirectory
  private let index: KeyIndex

  init(_ files: JournaledDirectory, isShared: Bool, indexedIn cache: Directory, as name: String) {
    self.files = files
    self.isShared = isShared
    index = KeyIndex(in: cache, name: name, of: files.directory.appending("contacts"))
  }

  /// What may be in a book.
  enum Kind: String {
    case contacts, groups
    case identities

    func path(_ name: String) -> String { "\(rawValue)/\(name).json" }
  }

  // MARK: Contacts

  /// The names of all contacts, sorted.
  ///
  /// - Throws: ``ContactsError`` `inputOutput`.
  public func contactNames() throws(ContactsError) -> [String] { try files.names(.contacts) }

  /// All contacts, sorted by name, and why some of them cannot be read: one that a merge left damaged
  /// must not hide the others.
  ///
  /// - Throws: ``ContactsError`` `inputOutput`.
  public func contacts() throws(ContactsError) -> (
    readable: [Contact], errors: [ContactsError]
  ) {
    try files.consistently { () throws(ContactsError) in
      var (contacts, errors): ([Contact], [ContactsError]) = ([], [])
      for name in try files.names(.contacts) {
        do throws(ContactsError) {
          if let contact = try contact(name) { contacts.append(contact) }
        } catch { errors.append(error) }
      }
      return (contacts, errors)
    }
  }

  /// The contact called `name`; nil when there is none.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func contact(_ name: String) throws(ContactsError) -> Contact? {
    guard let text = try files.read(.contacts, name) else { return nil }
    return try naming(files.directory.file(Kind.contacts.path(name))) { () throws(ContactsError) in
      try Contact(parsing: text, name: name)
    }
  }

  /// The contact called `name`.
  ///
  /// - Throws: ``ContactsError`` `unknownName` when there is none.
  public func requiredContact(_ name: String) throws(ContactsError) -> Contact {
    guard let contact = try contact(name) else {
      throw ContactsError(.unknownName, "there is no contact called \(name)")
    }
    return contact
  }

  /// Who says that a key is theirs, by its `kid` or thumbprint.
  ///
  /// - Throws: ``ContactsError`` `inputOutput`.
  func claims(on keyIDs: [String]) throws(ContactsError) -> [String: [Claim]] {
    try files.recovered()
    var claims: [String: [Claim]] = [:]
    for (keyID, names) in try index.names(for: keyIDs) {
      // A name that anybody may write would otherwise cost a look at everybody who did.
      guard ThumbprintURI.isThumbprint(keyID) || names.count <= Self.fewNames else { continue }
      // An entry may be out of date; the contact itself tells.
      for name in names {
        if let claim = try claim(of: name, on: keyID) { claims[keyID, default: []].append(claim) }
      }
    }
    return claims
  }

  private func claim(of name: String, on keyID: String) throws(ContactsError) -> Claim? {
    do { return try contact(name)?.claim(on: keyID, isShared: isShared) } catch {
      guard error.isDamage else { throw error }
      // A project's word that cannot be read is none.
      return isShared ? nil : Claim(ofDamaged: name)
    }
  }

  /// Why contacts cannot be read that one of the keys may be of, by what was known of them, or for all
  /// that is known.
  ///
  /// - Throws: ``ContactsError`` `inputOutput`.
  func damage(hiding keyIDs: [String]) throws(ContactsError) -> [ContactsError] {
    let names = try index.names(for: keyIDs).values.joined() + index.unreadableNames()
    var damage: [ContactsError] = []
    for name in Set(names).sorted() {
      do { _ = try contact(name) } catch {
        guard error.isDamage else { throw error }
        damage.append(error)
      }
    }
    return damage
  }

  /// Sees to it that ``claims(on:)`` knows also of contacts that were written to where they lie.
  ///
  /// - Returns: whether it did not.
  /// - Throws: ``ContactsError`` `inputOutput`.
  func renewIndex() throws(ContactsError) -> Bool { try index.renew() }

  private static let fewNames = 8

  /// What happened to keys that were offered under a name.
  public enum Outcome: Sendable, Hashable {
    /// Nobody of that name was known: they are pinned now.
    case added
    /// They were known already.
    case unchanged
    /// Their owner signed that they take the place of the pinned ones.
    case updated
    /// They are the pinned ones, with another end, or taken back.
    case renewed
  }

  /// Adds `contact`, or brings the one of that name up to date.
  ///
  /// - Throws: ``ContactsError`` `untrusted` when the name is pinned to other keys and their owner
  ///   did not sign the new ones; `nameTaken` when it is the name of one's own identity. The contact
  ///   stays as it was.
  @discardableResult
  public func add(_ contact: Contact) throws(ContactsError) -> Outcome {
    let lock = try files.locked()
    guard let known = try self.contact(contact.name) else {
      try requireFree(contact.name)
      try replace([], with: [contact], holding: lock)
      return .added
    }
    let outcome: Outcome
    switch Pinning.verdict(on: contact.published, pinned: known.published) {
    case .same: return .unchanged
    case .renewed: outcome = .renewed
    case .newer: outcome = .updated
    case .refused(let refusal):
      throw try KeyConflict.error(
        .init(contact: known, isOwn: false), offered: contact.published, refusal)
    }
    try replace([known], with: [known.updated(to: contact.published)], holding: lock)
    return outcome
  }

  /// A name means one person: what is sealed for oneself must not be sealed for a contact.
  ///
  /// In a project, one's own name is one's own entry.
  private func requireFree(_ name: String) throws(ContactsError) {
    guard isShared || !files.directory.contains(Kind.identities.path(name)) else {
      throw ContactsError(.nameTaken, "\(name) is the name of an identity of your own")
    }
  }

  /// Records that the contact's fingerprint was compared.
  ///
  /// - Throws: ``ContactsError`` `unknownName`; `untrusted` when the contact has another
  ///   fingerprint by now.
  public func verify(
    _ name: String, _ verification: Contact.Verification
  ) throws(ContactsError) {
    let lock = try files.locked()
    let contact = try requiredContact(name)
    guard try contact.published.fingerprint().digits == verification.fingerprint else {
      throw ContactsError(.untrusted, "\(name) has other keys than those that were compared")
    }
    try replace([contact], with: [contact.verified(verification)], holding: lock)
  }

  /// What became of the groups that somebody is in.
  public struct GroupChanges: Sendable {
    /// The names of those that were changed.
    public var changed: [String] = []
    /// The names of those that are damaged, and stayed as they are.
    public var damaged: [String] = []
  }

  /// Renames a contact, in groups as well.
  ///
  /// - Throws: ``ContactsError`` `unknownName`, `nameTaken`, `invalidName`.
  @discardableResult
  public func rename(_ name: String, to newName: String) throws(ContactsError) -> GroupChanges {
    try Name.check(newName)
    let lock = try files.locked()
    let contact = try requiredContact(name)
    guard try self.contact(newName) == nil else {
      throw ContactsError(.nameTaken, "there is a contact called \(newName) already")
    }
    try requireFree(newName)
    var changes: [JournaledDirectory.Change] = []
    let groups = try putting(.person(newName), inPlaceOf: .person(name), &changes)
    try replace([contact], with: [contact.renamed(newName)], and: changes, holding: lock)
    return groups
  }

  /// Removes a contact, from groups as well.
  ///
  /// - Throws: ``ContactsError`` `unknownName`.
  @discardableResult
  public func removeContact(_ name: String) throws(ContactsError) -> GroupChanges {
    let lock = try files.locked()
    guard Name.isWellFormed(name), files.directory.contains(Kind.contacts.path(name)) else {
      throw ContactsError(.unknownName, "there is no contact called \(name)")
    }
    var changes: [JournaledDirectory.Change] = [.remove(Kind.contacts.path(name))]
    let groups = try putting(nil, inPlaceOf: .person(name), &changes)
    if let contact = try? contact(name) {
      try change(from: [contact], to: [], changes, holding: lock)
    } else {
      // A damaged contact can be removed too; the index is made anew when somebody asks.
      try reporting { () throws(FileError) in try files.apply(changes, holding: lock) }
    }
    return groups
  }

  private func replace(
    _ old: [Contact], with new: [Contact], and others: [JournaledDirectory.Change] = [],
    holding lock: FileLock
  ) throws(ContactsError) {
    let written = try new.map { (contact) throws(ContactsError) in
      try JournaledDirectory.Change.write(.contacts, contact.name, contact.json.readable)
    }
    let removed = old.filter { old in !new.contains { $0.name == old.name } }
      .map { JournaledDirectory.Change.remove(Kind.contacts.path($0.name)) }
    try change(from: old, to: new, written + others + removed, holding: lock)
  }

  private func change(
    from old: [Contact], to new: [Contact], _ changes: [JournaledDirectory.Change],
    holding lock: FileLock
  ) throws(ContactsError) {
    try reporting { () throws(FileError) in
      try index.updating(from: old, to: new) { () throws(FileError) in
        try files.apply(changes, holding: lock)
      }
    }
  }
}
