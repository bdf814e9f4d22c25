internal import GRDB

/// A message that came, or one that was sent.
public enum MailboxEntry: Sendable, Hashable {
  /// One of the inbox.
  case received(InboxEntry)
  /// One that was sent.
  case sent(SentEntry)

  /// What it is called.
  public var name: MessageID {
    switch self {
    case .received(let entry): entry.name
    case .sent(let entry): entry.name
    }
  }
}

extension Mailbox {
  /// The messages whose names begin with `prefix`, in whatever case it is written.
  ///
  /// With several of different names, the prefix is ambiguous. One that somebody sent to themselves
  /// is there twice, received and sent, under the same name.
  ///
  /// - Parameter prefix: at least the first four characters.
  /// - Returns: up to ten of them, in the order of their names.
  /// - Throws: ``PostError`` `malformed` when no name begins so, `inputOutput`.
  public func entries(named prefix: String) throws(PostError) -> [MailboxEntry] {
    guard let prefix = MessageID.prefix(prefix) else {
      throw PostError(
        .malformed,
        "a message is named by at least \(MessageID.minimumPrefixCount) letters or digits of its id"
      )
    }
    let entries = try read { database in
      // A tilde comes after all that names are made of.
      let end = "WHERE name >= ?1 AND name < ?1 || '~' ORDER BY name LIMIT 10"
      let received = try Row.fetchAll(
        database, sql: "SELECT \(InboxEntry.columns) FROM incoming \(end)", arguments: [prefix]
      ).map { MailboxEntry.received(try InboxEntry($0)) }
      let sent = try Row.fetchAll(
        database, sql: "SELECT \(SentEntry.columns) FROM sentMessage \(end)", arguments: [prefix]
      ).map { MailboxEntry.sent(try SentEntry($0, database)) }
      return received + sent
    }
    return Array(entries.sorted { $0.name.text < $1.name.text }.prefix(10))
  }
}
