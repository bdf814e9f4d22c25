internal import GRDB

/// A post that a mailbox takes part in.
public struct JoinedPost: Sendable {
  /// Which post it is.
  public let descriptor: PostDescriptor
  /// Where it was when it was joined last.
  public let location: String
}

extension Mailbox {
  /// Takes part in a post from now on; joining it again tells where it has moved.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func join(_ post: PostDescriptor, at location: String) throws(PostError) {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO post (identifier, messageByteCount, dayCount, location) VALUES (?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET location = excluded.location
          """,
        arguments: [
          post.identifier.data, post.limits.messageByteCount, post.limits.dayCount, location,
        ])
    }
  }

  /// Takes no part in a post any more.
  ///
  /// What waits in the outbox for it is given up, and what strangers sent there is thrown away. What
  /// came through it stays in the inbox and can be read. Files in the post itself are left as they
  /// are; they expire. Joining it again brings no message a second time.
  ///
  /// - Throws: ``PostError`` `foreignPost` when it was not joined; `busy` when another process
  ///   synchronizes.
  public func leave(_ post: PostDescriptor) throws(PostError) {
    try requireJoined(post)
    try synchronizing { () throws(PostError) in try write { try Self.leave(post, $0) } }
    try removeReleasedParts()
  }

  private static func leave(_ post: PostDescriptor, _ database: Database) throws {
    func execute(_ sql: String) throws {
      try database.execute(sql: sql, arguments: [post.identifier.data])
    }
    let hashes = try String.fetchAll(
      database,
      sql: """
        DELETE FROM outgoingPart WHERE outgoing IN (SELECT id FROM outgoing WHERE post = ?)
        RETURNING hash
        """, arguments: [post.identifier.data])
    try execute("DELETE FROM outgoing WHERE post = ? AND (isAcknowledgement OR isRecalled)")
    try execute("UPDATE outgoing SET envelope = NULL WHERE post = ?")
    try release(hashes, database)
    try execute("DELETE FROM pending WHERE post = ?")
    try execute("DELETE FROM acknowledgement WHERE post = ?")
    try execute("DELETE FROM quarantine WHERE post = ?")
    // Messages that came through it are opened by its limits, hence its row stays.
    try execute("UPDATE post SET location = '' WHERE identifier = ?")
  }

  /// The posts that were joined.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func posts() throws(PostError) -> [JoinedPost] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM post WHERE location <> '' ORDER BY location"
      ).compactMap { row in
        guard let identifier = PostIdentifier(row.bytes("identifier")) else { return nil }
        let limits = PostLimits(
          messageByteCount: row["messageByteCount"], dayCount: row["dayCount"])
        return JoinedPost(
          descriptor: PostDescriptor(identifier: identifier, limits: limits),
          location: row["location"])
      }
    }
  }

  /// Whether the post was joined.
  func requireJoined(_ post: PostDescriptor) throws(PostError) {
    let isJoined = try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT 1 FROM post WHERE identifier = ? AND location <> ''",
        arguments: [post.identifier.data])
    }
    guard isJoined != nil else { throw PostError(.foreignPost, "the post was not joined") }
  }
}
