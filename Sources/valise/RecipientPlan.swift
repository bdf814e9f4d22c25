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
  let action: Action
  /// Those who join, for `extend`; all readers, for `reencrypt`.
  let recipients: [JWE.Recipient]
  /// The names of those who can open it until now and not any more.
  let leaving: [String]
  let byteCount: UInt64
}

/// Makes plans for a change of readers.
struct RecipientPlanner {
  /// What is to change.
  enum Change {
    case add([JWE.Recipient])
    /// The thumbprints of all keys of those who leave, and whose they are.
    case remove([String: String])
  }

  let change: Change
  let book: AddressBook
  /// Whether a signature is made, which covers the whole of a file.
  let signs: Bool
  /// Whether a signature may be lost.
  let allowsUnsigned: Bool
  let isQuiet: Bool

  /// - Throws: ``Failure`` when it cannot be done for this file.
  func plan(_ path: String, _ envelope: JWE.Envelope) throws -> RecipientPlan {
    let present = Set(envelope.recipients.compactMap(\.keyID))
    switch change {
    case .add(let all):
      let new = all.filter { $0.keyID.map { !present.contains($0) } ?? true }
      guard !new.isEmpty else { return plan(path, envelope, .unchanged) }
      if !signs, try canBeExtended(path, envelope, new) {
        return plan(path, envelope, .extend, new)
      }
      let rest = try readers(of: path, envelope) { _ in true }
      let missing = new.filter { new in !rest.contains { $0.keyID == new.keyID } }
      return try reencryption(path, envelope, rest + missing)
    case .remove(let owners):
      if envelope.recipients.contains(where: { $0.keyID == nil }) {
        Console.warning(
          "\(Text.shown(path)): has hidden readers; whether those who leave are among them cannot be "
            + "told")
      }
      let leaving = Set(present.compactMap { owners[$0] }).sorted()
      guard !leaving.isEmpty else { return plan(path, envelope, .unchanged) }
      let rest = try readers(of: path, envelope) { owners[$0] == nil }
      guard !rest.isEmpty else {
        throw Failure(.badData, "\(Text.shown(path)): nobody would be left who could open it")
      }
      return try reencryption(path, envelope, rest, leaving)
    }
  }

  private func canBeExtended(
    _ path: String, _ envelope: JWE.Envelope, _ new: [JWE.Recipient]
  ) throws -> Bool {
    do throws(JOSEError) {
      try envelope.requireRoom(for: new.count)
      return true
    } catch {
      guard error.code == .reencryptionNeeded else { throw Failure(error, naming: path) }
      return false
    }
  }

  private func reencryption(
    _ path: String, _ envelope: JWE.Envelope, _ recipients: [JWE.Recipient],
    _ leaving: [String] = []
  ) throws -> RecipientPlan {
    // What was signed was signed for others; whoever changes that speaks for themselves.
    guard !envelope.isSigned || signs || allowsUnsigned else {
      throw Failure(
        .usage, "\(Text.shown(path)): is signed for the readers that it has, and for nobody else",
        hint: "--sign signs it anew as yourself, --unsigned leaves it without a signature")
    }
    return plan(path, envelope, .reencrypt, recipients, leaving)
  }

  private func plan(
    _ path: String, _ envelope: JWE.Envelope, _ action: RecipientPlan.Action,
    _ recipients: [JWE.Recipient] = [], _ leaving: [String] = []
  ) -> RecipientPlan {
    RecipientPlan(
      path: path, action: action, recipients: recipients, leaving: leaving,
      byteCount: action == .unchanged ? 0 : envelope.ciphertextByteCount)
  }

  /// The keys, as they are now, of those readers whose `kid` is among the ones to keep.
  private func readers(
    of path: String, _ envelope: JWE.Envelope, where isKept: (String) -> Bool
  ) throws -> [JWE.Recipient] {
    var keyIDs: [String] = []
    for recipient in envelope.recipients {
      guard let keyID = recipient.keyID else {
        throw Failure(
          .badData, "\(Text.shown(path)): has hidden readers, who would be lost",
          hint: "decrypt it, and encrypt it again for those who are to read it")
      }
      if isKept(keyID) { keyIDs.append(keyID) }
    }
    let owners = try book.readers(keyIDs, of: path) { keyID in
      "valise contact add NAME FILE makes its owner known; valise recipients remove with --key "
        + "\(keyID) takes it out"
    }
    var names: [String] = []
    for case let name? in keyIDs.map({ owners[$0] }) where !names.contains(name) {
      names.append(name)
    }
    let recipients = try RecipientResolver.resolve(names, files: [], in: book, quiet: isQuiet)
    // Whoever may be meant by a file is told whom it is for by now.
    let present = Set(recipients.compactMap(\.keyID))
    for name in names where keyIDs.contains(where: { owners[$0] == name && !present.contains($0) })
    {
      Console.note(
        "\(Text.shown(path)): \(Text.shown(name)) has other keys than it is sealed for until now; "
          + "the new ones take their place", quiet: isQuiet)
    }
    return recipients
  }
}
