internal import DurableFiles
internal import JOSE
internal import Primitives

/// A person's identities and contacts, a readable file each.
///
/// ```
/// HOME/identities/alice.json   a card to hand out, and private keys under a passphrase
/// HOME/default                 the name of the identity that `me` means
/// HOME/contacts/bob.json       see ContactBook
/// HOME/groups/team.json
/// HOME/lock, HOME/cache/       who writes; what can be made again
/// ```
public struct Keyring: Sendable {
  /// The person's own contacts, and what was pinned of others.
  public let contacts: ContactBook
  let files: JournaledDirectory

  /// The keyring at `path`, which need not exist yet.
  public init(path: String) {
    let home = Directory(path: path)
    files = JournaledDirectory(home, guardedBy: home)
    contacts = ContactBook(
      files, isShared: false, indexedIn: home.appending("cache"), as: "contacts")
  }

  /// Where it is.
  public var path: String { files.directory.path }

  /// `$VALISE_HOME`, else `$XDG_DATA_HOME/valise`, else `$HOME/.local/share/valise`; nil when none
  /// of them is set.
  public static func standardPath(_ environment: (String) -> String?) -> String? {
    func value(_ name: String) -> String? {
      environment(name).flatMap { $0.isEmpty ? nil : $0 }
    }
    return value("VALISE_HOME") ?? value("XDG_DATA_HOME").map { "\($0)/valise" }
      ?? value("HOME").map { "\($0)/.local/share/valise" }
  }

  // MARK: Identities

