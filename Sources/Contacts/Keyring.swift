internal import DurableFiles
public import JOSE
internal import Primitives

/// A person's identities and contacts, a readable file each.
///
/// ```
/// HOME/identities/alice.json   public keys, and the private ones under a passphrase
/// HOME/default                 the name of the identity that `me` means
/// HOME/contacts/bob.json       a JWK Set with a name
/// ```
public struct Keyring: Sendable {
  private let home: Directory

  private static let fileLimit = 1 << 18

  /// The keyring at `path`, which need not exist yet.
  public init(path: String) { home = Directory(path: path) }

  /// Where it is.
  public var path: String { home.path }

  /// `$VALISE_HOME`, else `$XDG_DATA_HOME/valise`, else `$HOME/.local/share/valise`; nil when none
  /// of them is set.
  public static func standardPath(_ environment: (String) -> String?) -> String? {
    func value(_ name: String) -> String? {
      environment(name).flatMap { $0.isEmpty ? nil : $0 }
    }
    return value("VALISE_HOME") ?? value("XDG_DATA_HOME").map { "\($0)/valise" }
      ?? value("HOME").map { "\($0)/.local/share/valise" }
  }

  private var identityFiles: Directory { home.appending("identities") }
  private var contactFiles: Directory { home.appending("contacts") }

  // MARK: Identities

  /// All identities, sorted by name.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func identities() throws(ContactsError) -> [Identity] {
    var identities: [Identity] = []
    for name in try names(in: identityFiles) {
      if let identity = try identity(name) { identities.append(identity) }
    }
    return identities
  }

  /// The identity called `name`; nil when there is none.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func identity(_ name: String) throws(ContactsError) -> Identity? {
    guard (try? Name.check(name)) != nil, identityFiles.contains("\(name).json") else { return nil }
    let text: SecretBytes
    do {
      let file = try InputFile(path: identityFiles.file("\(name).json"))
      text = try SecretInput.readAll(descriptor: file.descriptorNumber, limit: Self.fileLimit)
    } catch let error as FileError {
      throw ContactsError(error)
    } catch {
      throw ContactsError(
        .inputOutput, "\(identityFiles.file("\(name).json")): \(error)", underlying: error)
    }
    return try Identity(parsing: text, name: name)
  }

  /// The identity that `me` means: the one that was made the default, else the only one.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func defaultIdentity() throws(ContactsError) -> Identity? {
    if home.contains("default") {
      let text = try reading { () throws(FileError) in try home.read("default", limit: 128) }
      let name = String(decoding: text.filter { $0 != 0x0A }, as: UTF8.self)
      if let identity = try identity(name) { return identity }
    }
    let names = try names(in: identityFiles)
    return names.count == 1 ? try identity(names[0]) : nil
  }

  /// Makes an identity of `keys`, under `passphrase` unless that is nil.
  ///
  /// The first one becomes the default.
  ///
  /// - Throws: ``ContactsError`` `nameTaken`, `invalidName`, `unusableKey`, `inputOutput`.
  @discardableResult
  public func addIdentity(
    _ name: String, keys: [PrivateJWK], passphrase: SecretBytes?
  ) throws(ContactsError) -> Identity {
    let identity = try Identity(name: name, keys: keys, passphrase: passphrase)
    let isFirst = try names(in: identityFiles).isEmpty
    try add("\(name).json", identity.serialized.withBytes { Array(copying: $0) }, to: identityFiles)
    if isFirst {
      try reading { () throws(FileError) in
        try home.write("default", Array("\(name)\n".utf8), existing: .replace)
      }
    }
    return identity
  }

  /// - Throws: ``ContactsError`` `nameTaken` or `invalidName` when no identity can be made by that
  ///   name; to ask before a passphrase is chosen.
  public func checkIdentityName(_ name: String) throws(ContactsError) {
    try Name.check(name)
    guard !identityFiles.contains("\(name).json") else {
      throw ContactsError(.nameTaken, "there is an identity called \(name) already")
    }
  }

  // MARK: Contacts

  /// All contacts, sorted by name.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func contacts() throws(ContactsError) -> [Contact] {
    var contacts: [Contact] = []
    for name in try names(in: contactFiles) {
      if let contact = try contact(name) { contacts.append(contact) }
    }
    return contacts
  }

  /// The contact called `name`; nil when there is none.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func contact(_ name: String) throws(ContactsError) -> Contact? {
    guard (try? Name.check(name)) != nil, contactFiles.contains("\(name).json") else { return nil }
    let text = try reading { () throws(FileError) in
      try contactFiles.read("\(name).json", limit: Self.fileLimit)
    }
    return try Contact(parsing: text, name: name)
  }

  /// Adds `contact`.
  ///
  /// - Throws: ``ContactsError`` `nameTaken` when there is one of that name, which stays as it was.
  public func add(_ contact: Contact) throws(ContactsError) {
    try add("\(contact.name).json", contact.json.readable, to: contactFiles)
  }

  /// Removes the contact called `name`.
  ///
  /// - Throws: ``ContactsError`` `unknownName`, `inputOutput`.
  public func removeContact(_ name: String) throws(ContactsError) {
    guard (try? Name.check(name)) != nil, contactFiles.contains("\(name).json") else {
      throw ContactsError(.unknownName, "there is no contact called \(name)")
    }
    try reading { () throws(FileError) in try contactFiles.remove("\(name).json") }
  }

  /// Whose keys are whose: from a thumbprint, and from a key's own `kid`, to a name.
  ///
  /// A thumbprint says which key it is; a `kid` only what somebody wrote, so it never takes the
  /// place of a thumbprint.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func owners() throws(ContactsError) -> [String: String] {
    var keys: [(name: String, key: PublicJWK)] = []
    for contact in try contacts() { keys += contact.keys.map { (contact.name, $0) } }
    for identity in try identities() { keys += identity.publicKeys.map { (identity.name, $0) } }
    var owners: [String: String] = [:]
    for (name, key) in keys {
      do { owners[try key.thumbprintText()] = name } catch {
        throw ContactsError(.internalFailure, error.reason, underlying: error)
      }
    }
    for (name, key) in keys {
      if let keyID = key.metadata.keyID, owners[keyID] == nil { owners[keyID] = name }
    }
    return owners
  }

  // MARK: Files

  private func names(in directory: Directory) throws(ContactsError) -> [String] {
    try reading { () throws(FileError) in try directory.names() }
      .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
      .filter { (try? Name.check($0)) != nil }
  }

  private func add(
    _ name: String, _ bytes: [UInt8], to directory: Directory
  ) throws(ContactsError) {
    do {
      try directory.create()
      try directory.write(name, bytes)
    } catch {
      guard error.code == .exists else { throw ContactsError(error) }
      throw ContactsError(
        .nameTaken, "\(name.dropLast(5)) is in the keyring already", underlying: error)
    }
  }

  private func reading<Result>(
    _ body: () throws(FileError) -> Result
  ) throws(ContactsError) -> Result {
    do { return try body() } catch { throw ContactsError(error) }
  }
}

extension ContactsError {
  init(_ error: FileError) {
    self.init(.inputOutput, "\(error.path): \(error.reason)", underlying: error)
  }
}
