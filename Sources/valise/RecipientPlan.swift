internal import Contacts
internal import DurableFiles
internal import JOSE

/// What becomes of one sealed file when its readers change, found out before anything is changed.
struct RecipientPlan {
  enum Action: String {
    /// It has these readers already, or never had those.
    case unchanged
    /// The head is written anew, and the ciphertext copied as it stands.
    case extend
    /// All of it is sealed under a fresh key.
    case reencrypt
  }

  let path: String
  /// The file that the plan was made for.
  let version: FileVersion
  let action: Action
  /// Those who join, for `extend`; all readers, for `reencrypt`.
  let recipients: [JWE.Recipient]
  /// The names of those who can open it until now and not any more.
  let leaving: [String]
  /// The `kid` of each key that it is sealed for until now and not any more.
  let leavingKeyIDs: Set<String>
  /// Whether it says that it is signed.
  let wasSigned: Bool
  let byteCount: UInt64
}

/// Makes plans for a change of readers.
struct RecipientPlanner {
  /// What is to change.
  enum Change {
    /// Those who join, and whether it is left out who they are.
    case add([JWE.Recipient], hidden: Bool)
    case remove(LeavingKeys)
  }

  let change: Change
  let book: AddressBook
  /// A signature covers the whole of a file.
  let signing: SigningOptions
  /// Whether a signature may be lost.
  let allowsUnsigned: Bool
  let isQuiet: Bool

  /// - Throws: ``Failure`` when it cannot be done for this file.
  func plan(_ file: SealedFile) throws -> RecipientPlan {
    switch change {
    case .add(let all, let isHidden): try adding(all, hidden: isHidden, to: file)
    case .remove(let keys): try removing(keys, from: file)
    }
  }

  private func adding(
    _ all: [JWE.Recipient], hidden: Bool, to file: SealedFile
  ) throws -> RecipientPlan {
    let present = Set(file.envelope.recipients.compactMap(\.keyID))
    let new = try all.filter { recipient in
      if let keyID = recipient.keyID { return !present.contains(keyID) }
      do throws(JOSEError) {
        return try !file.envelope.isSealed(forSharedKeyOf: recipient)
      } catch { throw Failure(error, naming: file.path) }
    }
    guard !new.isEmpty else { return plan(file, .unchanged) }
    let joining = hidden ? new.map(\.hidden) : new
    guard try signing.areGiven || !canBeExtended(file, by: new.count) else {
      if file.envelope.recipients.contains(where: \.isHidden) {
        Console.warning(
          "\(Text.shown(file.path)): has hidden readers; whether those who join are among them "
            + "cannot be told")
      }
      return plan(file, .extend, joining)
    }
    let rest = try readers(of: file, without: [:])
    let missing = zip(new, joining).filter { new, _ in
      !rest.contains { $0.keyID != nil && $0.keyID == new.keyID }
    }
    return try reencryption(file, rest + missing.map(\.1))
  }

  private func removing(_ keys: LeavingKeys, from file: SealedFile) throws -> RecipientPlan {
    if file.envelope.recipients.contains(where: \.isHidden) {
      Console.warning(
        "\(Text.shown(file.path)): has hidden readers; whether those who leave are among them cannot "
          + "be told")
    }
    let present = Set(file.envelope.recipients.compactMap(\.keyID))
    let leaving = try keys.leaving(among: present, of: file.path)
    guard !leaving.isEmpty else { return plan(file, .unchanged) }
    // Whoever leaves must not come back by another key of theirs.
    let rest = try readers(of: file, without: keys.all.merging(leaving) { $1 })
    guard !rest.isEmpty else {
      throw Failure(.badData, "\(Text.shown(file.path)): nobody would be left who could open it")
    }
    let own = try book.keyring.identities().flatMap(\.heldKeys).map { try $0.thumbprintText() }
    if !present.isDisjoint(with: own), !rest.contains(where: { own.contains($0.keyID ?? "") }) {
      Console.warning(
        "\(Text.shown(file.path)): is sealed for none of your keys any more; you will not open it")
    }
    return try reencryption(file, rest, leaving)
  }

