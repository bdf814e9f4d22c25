internal import JOSE

/// The keys of those who leave, as they are named on the command line.
struct LeavingKeys {
  /// A key that is named itself, by its `kid` or by how that begins, as `valise inspect` prints it.
  struct Named {
    private static let leastByteCount = 8

    /// What was written.
    let text: String
    private let beginning: String?

    init(_ text: String) {
      self.text = text
      let beginning = text.hasSuffix("…") ? String(text.dropLast()) : text
      self.beginning = beginning.utf8.count >= Self.leastByteCount ? beginning : nil
    }

    /// Whether it has the form of a whole thumbprint, which tells a key that is not there from one
    /// that is named wrongly.
    var isWhole: Bool { ThumbprintURI.isThumbprint(text) }

    /// Those of `keyIDs` that are meant: the one that is called so, or all that begin so.
    func matches(among keyIDs: Set<String>) -> [String] {
      guard !keyIDs.contains(text) else { return [text] }
      return beginning.map { beginning in keyIDs.filter { $0.hasPrefix(beginning) }.sorted() } ?? []
    }
  }

  /// The names of people by the thumbprints of all of their keys.
  let owners: [String: String]
  let named: [Named]

  /// All keys that nothing is to be sealed for, in a file until now or not.
  var all: [String: String] {
    owners.merging(named.map { ($0.text, Text.short($0.text)) }) { owner, _ in owner }
  }

  /// Those of `keyIDs`, which are a file's, that leave, and what to call each.
  ///
  /// - Throws: ``Failure`` when a key is not named clearly.
  func leaving(among keyIDs: Set<String>, of path: String) throws -> [String: String] {
    var leaving = owners.filter { keyIDs.contains($0.key) }
    for key in named {
      let matches = key.matches(among: keyIDs)
      guard matches.count < 2 else {
        throw Failure(
          .usage,
          "\(Text.shown(path)): is sealed for \(matches.count) keys that begin with "
            + Text.shown(key.text), hint: "valise inspect --json shows them in full")
      }
      for keyID in matches where leaving[keyID] == nil { leaving[keyID] = Text.short(keyID) }
    }
    return leaving
  }

  /// Sees to it that each key that was named is in one of `plans`: whoever takes a key out must not
  /// believe that it is out when it was written wrongly.
  ///
  /// - Throws: ``Failure`` for what is no whole thumbprint; that of a key which is gone already is only
  ///   told of.
  func requireUse(in plans: [RecipientPlan]) throws {
    for key in named {
      let isUsed = plans.contains { !key.matches(among: $0.leavingKeyIDs).isEmpty }
      guard !isUsed else { continue }
      guard key.isWhole else {
        throw Failure(
          .unknownName, "nothing is sealed for a key called \(Text.shown(key.text))",
          hint: "valise inspect shows the keys that a file is sealed for")
      }
      Console.warning("nothing is sealed for the key \(key.text)")
    }
  }
}
