internal import GRDB

/// A message in the inbox, as far as it can be told without a key.
public struct InboxEntry: Sendable, Hashable, Identifiable {
  /// Its number in this mailbox.
  public let id: Int64
  /// What it is called.
  public let name: MessageID
  /// The post that it came through.
  public let post: PostIdentifier
  /// The thumbprint URI of the key that signed it.
  public let issuer: String
  /// Its `jti`.
  public let identifier: String
  /// The conversation.
  public let thread: String
  /// When it was written, in seconds since 1970.
  public let issuedAt: Int
  /// When it was accepted.
  public let acceptedAt: Int
  /// Until when its parts can still come.
  public let expiresAt: Int
  /// Whether it was read.
  public let isRead: Bool
  /// Parts of attachments that have not come.
  public let missingPartCount: Int
}

/// Which messages of the inbox are meant.
public struct InboxFilter: Sendable, Hashable {
  /// Only those that were not read.
  public var isUnreadOnly = false
  /// Only those signed by one of these keys, thumbprint URIs; nil for everybody's.
  public var issuers: [String]?
  /// Only those of this conversation; nil for all.
  public var thread: String?

  /// All messages.
  public init() {}
}

/// How many messages there are.
public struct InboxCounts: Sendable, Hashable {
  /// Those that were not read.
  public let unread: Int
  /// All of them.
  public let all: Int
}

extension Mailbox {
  /// The newest messages.
  ///
  /// - Parameters:
  ///   - filter: which of them.
  ///   - limit: how many.
  ///   - last: the last entry of the page before; nil for the first page.
  /// - Returns: a page of them, the newest first.
  /// - Throws: ``PostError`` `inputOutput`.
  public func inbox(
    _ filter: InboxFilter = InboxFilter(), limit: Int, after last: InboxEntry? = nil
  ) throws(PostError) -> [InboxEntry] {
    try read { database in
      guard let issuers = filter.issuers else {
        return try filter.page(of: nil, limit: limit, before: last?.id, database)
      }
      // A page of each, along an index: one query for all would read the whole inbox or sort it.
      let pages = try Set(issuers).flatMap { issuer in
        try filter.page(of: issuer, limit: limit, before: last?.id, database)
      }
      return Array(pages.sorted { $0.id > $1.id }.prefix(limit))
    }
  }

  /// How many messages the inbox has.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func counts() throws(PostError) -> InboxCounts {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT (SELECT COUNT(*) FROM incoming WHERE isRead = 0), (SELECT COUNT(*) FROM incoming)
          """)
      return InboxCounts(unread: row?[0] ?? 0, all: row?[1] ?? 0)
    }
  }
}

extension InboxFilter {
  fileprivate func page(
    of issuer: String?, limit: Int, before last: Int64?, _ database: Database
  ) throws -> [InboxEntry] {
    var conditions = ["id < ?"]
    var arguments: StatementArguments = [last ?? .max]
    if isUnreadOnly { conditions.append("isRead = 0") }
    if let issuer {
      conditions.append("issuer = ?")
      arguments += [issuer]
    }
    if let thread {
      conditions.append("thread = ?")
      arguments += [thread]
    }
    return try Row.fetchAll(
      database,
      sql: """
        SELECT \(InboxEntry.columns) FROM incoming \(index(issuer))
        WHERE \(conditions.joined(separator: " AND ")) ORDER BY id DESC LIMIT ?
        """, arguments: arguments + [limit]
    ).map { try InboxEntry($0) }
  }

  /// An index that is in the order of numbers, whatever the planner would guess.
  private func index(_ issuer: String?) -> String {
    guard thread == nil else { return "INDEXED BY incomingThread" }
    return switch (isUnreadOnly, issuer == nil) {
    case (true, true): "INDEXED BY incomingUnread"
    case (true, false): "INDEXED BY incomingUnreadIssuer"
    case (false, true): ""
    case (false, false): "INDEXED BY incomingIssuer"
    }
  }
}

extension InboxEntry {
  static let columns = """
    id, name, post, issuer, identifier, thread, issuedAt, acceptedAt, expiresAt, isRead,
    (SELECT COUNT(*) FROM incomingPart WHERE incoming = incoming.id AND isPresent = 0) AS missing
    """

  init(_ row: Row) throws {
    id = row["id"]
    name = MessageID(stored: row["name"])
    post = try row.postIdentifier()
    issuer = row["issuer"]
    identifier = row["identifier"]
    thread = row["thread"]
    issuedAt = row["issuedAt"]
    acceptedAt = row["acceptedAt"]
    expiresAt = row["expiresAt"]
    isRead = row["isRead"]
    missingPartCount = row["missing"]
  }
}
