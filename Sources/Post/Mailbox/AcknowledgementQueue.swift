internal import GRDB

/// The acknowledgements of what came for one key, within one transaction.
struct AcknowledgementQueue {
  private let database: Database
  private let key: String
  private let post: PostIdentifier

  init(_ database: Database, of key: String, in post: PostIdentifier) {
    self.database = database
    self.key = key
    self.post = post
  }

  /// Queues the acknowledgement, once all parts are here: the sender deletes them after it.
  func add(_ issuer: String, _ identifier: String) throws {
    try database.cachedStatement(
      sql: """
        INSERT OR IGNORE INTO acknowledgement SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (
          SELECT 1 FROM incoming JOIN incomingPart ON incomingPart.incoming = incoming.id
          WHERE issuer = ?2 AND identifier = ?3 AND isPresent = 0)
        """
    ).execute(arguments: [post.data, issuer, identifier, key])
  }

  /// Whether the envelope of this hash was taken in before, out of the same key's box.
  ///
  /// Its sender does not know it yet if it is announced again, and is told once more.
  func dismiss(_ hash: ContentHash) throws -> Bool {
    let row = try Row.fetchOne(
      database,
      sql: "SELECT issuer, identifier, isAcknowledgement FROM seen WHERE hash = ? AND key = ?",
      arguments: [hash.text, key])
    guard let row else { return false }
    if !(row[2] as Bool) { try add(row[0], row[1]) }
    return true
  }
}
