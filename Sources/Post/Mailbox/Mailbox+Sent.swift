internal import GRDB

/// A message that was sent, and who has it.
public struct SentEntry: Sendable, Hashable, Identifiable {
  /// Its number in this mailbox.
  public let id: Int64
  /// What it is called.
  public let name: MessageID
  /// The post that it went into.
  public let post: PostIdentifier
  /// Its `jti`.
  public let identifier: String
  /// The conversation.
  public let thread: String
  /// When it was written, in seconds since 1970.
  public let createdAt: Int
  /// Until when it is delivered.
  public let expiresAt: Int
  /// How often it was posted.
  public let attemptCount: Int
  /// Why it could not be posted the last time; nil when it could.
  public let obstacle: PostingObstacle?
  /// Whether it is not posted any more, be it acknowledged or not.
  public let isOver: Bool
  /// The thumbprint URIs of all readers' keys.
  public let readers: [String]
  /// Of these, the ones whom no other reader sees.
  public let blindReaders: [String]
  /// When each of those acknowledged that did.
  public let acknowledgedAt: [String: Int]
}

extension Mailbox {
  /// The newest messages that were sent.
  ///
  /// - Parameters:
  ///   - limit: how many.
  ///   - last: the last entry of the page before; nil for the first page.
  /// - Returns: a page of them, the newest first.
  /// - Throws: ``PostError`` `inputOutput`.
  public func sent(limit: Int, after last: SentEntry? = nil) throws(PostError) -> [SentEntry] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT \(SentEntry.columns) FROM sentMessage WHERE id < ? ORDER BY id DESC LIMIT ?",
        arguments: [last?.id ?? Int64.max, limit]
      ).map { try SentEntry($0, database) }
    }
  }

  /// Opens the sender's own copy of a message that was sent.
  ///
  /// Its ``Message/audience`` has the readers whom all others see. What was attached can be opened
  /// for as long as it is posted.
  ///
  /// - Parameters:
  ///   - sent: an entry of the list of them.
  ///   - keys: the sender's; the copy is for the one that was current then.
  /// - Returns: what it says.
  /// - Throws: ``PostError`` `notFound`, `damaged`, `unusableKey` when none of the keys opens it.
  public func message(_ sent: SentEntry, with keys: OwnKeys) throws(PostError) -> Message {
    let row = try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT key, copy, messageByteCount, dayCount FROM sentMessage
          JOIN post ON post.identifier = post WHERE id = ?
          """, arguments: [sent.id])
    }
    guard let row else { throw PostError(.notFound, "there is no such message") }
    let limits = PostLimits(messageByteCount: row["messageByteCount"], dayCount: row["dayCount"])
    let message = try SentCopy(key: row["key"], bytes: row.bytes("copy"))
      .open(with: keys, limits: limits)
    guard try message.name() == sent.name else {
      throw PostError(.damaged, "mailbox: the copy is one of another message")
    }
    return message
  }

  /// Deletes a message that was sent, and takes it back from those who have not collected it.
  ///
  /// Of one that all have acknowledged, or that has expired, this entry was all that was left. Of any
  /// other one the envelope, its markers and its parts leave the post with the next
  /// synchronization. Whoever has collected it by then keeps it.
  ///
  /// - Throws: ``PostError`` `notFound`.
  public func delete(_ sent: SentEntry) throws(PostError) {
    try write { database in
      try database.execute(
        sql: "UPDATE outgoing SET isRecalled = 1 WHERE sent = ? AND envelope IS NOT NULL",
        arguments: [sent.id])
      try database.execute(
        sql: "DELETE FROM outgoing WHERE sent = ? AND envelope IS NULL", arguments: [sent.id])
      try database.execute(sql: "DELETE FROM sentMessage WHERE id = ?", arguments: [sent.id])
      guard database.changesCount > 0 else {
        throw PostError(.notFound, "there is no such message")
      }
    }
  }
}

extension SentEntry {
  static let columns = "id, name, post, identifier, thread, createdAt, expiresAt"

  init(_ row: Row, _ database: Database) throws {
    id = row["id"]
    name = MessageID(stored: row["name"])
    post = try row.postIdentifier()
    identifier = row["identifier"]
    thread = row["thread"]
    createdAt = row["createdAt"]
    expiresAt = row["expiresAt"]
    let deliveries = try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT key, isBlind, acknowledgedAt, attemptCount, obstacle, envelope IS NULL AS isOver
          FROM outgoing JOIN delivery ON delivery.outgoing = outgoing.id WHERE sent = ? ORDER BY key
          """), arguments: [id])
    attemptCount = deliveries.map { $0["attemptCount"] }.max() ?? 0
    let waiting = deliveries.filter { !$0["isOver"] }
    isOver = waiting.isEmpty
    obstacle = waiting.compactMap { $0["obstacle"] }.compactMap(PostingObstacle.init).first
    readers = deliveries.map { $0["key"] }
    blindReaders = deliveries.filter { $0["isBlind"] }.map { $0["key"] }
    var acknowledged: [String: Int] = [:]
    for delivery in deliveries {
      if let time: Int = delivery["acknowledgedAt"] { acknowledged[delivery["key"]] = time }
    }
    acknowledgedAt = acknowledged
  }
}