  private func canBeExtended(_ file: SealedFile, by count: Int) throws -> Bool {
    do throws(JOSEError) {
      try file.envelope.requireRoom(for: count)
      return true
    } catch {
      guard error.code == .reencryptionNeeded else { throw Failure(error, naming: file.path) }
      return false
    }
  }

  private func reencryption(
    _ file: SealedFile, _ recipients: [JWE.Recipient], _ leaving: [String: String] = [:]
  ) throws -> RecipientPlan {
    // What was signed was signed for others; whoever changes that speaks for themselves.
    guard !file.envelope.isSigned || signing.areGiven || allowsUnsigned else {
      throw Failure(
        .usage,
        "\(Text.shown(file.path)): is signed for the readers that it has, and for nobody else",
        hint: "--sign signs it anew as yourself, --unsigned leaves it without a signature")
    }
    try signing.check(recipients)
    return plan(file, .reencrypt, recipients, leaving)
  }

  private func plan(
    _ file: SealedFile, _ action: RecipientPlan.Action, _ recipients: [JWE.Recipient] = [],
    _ leaving: [String: String] = [:]
  ) -> RecipientPlan {
    RecipientPlan(
      path: file.path, version: file.version, action: action, recipients: recipients,
      leaving: Set(leaving.values).sorted(), leavingKeyIDs: Set(leaving.keys),
      wasSigned: file.envelope.isSigned, byteCount: file.byteCount)
  }

  /// The keys, as they are now, of those readers whose `kid` is not among `leaving`; and none that is.
  ///
  /// Somebody who stays by one key may still have another, which is to go, on their card.
  private func readers(
    of file: SealedFile, without leaving: [String: String]
  ) throws -> [JWE.Recipient] {
    var keyIDs: [String] = []
    for recipient in file.envelope.recipients {
      guard let keyID = recipient.keyID else { throw Self.unnamed(recipient, in: file.path) }
      if leaving[keyID] == nil { keyIDs.append(keyID) }
    }
    let owners = try book.readers(keyIDs, of: file.path) { keyID in
      "valise contact add NAME FILE makes its owner known; valise recipients remove with --key "
        + "\(keyID) takes it out"
    }
    var readers: [JWE.Recipient] = []
    var seen = Set(leaving.keys)
    var named: Set<String> = []
    for name in keyIDs.compactMap({ owners[$0] }) where named.insert(name).inserted {
      let keys = try RecipientResolver.resolve([name], files: [], in: book, quiet: isQuiet)
      guard keys.contains(where: { leaving[$0.keyID ?? ""] == nil }) else {
        throw Failure(
          .unknownName,
          "\(Text.shown(file.path)): \(Text.shown(name)) has no other key today that it could be "
            + "sealed for",
          hint: "-r \(Text.shown(name)) takes them out; or take their new card first")
      }
      // Whoever may be meant by a file is told whom it is for by now.
      let present = Set(keys.compactMap(\.keyID))
      if keyIDs.contains(where: { owners[$0] == name && !present.contains($0) }) {
        Console.note(
          "\(Text.shown(file.path)): \(Text.shown(name)) has other keys than it is sealed for until "
            + "now; the new ones take their place", quiet: isQuiet)
      }
      readers += keys.filter { $0.keyID.map { seen.insert($0).inserted } ?? true }
    }
    return readers
  }

  /// Why a reader whom nothing names keeps a file from being encrypted anew.
  private static func unnamed(_ recipient: JWE.RecipientDescription, in path: String) -> Failure {
    let why =
      recipient.means == .passphrase
      ? "is under a passphrase, beside which nobody stands"
      : recipient.isHidden
        ? "has hidden readers, who would be lost"
        : "is sealed for a shared key without kid, which would be lost"
    return Failure(
      .badData, "\(Text.shown(path)): \(why)",
      hint: "decrypt it, and encrypt it again for those who are to read it")
  }
}

extension JWE.RecipientDescription {
  /// Whether it is somebody with a key pair who is not named.
  fileprivate var isHidden: Bool {
    keyID == nil && means == .privateKey
  }
}
