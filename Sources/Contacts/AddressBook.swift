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

  var books: [ContactBook] { [project, keyring.contacts].compactMap { $0 } }

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
    ///
    /// `cardName` is what their card calls them, if that is something else.
    case firstSight(Fingerprint, cardName: String?)
    /// Likewise, but the keyring could not be written, so that nothing is pinned.
    case notPinned(Fingerprint)
    /// Their owner signed new keys, which take the place of the pinned ones.
    case updated
    /// The project has an old card; the newer one that is known here was used.
    case projectIsBehind
    /// The project has a newer card of one's own identity, another device's work, which was used.
    case identityIsBehind
  }

  /// Keys that are known here under a name, which decide about all others that are offered.
  struct Pin {
    let contact: Contact
    /// Whether they are one's own.
    let isOwn: Bool

    /// - Throws: ``ContactsError`` `revoked` or `expired`.
    func encryptionKeys(at now: Int) throws(ContactsError) -> [PublicJWK] {
      try contact.encryptionKeys(at: now, isOwn: isOwn)
    }
  }

  /// What is known under `name` here: one's own identity, else one's own contact.
  func pin(of name: String) throws(ContactsError) -> Pin? {
    if let identity = try keyring.identity(name) {
      return Pin(
        contact: try Contact(name: name, published: .card(identity.card)), isOwn: true)
    }
    return try keyring.contacts.contact(name).map { Pin(contact: $0, isOwn: false) }
  }

  /// Sees to it that a contact that is put into the project is not another than the one who is known
  /// here by that name: whoever meets them in the project first would pin the wrong keys.
  ///
  /// - Throws: ``ContactsError`` `untrusted`.
  public func check(_ contact: Contact) throws(ContactsError) {
    guard let pin = try pin(of: contact.name) else { return }
    if case .refused(let refusal) = Pinning.verdict(
      on: contact.published, pinned: pin.contact.published)
    {
      throw try KeyConflict.error(pin, offered: contact.published, refusal)
    }
  }

  /// Whom `name` means; nil when nobody is called so.
  ///
  /// - Throws: ``ContactsError`` `untrusted` when the project has other keys than were pinned,
  ///   `expired`, `revoked`, `damaged`, `inputOutput`.
  public func person(_ name: String, at now: Int) throws(ContactsError) -> Person? {
    let pin = try pin(of: name)
    guard let shared = try project?.contact(name) else {
      return try pin.map { (pin) throws(ContactsError) in
        Person(name: name, keys: try pin.encryptionKeys(at: now), notice: nil)
      }
    }
    guard let pin else { return try firstSight(of: shared, at: now) }
    switch Pinning.verdict(on: shared.published, pinned: pin.contact.published) {
    case .same, .renewed:
      return Person(name: name, keys: try pin.encryptionKeys(at: now), notice: nil)
    case .refused(.older):
      return Person(
        name: name, keys: try pin.encryptionKeys(at: now),
        notice: pin.isOwn ? nil : .projectIsBehind)
    case .refused(let refusal):
      throw try KeyConflict.error(pin, offered: shared.published, refusal)
    case .newer:
      let keys = try shared.encryptionKeys(at: now, isOwn: pin.isOwn)
      // One's own was made by another device: it may hold that one's key, or take all of them back.
      guard !pin.isOwn else { return Person(name: name, keys: keys, notice: .identityIsBehind) }
      if !isReadOnly { try keyring.contacts.add(personal(shared, at: now)) }
      return Person(name: name, keys: keys, notice: .updated)
    }
  }

  private func firstSight(of shared: Contact, at now: Int) throws(ContactsError) -> Person {
    let keys = try shared.encryptionKeys(at: now)
    return Person(name: shared.name, keys: keys, notice: try pin(shared, at: now))
  }

  /// Pins what a project says of `name` when nobody of that name is known here.
  ///
  /// Whoever believes a signature once must notice when the next one is by another's key.
  ///
  /// - Returns: what there is to say of it; nil when there is nothing to pin.
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func pinIfNew(_ name: String, at now: Int) throws(ContactsError) -> Notice? {
    guard try pin(of: name) == nil, let shared = try project?.contact(name) else { return nil }
    return try pin(shared, at: now)
  }

  private func pin(_ shared: Contact, at now: Int) throws(ContactsError) -> Notice {
    let fingerprint = try shared.published.fingerprint()
    do {
      if !isReadOnly { try keyring.contacts.add(personal(shared, at: now)) }
      return .firstSight(fingerprint, cardName: shared.otherCardName)
    } catch {
      // A machine that has no place of its own to write to works in its project all the same.
      guard error.code == .inputOutput else { throw error }
      return .notPinned(fingerprint)
    }
  }

  private func personal(_ shared: Contact, at now: Int) throws(ContactsError) -> Contact {
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
    let pin = try pin(of: name)
    var contact = try project?.contact(name)
    if let pin, pin.isOwn, let shared = contact,
      Pinning.verdict(on: shared.published, pinned: pin.contact.published) != .newer
    {
      contact = nil
    }
    guard let contact = contact ?? pin?.contact else { return nil }
    return try contact.encryptionKeys(at: now, isOwn: pin?.isOwn ?? false)
      .map { (key) throws(ContactsError) in try key.keyThumbprint() }
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

  /// People in a group, as far as they can be told.
  public struct GroupReach: Sendable {
    /// Their names.
    public let people: [String]
    /// Why others may be missing.
    public let gaps: [String]
  }

  /// The people in a group and in the groups in it, passing over groups that are damaged, not there, or
  /// contain themselves.
  ///
  /// - Throws: ``ContactsError`` `inputOutput`.
  public func reach(ofGroup name: String) throws(ContactsError) -> GroupReach {
    var search = GroupSearch(isLenient: true, group)
    let people = try search.people(in: .group(name))
    return GroupReach(people: people, gaps: search.gaps.map(\.reason))
  }

  /// The names of those groups in the group called `name`, and itself, that one has oneself and the
  /// project has too, with other members: the project's count.
  ///
  /// - Throws: ``ContactsError`` `unknownName`, `cycle`.
  public func hiddenGroups(in name: String) throws(ContactsError) -> [String] {
    guard let project else { return [] }
    var search = GroupSearch(group)
    _ = try search.people(in: .group(name))
    var hidden: [String] = []
    for name in search.finished.sorted() {
      guard let own = try keyring.contacts.group(name), let shared = try project.group(name),
        own.members != shared.members
      else { continue }
      hidden.append(name)
    }
    return hidden
  }
}
