internal import Contacts
internal import JOSE

/// Which keys to try on what is sealed, and what to say when none opens it.
struct KeyChoice {
  private let recipients: [JWE.RecipientDescription]
  private let name: String
  /// The keys to try.
  let keys: [JWE.DecryptionKey]
  /// Identities under a passphrase, to be asked for when none of the keys opens it.
  private let locked: [Identity]
  private let own: OwnKeys
  /// Whether a recipient names one of the keys; if so, a failure is damage and not a wrong key.
  private let isNamed: Bool
  private let holder: String
  private let book: AddressBook
  /// What another device of one's own runs to let this one open it too.
  private let extending: (_ name: String) -> String

  /// The keys for `envelope`, which is called `name`.
  init(for envelope: JWE.Envelope, name: String, keys own: OwnKeys) throws {
    // Without a commitment, only the content shows that a key is the wrong one.
    try self.init(
      for: envelope.recipients, name: name, keys: own, showsWrongKey: envelope.hasCommitment)
  }

  /// `recipients` are those that something called `name` is sealed for; `showsWrongKey` says that
  /// unlocking it tells whether a key is right; `extending` is what lets another key open it.
  init(
    for recipients: [JWE.RecipientDescription], name: String, keys own: OwnKeys,
    showsWrongKey: Bool = false,
    extending: @escaping (_ name: String) -> String = { "valise recipients add -r \($0) FILE" }
  ) throws {
    self.own = own
    self.extending = extending
    var locked: [Identity] = []
    self.recipients = recipients
    self.name = name
    book = own.book
    let named = Set(recipients.compactMap(\.keyID).map { Array($0.utf8) })
    if !own.keyFiles.isEmpty {
      let jwks = try own.inFiles()
      keys = jwks.compactMap(Self.decryptionKey)
      isNamed = jwks.contains { Self.names($0.publicKey, $0.metadata.keyID, in: named) }
      holder = own.keyFiles.map(Text.shown).joined(separator: ", ")
      guard !keys.isEmpty else {
        throw Failure(
          .badData, "\(holder): holds public keys only",
          hint: "--identity takes a file with private keys")
      }
    } else if recipients.contains(where: { $0.means == .passphrase }) {
      keys = [.passphrase(try own.passphrase(for: name))]
      isNamed = false
      holder = "a passphrase"
    } else {
      let identities = try book.keyring.identities()
      let candidates = Self.candidates(identities, recipients, named)
      holder = identities.map(\.name).joined(separator: ", ")
      isNamed = candidates.contains { Self.isNamed($0, in: named) }
      let ready = candidates.filter { !$0.isEncrypted }
      let isTrial = showsWrongKey && !isNamed && !ready.isEmpty
      if isTrial { locked = candidates.filter(\.isEncrypted) }
      keys = try Self.unlock(isTrial ? ready : candidates, untilFirst: isNamed, own)
    }
    self.locked = locked
  }

  /// - Throws: ``Failure`` saying for whom it is sealed.
  func unlock(_ envelope: JWE.Envelope) throws -> JWE.UnlockedEnvelope {
    do throws(JOSEError) { return try envelope.unlock(with: keys) } catch {
      guard error.code == .noMatchingKey || error.code == .decryptionFailed, !locked.isEmpty
      else { throw failure(error) }
    }
    let more = try Self.unlock(locked, untilFirst: false, own)
    do throws(JOSEError) { return try envelope.unlock(with: more) } catch { throw failure(error) }
  }

  /// What to say of `error`, which this envelope and these keys led to.
  func failure(_ error: JOSEError) -> Failure {
    switch error.code {
    case .noMatchingKey: return nobodyOpensIt
    case .decryptionFailed where isNamed:
      return Failure(
        .badData, "\(Text.shown(name)): is damaged, or was tampered with; nothing of it was written"
      )
    case .decryptionFailed where holder == "a passphrase":
      return Failure(
        .noKey, "\(Text.shown(name)): the passphrase does not open it, or it is damaged")
    case .decryptionFailed: return nobodyOpensIt
    default: return Failure(error, naming: name)
    }
  }

  private var nobodyOpensIt: Failure {
    let first = recipients.prefix(10)
    let owners = (try? book.names(for: first.compactMap(\.keyID))) ?? [:]
    let readers = first.map { RecipientName($0, owners).description }
    let more = recipients.count - readers.count
    let list = readers.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    return Failure(
      .noKey,
      "\(Text.shown(name)): sealed for \(list); you hold \(holder.isEmpty ? "no key" : holder)",
      hint: holder.isEmpty
        ? "valise key import FILE adds a key, --identity FILE uses one without" : ownWay(owners))
  }

