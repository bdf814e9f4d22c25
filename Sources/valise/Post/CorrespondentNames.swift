internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post
internal import Synchronization

/// Who is who in a post: the keyring's people under the names that messages have for them.
final class CorrespondentNames: Correspondents {
  private let book: AddressBook
  private let now = Platform.now()
  /// Who signs with a key, as it was looked up; a batch of messages is mostly from a few people.
  private let known = Mutex<[String: Correspondent?]>([:])

  private static let maximumKnownCount = 10_000

  init(_ book: AddressBook) { self.book = book }

  /// Somebody whom a name on the command line means.
  static func correspondent(_ person: People.Meant) -> Correspondent {
    Correspondent(encryptionKeys: person.keys, signingKeys: [])
  }

  func correspondent(signingAs issuer: String) throws -> Correspondent? {
    if let found = known.withLock({ $0[issuer] }) { return found }
    let found = try lookUp(issuer)
    known.withLock { known in
      // Strangers by the thousand must not fill the memory.
      if known.count >= Self.maximumKnownCount { known.removeAll() }
      known[issuer] = .some(found)
    }
    return found
  }

  private func lookUp(_ issuer: String) throws -> Correspondent? {
    // Whoever signs with a key that was taken back may be anybody.
    guard let signer = try signer(issuer), signer.standing != .revoked else { return nil }
    let keys = try encryptionKeys(of: signer.name)
    var correspondent = Correspondent(encryptionKeys: keys, signingKeys: [signer.key])
    correspondent.cardSerial = try book.keyring.contacts.contact(signer.name)?.published.card?
      .serial
    correspondent.formerEncryptionKeys = try book.keyIDs(of: signer.name).map(ThumbprintURI.of)
    return correspondent
  }

  /// What is acknowledged goes to the keys that hold; where none does, nobody is told.
  private func encryptionKeys(of name: String) throws -> [PublicJWK] {
    do throws(ContactsError) {
      let person = try book.person(name, at: now)
      return person?.keys ?? []
    } catch {
      guard error.code == .expired || error.code == .revoked else { throw error }
      return []
    }
  }

  /// Whoever signs with a key, and how far that is known, in words.
  func sender(_ issuer: String) throws -> String {
    try signer(issuer)?.words ?? "the unknown key \(ThumbprintURI.short(issuer))"
  }

  /// Whoever signs with the key of this thumbprint URI; nil for a stranger.
  func signer(_ issuer: String) throws -> AddressBook.Signer? { try book.signer(named: issuer) }

  /// Whom the keys of these thumbprint URIs belong to, each once; a stranger by their key.
  func owners(of keys: [String]) throws -> [String] {
    let keyIDs = keys.map { ThumbprintURI.thumbprint(in: $0) ?? $0 }
    let owners = try book.names(for: keyIDs)
    var seen: Set<String> = []
    return keyIDs.map { owners[$0] ?? Self.unknownKey($0) }
      .filter { seen.insert($0).inserted }
  }

  /// Those whom the keys of these thumbprint URIs belong to: names, and keys that are nobody's.
  func readers(_ keys: [String]) throws -> (known: [String], unknown: [String]) {
    let keyIDs = keys.map { ThumbprintURI.thumbprint(in: $0) ?? $0 }
    let owners = try book.owners(of: keyIDs)
    let unknown = keyIDs.filter { owners[$0] == nil }.map(Self.unknownKey)
    return (Array(Set(owners.values)).sorted(), unknown)
  }

  private static func unknownKey(_ keyID: String) -> String {
    "the unknown key \(Text.short(keyID))"
  }

  /// The thumbprint URIs of the keys that `name` signs with.
  func issuers(of name: String) throws -> [String] {
    let keys: [PublicJWK]
    if let identity = try book.keyring.identity(name) {
      keys = identity.publicKeys
    } else if let contact = try book.keyring.contacts.contact(name) ?? book.project?.contact(name) {
      keys = contact.keys
    } else {
      throw Failure(
        .unknownName, "there is no contact called \(Text.shown(name))",
        hint: "valise contact list shows all")
    }
    return try keys.filter(\.canVerify).map { try $0.thumbprintURI() }
  }
}
