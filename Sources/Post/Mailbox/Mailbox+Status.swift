internal import GRDB

/// A message that was sent, and who has it.
public struct SentEntry: Sendable, Hashable {
  /// Its `jti`.
  public let identifier: String
  /// When it was written, in seconds since 1970.
  public let createdAt: Int
  /// Until when it is delivered.
  public let expiresAt: Int
  /// How often it was posted.
  public let attemptCount: Int
  /// The thumbprint URIs of the readers' keys.
  public let readers: [String]
  /// When each of those acknowledged that did.
  public let acknowledgedAt: [String: Int]
}

/// Numbers of a sender's that did not come.
public struct SequenceGap: Sendable, Hashable {
  /// The thumbprint URI of the key that signs the stream.
  public let issuer: String
  /// How many are missing.
  public let count: Int
}

extension Mailbox {
  /// What was sent, the newest first.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func sent(limit: Int) throws(PostError) -> [SentEntry] {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT identifier, createdAt, expiresAt, MAX(attemptCount) AS attemptCount FROM outgoing
          WHERE NOT isAcknowledgement GROUP BY identifier ORDER BY MAX(id) DESC LIMIT ?
          """, arguments: [limit])
      return try rows.map { row in
        let deliveries = try Row.fetchAll(
          database,
          sql: """
            SELECT key, acknowledgedAt FROM delivery JOIN outgoing ON outgoing.id = outgoing
            WHERE identifier = ? ORDER BY key
            """, arguments: [row["identifier"] as String])
        var acknowledged: [String: Int] = [:]
        for delivery in deliveries {
          if let time: Int = delivery["acknowledgedAt"] { acknowledged[delivery["key"]] = time }
        }
        return SentEntry(
          identifier: row["identifier"], createdAt: row["createdAt"], expiresAt: row["expiresAt"],
          attemptCount: row["attemptCount"], readers: deliveries.map { $0["key"] },
          acknowledgedAt: acknowledged)
      }
    }
  }

  /// Senders of whom messages are missing between others.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func gaps() throws(PostError) -> [SequenceGap] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT issuer, COUNT(*) FROM gap GROUP BY issuer ORDER BY issuer"
      ).map { SequenceGap(issuer: $0[0], count: $0[1]) }
    }
  }

  /// What was refused since the mailbox was made.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func refusals() throws(PostError) -> [RefusalReason: Int] {
    try read { database in
      var counts: [RefusalReason: Int] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT reason, count FROM refusal") {
        if let reason = RefusalReason(rawValue: row[0]) { counts[reason] = row[1] }
      }
      return counts
    }
  }
}