  /// What to do about a file that is sealed for oneself all the same; nil when it is not.
  private func ownWay(_ owners: [String: String]) -> String? {
    let identities = (try? book.keyring.identities()) ?? []
    guard let own = identities.first(where: { owners.values.contains($0.name) }) else { return nil }
    let named = Set(recipients.compactMap(\.keyID).map { Array($0.utf8) })
    // Files with keys that are named are tried alone.
    if !self.own.keyFiles.isEmpty, identities.contains(where: { Self.isNamed($0, in: named) }) {
      return "your keyring opens it: leave --identity out"
    }
    return "another device of \(own.name) opens it, and adds this one's key: "
      + extending(own.name)
  }

  // MARK: Which identities

  /// Those that the envelope names; if there are none, those that a recipient may mean without
  /// naming them.
  ///
  /// A thumbprint that is nobody's here means somebody else. One that is another device's does not
  /// open here; its identity is unlocked all the same, which shows that the card is its own.
  private static func candidates(
    _ identities: [Identity], _ recipients: [JWE.RecipientDescription], _ named: Set<[UInt8]>
  ) -> [Identity] {
    let meant = identities.filter { isNamed($0, in: named) }
    // No passphrase is asked for while a key that needs none will do.
    let ready = meant.filter { !$0.isEncrypted }
    guard meant.isEmpty else { return ready.isEmpty ? meant : ready }
    let isOpenToTrial = recipients.contains { $0.keyID.map { $0.utf8.count != 43 } ?? true }
    return isOpenToTrial
      ? identities : identities.filter { isNamed($0.publicKeys, in: named) }
  }

  /// The private keys of `identities`, or of the first that opens.
  ///
  /// One that a passphrase does not open is passed over while another does.
  private static func unlock(
    _ identities: [Identity], untilFirst: Bool, _ own: OwnKeys
  ) throws -> [JWE.DecryptionKey] {
    var keys: [JWE.DecryptionKey] = []
    var failure: ContactsError?
    for identity in identities where keys.isEmpty || !untilFirst {
      do {
        keys += try own.unlock(identity).decryptionKeys.map { .privateKey($0) }
      } catch let error as ContactsError where error.code == .wrongPassphrase { failure = error }
    }
    if keys.isEmpty, let failure { throw failure }
    return keys
  }

  private static func isNamed(_ identity: Identity, in named: Set<[UInt8]>) -> Bool {
    isNamed(identity.heldKeys, in: named)
  }

  private static func isNamed(_ keys: [PublicJWK], in named: Set<[UInt8]>) -> Bool {
    keys.contains { names($0, $0.metadata.keyID, in: named) }
  }

  private static func names(
    _ key: PublicJWK?, _ keyID: String?, in named: Set<[UInt8]>
  ) -> Bool {
    let thumbprint = key.flatMap { try? $0.thumbprintText() }
    return [thumbprint, keyID].contains { $0.map { named.contains(Array($0.utf8)) } ?? false }
  }

  private static func decryptionKey(_ key: JWK) -> JWE.DecryptionKey? {
    switch key {
    case .publicKey: nil
    case .privateKey(let key): .privateKey(key)
    case .symmetric(let key): .symmetric(key)
    }
  }
}

/// A recipient as people know them.
struct RecipientName: CustomStringConvertible {
  let name: String?
  /// The type of the key, by words that a stranger may have chosen.
  let kind: String
  let keyID: String?
  private let means: JWE.RecipientDescription.Means

  init(_ recipient: JWE.RecipientDescription, _ owners: [String: String]) {
    keyID = recipient.keyID
    means = recipient.means
    name = recipient.keyID.flatMap { owners[$0] }
    kind =
      recipient.curve
      ?? (recipient.algorithmName?.hasPrefix("RSA") == true
        ? "RSA-\(recipient.encryptedKeyByteCount * 8)" : recipient.algorithmName ?? "unknown")
  }

  var description: String {
    let who = name.map(Text.shown) ?? keyID.map { "the unknown key \(Text.short($0))" }
    return "\(who ?? nameless) (\(Text.word(kind)))"
  }

  /// Who it is in a word.
  var word: String {
    if let name { return Text.shown(name) }
    guard keyID == nil else { return "unknown" }
    switch means {
    case .passphrase: return "passphrase"
    case .sharedKey: return "shared key"
    case .privateKey: return "hidden"
    }
  }

  private var nameless: String {
    switch means {
    case .passphrase: "a passphrase"
    case .sharedKey: "a shared key"
    case .privateKey: "a hidden recipient"
    }
  }
}
