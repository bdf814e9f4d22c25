internal import GRDB

/// An envelope that goes out.
struct Outgoing {
  let id: Int64
  let marker: Marker
  let isAcknowledgement: Bool
  /// Its sender took it back.
  let isRecalled: Bool
  let expiresAt: Int
  let attemptCount: Int

  static let longestWait = 7 * Day.secondCount

  static let columns = "id, day, hash, isAcknowledgement, isRecalled, expiresAt, attemptCount"

  init(_ row: Row) throws {
    guard let day = Day(parsing: row["day"] as String),
      let hash = ContentHash(parsing: row["hash"] as String)
    else { throw PostError(.damaged, "mailbox: an outgoing message has no name") }
    id = row["id"]
    marker = Marker(day: day, hash: hash)
    isAcknowledgement = row["isAcknowledgement"]
    isRecalled = row["isRecalled"]
    expiresAt = row["expiresAt"]
    attemptCount = row["attemptCount"]
  }

  /// When it is posted again, if nobody says until then that it arrived: an hour later, then two
  /// and so on up to a week.
  ///
  /// An acknowledgement is posted once: the message that it is about would be posted again.
  func nextAttempt(after now: Int) -> Int {
    isAcknowledgement ? expiresAt : now + min(3_600 << min(attemptCount, 8), Self.longestWait)
  }
}

/// One reader of an outgoing envelope.
struct Delivery {
  let tag: Tag
  let isAcknowledged: Bool
}

extension Mailbox {
  /// What is to be posted now, or again; also what was put off for longer than ever is, by a clock
  /// that was ahead then.
  func due(in post: PostIdentifier, _ now: Int, limit: Int) throws(PostError) -> [Outgoing] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT \(Outgoing.columns) FROM outgoing WHERE post = ? AND envelope IS NOT NULL
            AND (nextAttemptAt <= ? OR (nextAttemptAt > ?
              AND NOT (isAcknowledgement AND attemptCount > 0)))
            AND expiresAt > ? AND NOT isRecalled AND EXISTS (SELECT 1 FROM delivery
              WHERE outgoing = outgoing.id AND acknowledgedAt IS NULL)
          ORDER BY priority DESC, nextAttemptAt, id LIMIT ?
          """, arguments: [post.data, now, now + Outgoing.longestWait, now, limit]
      ).map { try Outgoing($0) }
    }
  }

  /// What is no longer needed in the post, or may not be: acknowledged by all, expired,
  /// taken back, or an acknowledgement.
  func settled(
    in post: PostIdentifier, _ limits: AgeLimits
  ) throws(PostError) -> [Outgoing] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT \(Outgoing.columns) FROM outgoing WHERE post = ? AND envelope IS NOT NULL
            AND (expiresAt <= ? OR (attemptCount > 0 AND expiresAt <= ?) OR isRecalled
              OR (isAcknowledgement AND attemptCount > 0) OR NOT EXISTS (
              SELECT 1 FROM delivery WHERE outgoing = outgoing.id AND acknowledgedAt IS NULL))
          """,
        arguments: [post.data, limits.confirmed ?? .min, limits.unconfirmed ?? .min]
      ).map { try Outgoing($0) }
    }
  }

  func envelope(_ outgoing: Outgoing) throws(PostError) -> [UInt8] {
    try read { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT envelope FROM outgoing WHERE id = ?", arguments: [outgoing.id])
      guard let row else { throw PostError(.damaged, "mailbox: an envelope is gone") }
      return row.bytes("envelope")
    }
  }

  func parts(of outgoing: Outgoing) throws(PostError) -> [ContentHash] {
    try read { database in
      try String.fetchAll(
        database, sql: "SELECT hash FROM outgoingPart WHERE outgoing = ?",
        arguments: [outgoing.id]
      ).compactMap(ContentHash.init(parsing:))
    }
  }

  func deliveries(of outgoing: Outgoing) throws(PostError) -> [Delivery] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT tag, acknowledgedAt FROM delivery WHERE outgoing = ?",
        arguments: [outgoing.id]
      ).compactMap { row in
        Tag(parsing: row["tag"]).map {
          Delivery(tag: $0, isAcknowledged: row["acknowledgedAt"] != nil)
        }
      }
    }
  }

  /// What the message is called that an envelope is of; nil for an acknowledgement.
  func name(of outgoing: Outgoing) throws(PostError) -> MessageID? {
    try read { database in
      try String.fetchOne(
        database,
        sql: """
          SELECT name FROM sentMessage JOIN outgoing ON sent = sentMessage.id WHERE outgoing.id = ?
          """, arguments: [outgoing.id]
      ).map(MessageID.init(stored:))
    }
  }

  /// Notes what kept these from being posted.
  func noteObstacles(_ obstacles: [(Outgoing, PostingObstacle)]) throws(PostError) {
    guard !obstacles.isEmpty else { return }
    try write { database in
      for (outgoing, obstacle) in obstacles {
        try database.execute(
          sql: "UPDATE outgoing SET obstacle = ? WHERE id = ?",
          arguments: [obstacle.rawValue, outgoing.id])
      }
    }
  }

  /// Notes that these were posted.
  func notePosting(of posted: [Outgoing], _ now: Int) throws(PostError) {
    guard !posted.isEmpty else { return }
    try write { database in
      for outgoing in posted {
        try database.cachedStatement(
          sql: """
            UPDATE outgoing SET attemptCount = attemptCount + 1, nextAttemptAt = ?, obstacle = NULL
            WHERE id = ?
            """
        ).execute(arguments: [outgoing.nextAttempt(after: now), outgoing.id])
      }
    }
  }

  /// Forgets the envelopes of what was taken out of the post, and their parts; that it was sent stays
  /// known.
  func noteRemoval(of removed: [Outgoing]) throws(PostError) {
    try write { database in
      for outgoing in removed {
        let hashes = try String.fetchAll(
          database, sql: "DELETE FROM outgoingPart WHERE outgoing = ? RETURNING hash",
          arguments: [outgoing.id])
        try database.execute(
          sql: outgoing.isAcknowledgement || outgoing.isRecalled
            ? "DELETE FROM outgoing WHERE id = ?"
            : "UPDATE outgoing SET envelope = NULL WHERE id = ?", arguments: [outgoing.id])
        try Self.release(hashes, database)
      }
    }
  }
}
