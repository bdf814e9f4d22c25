internal import GRDB

extension Mailbox {
  /// Whether a message that goes out, and is none of `removed`, has this part too.
  func needs(_ hash: ContentHash, beside removed: [Outgoing]) throws(PostError) -> Bool {
    let removed = Set(removed.map(\.id))
    return try read { database in
      try Int64.fetchAll(
        database, sql: "SELECT outgoing FROM outgoingPart WHERE hash = ?", arguments: [hash.text])
    }.contains { !removed.contains($0) }
  }

  /// Parts that are still to come, of messages that have not expired; in no order, so that those
  /// which never come do not keep others from being looked for.
  func missingParts(
    in post: PostIdentifier, _ now: Int, limit: Int
  ) throws(PostError) -> [ContentHash] {
    try read { database in
      try String.fetchAll(
        database,
        sql: """
          SELECT DISTINCT hash FROM incomingPart JOIN incoming ON incoming.id = incoming
          WHERE isPresent = 0 AND post = ? AND expiresAt > ? ORDER BY RANDOM() LIMIT ?
          """, arguments: [post.data, now, limit]
      ).compactMap(ContentHash.init(parsing:))
    }
  }

  /// How many parts are still to come, and how many of these should have come a day ago.
  func partCounts(
    in post: PostIdentifier, _ now: Int
  ) throws(PostError) -> (missing: Int, overdue: Int) {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT COUNT(DISTINCT hash), COUNT(DISTINCT CASE WHEN acceptedAt < ? THEN hash END)
          FROM incomingPart JOIN incoming ON incoming.id = incoming
          WHERE isPresent = 0 AND post = ? AND expiresAt > ?
          """, arguments: [now - Day.secondCount, post.data, now])
      return (row?[0] ?? 0, row?[1] ?? 0)
    }
  }

  /// How many parts will not come any more: their messages expired before.
  func lostPartCount(in post: PostIdentifier, _ now: Int) throws(PostError) -> Int {
    try read { database in
      try Int.fetchOne(
        database,
        sql: """
          SELECT COUNT(DISTINCT hash) FROM incomingPart JOIN incoming ON incoming.id = incoming
          WHERE isPresent = 0 AND post = ? AND expiresAt <= ?
          """, arguments: [post.data, now]) ?? 0
    }
  }

  /// Notes that parts are in the mailbox, and queues the acknowledgements that waited for them.
  func noteArrival(of hashes: [ContentHash]) throws(PostError) {
    guard !hashes.isEmpty else { return }
    try write { database in
      for hash in hashes {
        try database.execute(
          sql: "UPDATE incomingPart SET isPresent = 1 WHERE hash = ?", arguments: [hash.text])
        // Its message may have been deleted while it came.
        if database.changesCount == 0 { try Self.release([hash.text], database) }
        try database.execute(
          sql: """
            INSERT OR IGNORE INTO acknowledgement
            SELECT post, issuer, identifier, key FROM incoming
            WHERE id IN (SELECT incoming FROM incomingPart WHERE hash = ?)
              AND NOT EXISTS (
                SELECT 1 FROM incomingPart WHERE incoming = incoming.id AND isPresent = 0)
            """, arguments: [hash.text])
      }
    }
  }

  /// Notes that a part was sealed for a message that is not sent yet.
  func noteDraft(_ hash: ContentHash, _ now: Int) throws(PostError) {
    try write { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO draftPart VALUES (?, ?)", arguments: [hash.text, now])
    }
  }

  /// Notes those of `hashes` that no message has any more, in the transaction that made them so: a
  /// kill before their files are removed leaves them to be removed later.
  static func release(_ hashes: [String], _ database: Database) throws {
    for hash in hashes {
      try database.execute(
        sql: """
          INSERT OR REPLACE INTO draftPart SELECT ?1, 0 WHERE NOT EXISTS (
            SELECT 1 FROM outgoingPart WHERE hash = ?1
            UNION ALL SELECT 1 FROM incomingPart WHERE hash = ?1)
          """, arguments: [hash])
    }
  }

  /// Removes the parts that no message has any more.
  func removeReleasedParts() throws(PostError) { try removeParts(sealedBefore: 1) }

  /// Likewise, and those whose message was not sent within a day.
  func removeAbandonedParts(_ now: Int) throws(PostError) {
    try removeParts(sealedBefore: now - Day.secondCount)
  }

  private func removeParts(sealedBefore time: Int) throws(PostError) {
    let abandoned = try read { database in
      try String.fetchAll(
        database, sql: "SELECT hash FROM draftPart WHERE sealedAt < ?", arguments: [time]
      ).compactMap(ContentHash.init(parsing:))
    }
    for hash in abandoned {
      try write { database in
        try database.execute(sql: "DELETE FROM draftPart WHERE hash = ?", arguments: [hash.text])
        // Somebody may have sent it on meanwhile; nobody does while this transaction lasts.
        if database.changesCount > 0 { try parts.remove(hash) }
      }
    }
  }
}