  /// All identities, sorted by name.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func identities() throws(ContactsError) -> [Identity] {
    var identities: [Identity] = []
    for name in try files.names(.identities) {
      if let identity = try identity(name) { identities.append(identity) }
    }
    return identities
  }

  /// The identity called `name`; nil when there is none.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func identity(_ name: String) throws(ContactsError) -> Identity? {
    guard Name.isWellFormed(name) else { return nil }
    try files.recovered()
    let path = files.directory.file(ContactBook.Kind.identities.path(name))
    let text: SecretBytes
    do {
      let file = try InputFile(regularFile: path)
      text = try SecretInput.readAll(
        descriptor: file.descriptorNumber, limit: JournaledDirectory.fileLimit)
    } catch let error as FileError {
      guard error.code != .notFound else { return nil }
      throw ContactsError(error)
    } catch let error as PrimitiveError {
      throw ContactsError(.inputOutput, "\(path): \(error.reason)", underlying: error)
    } catch { throw ContactsError(.internalFailure, "\(path): \(error)", underlying: error) }
    return try naming(path) { () throws(ContactsError) in
      try Identity(parsing: text, name: name)
    }
  }

  /// The identity called `name`.
  ///
  /// - Throws: ``ContactsError`` `unknownName` when there is none.
  public func requiredIdentity(_ name: String) throws(ContactsError) -> Identity {
    guard let identity = try identity(name) else {
      throw ContactsError(.unknownName, "there is no identity called \(name)")
    }
    return identity
  }

  /// The identity that `me` means: the one that was made the default, else the only one.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func defaultIdentity() throws(ContactsError) -> Identity? {
    if files.directory.contains("default") {
      let text = try reporting { () throws(FileError) in
        try files.directory.read("default", limit: 128)
      }
      let name = String(decoding: text.filter { $0 != 0x0A }, as: UTF8.self)
      if let identity = try identity(name) { return identity }
    }
    let names = try files.names(.identities)
    return names.count == 1 ? try identity(names[0]) : nil
  }

  /// What others can do to an identity on this machine.
  public enum Exposure: Sendable, Hashable {
    /// They can read its private keys, which are under no passphrase.
    case readable(path: String)
    /// They can put another in its place, or other keys under the names of contacts.
    case writable(path: String)
  }

  /// What the permissions of the keyring's files let others do to `identity`; nil when they let them do
  /// nothing, as they are made.
  public func exposure(of identity: Identity) -> Exposure? {
    let file = files.directory.file(ContactBook.Kind.identities.path(identity.name))
    let kinds = [ContactBook.Kind.identities, .contacts, .groups]
    let directories = [files.directory] + kinds.map { files.directory.appending($0.rawValue) }
    for path in directories.map(\.path) + [file] where TrustedFile.openness(path).isWritable {
      return .writable(path: path)
    }
    // Where others may not pass, what a file allows does not matter.
    let isReached = directories.prefix(2).allSatisfy { TrustedFile.openness($0.path).isPassable }
    let isReadable = isReached && TrustedFile.openness(file).isReadable
    return isReadable && !identity.isEncrypted ? .readable(path: file) : nil
  }

  /// Makes the identity called `name` the one that `me` means.
  ///
  /// - Throws: ``ContactsError`` `unknownName`.
  public func setDefaultIdentity(_ name: String) throws(ContactsError) {
    let lock = try files.locked()
    let identity = try requiredIdentity(name)
    try apply([Self.makingDefault(identity.name)], holding: lock)
  }

  /// - Throws: ``ContactsError`` `nameTaken` or `invalidName` when no identity can be made by that
  ///   name; to ask before a passphrase is chosen.
  public func checkIdentityName(_ name: String) throws(ContactsError) {
    try Name.check(name)
    guard !files.directory.contains(ContactBook.Kind.identities.path(name)) else {
      throw ContactsError(.nameTaken, "there is an identity called \(name) already")
    }
    // What is sealed for oneself must not be sealed for a contact, nor the other way round.
    guard !files.directory.contains(ContactBook.Kind.contacts.path(name)) else {
      throw ContactsError(.nameTaken, "\(name) is the name of a contact")
    }
  }

  /// Adds `identity`; the first one becomes the default.
  ///
  /// - Throws: ``ContactsError`` `nameTaken`, `limitExceeded`, `inputOutput`.
  public func add(_ identity: Identity) throws(ContactsError) {
    let lock = try files.locked()
    try checkIdentityName(identity.name)
    let isFirst = try files.names(.identities).isEmpty
    try apply(
      [try Self.writing(identity)] + (isFirst ? [Self.makingDefault(identity.name)] : []),
      holding: lock
    )
  }

  /// Puts `new` in the place of `old`, which it was made of.
  ///
  /// - Throws: ``ContactsError`` `busy` when the identity has changed since `old` was read,
  ///   `limitExceeded` when it holds more keys than could be read again.
  public func replace(_ old: Identity, with new: Identity) throws(ContactsError) {
    let lock = try files.locked()
    precondition(new.name == old.name, "an identity keeps its name")
    try requireUnchanged(old)
    try apply([try Self.writing(new)], holding: lock)
  }

  /// Removes `identity` and its private keys for good.
  ///
  /// - Throws: ``ContactsError`` `unknownName`, `busy` when it has changed since it was read.
  public func remove(_ identity: Identity) throws(ContactsError) {
    let lock = try files.locked()
    try requireUnchanged(identity)
    var changes = [
      JournaledDirectory.Change.remove(ContactBook.Kind.identities.path(identity.name))
    ]
    if files.directory.contains("default"), try defaultIdentity()?.name == identity.name {
      changes.append(.remove("default"))
    }
    try apply(changes, holding: lock)
  }

  private func requireUnchanged(_ identity: Identity) throws(ContactsError) {
    guard try requiredIdentity(identity.name).serialized == identity.serialized else {
      throw ContactsError(.busy, "the identity \(identity.name) was changed by another process")
    }
  }

  private func apply(
    _ changes: [JournaledDirectory.Change], holding lock: FileLock
  ) throws(ContactsError) {
    try reporting { () throws(FileError) in try files.apply(changes, holding: lock) }
  }

  private static func writing(
    _ identity: Identity
  ) throws(ContactsError) -> JournaledDirectory.Change {
    try .write(
      .identities, identity.name, identity.serialized.withBytes { Array(copying: $0) })
  }

  private static func makingDefault(_ name: String) -> JournaledDirectory.Change {
    .write("default", Array("\(name)\n".utf8))
  }
}
