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

  /// The contact called `name`; nil when there is none.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func contact(_ name: String) throws(ContactsError) -> Contact? {
    guard let text = try files.read(.contacts, name) else { return nil }
    return try Contact(parsing: text, name: name)
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

  /// The names of the contacts that have a key of this `kid` or thumbprint.
  ///
  /// A thumbprint says which key it is; a `kid` only what somebody wrote.
  ///
  /// - Throws: ``ContactsError`` `inputOutput`.
  public func owners(of keyIDs: [String]) throws(ContactsError) -> [String: String] {
    try files.recovered()
    var owners: [String: String] = [:]
    for (keyID, names) in try index.names(for: keyIDs) {
      // An entry may be out of date; the contact itself tells.
      owners[keyID] = names.first { name in
        (try? contact(name))?.isOwner(of: keyID) ?? false
      }
    }
    return owners
  }

  /// What happened to keys that were offered under a name.
  public enum Outcome: Sendable, Hashable {
    /// Nobody of that name was known: they are pinned now.
    case added
    /// They were known already.
    case unchanged
    /// Their owner signed that they take the place of the pinned ones.
    case updated
  }

  /// Adds `contact`, or brings the one of that name up to date.
  ///
  /// - Throws: ``ContactsError`` `untrusted` when the name is pinned to other keys and their owner
  ///   did not sign the new ones; the contact stays as it was.
  @discardableResult
  public func add(_ contact: Contact) throws(ContactsError) -> Outcome {
    let lock = try files.locked()
    let known = try self.contact(contact.name)
    if let known {
      switch Pinning.verdict(on: contact.published, pinned: known.published) {
      case .same: return .unchanged
      case .refused(let refusal):
        throw try KeyConflict.error(known, offered: contact.published, refusal)
      case .newer: break
      }
    }
    let new = try known?.updated(to: contact.published) ?? contact
    try replace(known.map { [$0] } ?? [], with: [new], holding: lock)
    return known == nil ? .added : .updated
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

  /// Renames a contact, in groups as well.
  ///
  /// - Throws: ``ContactsError`` `unknownName`, `nameTaken`, `invalidName`.
  public func rename(_ name: String, to newName: String) throws(ContactsError) {
    try Name.check(newName)
    let lock = try files.locked()
    let contact = try requiredContact(name)
    guard try self.contact(newName) == nil else {
      throw ContactsError(.nameTaken, "there is a contact called \(newName) already")
    }
    var changes: [JournaledDirectory.Change] = []
    for group in try groups() where group.members.contains(.person(name)) {
      let members = group.members.map { $0 == .person(name) ? .person(newName) : $0 }
      changes.append(.write(try Group(name: group.name, members: members)))
    }
    try replace([contact], with: [contact.renamed(newName)], and: changes, holding: lock)
  }

  /// Removes a contact, from groups as well.
  ///
  /// - Throws: ``ContactsError`` `unknownName`.
  public func removeContact(_ name: String) throws(ContactsError) {
    let lock = try files.locked()
    guard Name.isWellFormed(name), files.directory.contains(Kind.contacts.path(name)) else {
      throw ContactsError(.unknownName, "there is no contact called \(name)")
    }
    var changes: [JournaledDirectory.Change] = [.remove(Kind.contacts.path(name))]
    for group in try groups() where group.members.contains(.person(name)) {
      let members = group.members.filter { $0 != .person(name) }
      changes.append(.write(try Group(name: group.name, members: members)))
    }
    // A damaged contact can be removed too.
    try change(from: (try? contact(name)).map { [$0] } ?? [], to: [], changes, holding: lock)
  }

  private func replace(
    _ old: [Contact], with new: [Contact], and others: [JournaledDirectory.Change] = [],
    holding lock: FileLock
  ) throws(ContactsError) {
    let written = new.map { contact in
      JournaledDirectory.Change.write(Kind.contacts.path(contact.name), contact.json.readable)
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

extension Contact {
  /// Whether the key called `keyID` is theirs, or was.
  func isOwner(of keyID: String) -> Bool {
    keys.contains { $0.isCalled(keyID) } || formerKeyIDs.contains { $0.isExactly(keyID) }
  }
}

extension Identity {
  /// Whether the key called `keyID` is its own, another device's, or was one's.
  func isOwner(of keyID: String) -> Bool {
    publicKeys.contains { $0.isCalled(keyID) }
      || card.removedKeyIDs.contains { $0.isExactly(keyID) }
  }
}

extension PublicJWK {
  /// Whether `keyID` is the key's thumbprint, or the name that it gives itself.
  func isCalled(_ keyID: String) -> Bool {
    [try? thumbprintText(), metadata.keyID].contains {
      $0.map { $0.isExactly(keyID) } ?? false
    }
  }
}

extension JournaledDirectory.Change {
  static func write(_ group: Group) -> Self {
    .write(ContactBook.Kind.groups.path(group.name), group.json.readable)
  }
}
