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

  /// The posts that were joined.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func posts() throws(PostError) -> [JoinedPost] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM post ORDER BY location").compactMap { row in
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
        database, sql: "SELECT 1 FROM post WHERE identifier = ?",
        arguments: [post.identifier.data])
    }
    guard isJoined != nil else { throw PostError(.foreignPost, "the post was not joined") }
  }
}
