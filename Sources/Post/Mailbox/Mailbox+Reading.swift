internal import GRDB
internal import JOSE

/// A message in the inbox, as far as it can be told without a key.
public struct InboxEntry: Sendable, Hashable, Identifiable {
  /// Its number in this mailbox.
  public let id: Int64
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

extension Mailbox {
  /// The newest messages.
  ///
  /// - Parameters:
  ///   - limit: how many.
  ///   - last: the last entry of the page before; nil for the first page.
  /// - Returns: a page of them, the newest first.
  /// - Throws: ``PostError`` `inputOutput`.
  public func inbox(limit: Int, after last: InboxEntry? = nil) throws(PostError) -> [InboxEntry] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT *, (SELECT COUNT(*) FROM incomingPart WHERE incoming = incoming.id
            AND isPresent = 0) AS missing
          FROM incoming WHERE id < ? ORDER BY id DESC LIMIT ?
          """, arguments: [last?.id ?? Int64.max, limit]
      ).map(InboxEntry.init)
    }
  }

  /// Opens a message of the inbox.
  ///
  /// The signature is verified again, under the key that was believed when the message came.
  ///
  /// - Parameters:
  ///   - id: its number.
  ///   - keys: the encryption keys that it may be for.
  /// - Returns: what it says.
  /// - Throws: ``PostError`` `notFound`, `damaged`, `unusableKey` when none of the keys opens it.
  public func message(_ id: Int64, with keys: OwnKeys) throws(PostError) -> Message {
    let row = try read { database in
      try Row.fetchOne(
        database,
        sql: "SELECT * FROM incoming JOIN post ON post.identifier = incoming.post WHERE id = ?",
        arguments: [id])
    }
    guard let row else { throw PostError(.notFound, "there is no such message") }
    return try floor { () throws in
      guard let signer = try JWK(parsing: row.bytes("signer")).publicKey,
        let post = PostIdentifier(row.bytes("post"))
      else { throw PostError(.damaged, "mailbox: a message's signer is not a public key") }
      let known = Correspondent(encryptionKeys: [], signingKeys: [signer])
      let limits = PostLimits(messageByteCount: row["messageByteCount"], dayCount: row["dayCount"])
      let wanted: String = row["key"]
      for key in keys.encryptionKeys {
        // As of then: that it has expired since is no reason not to show it.
        let opener = try EnvelopeOpener(
          key, in: PostDescriptor(identifier: post, limits: limits), correspondents: Known(known),
          now: row["issuedAt"])
        guard opener.keyName.isExactly(wanted) else { continue }
        guard case .message(let message, _) = try opener.open(row.bytes("envelope")) else {
          throw PostError(.damaged, "mailbox: the message no longer holds")
        }
        return message
      }
      throw PostError(.unusableKey, "none of the keys is the one that the message is for")
    }
  }

  /// Notes that a message was read, or not.
  ///
  /// - Throws: ``PostError`` `notFound`.
  public func mark(_ id: Int64, isRead: Bool) throws(PostError) {
    try write { database in
      try database.execute(
        sql: "UPDATE incoming SET isRead = ? WHERE id = ?", arguments: [isRead, id])
      guard database.changesCount > 0 else {
        throw PostError(.notFound, "there is no such message")
      }
    }
  }

  /// Deletes a message and its parts; it is not delivered again.
  ///
  /// - Throws: ``PostError`` `notFound`.
  public func delete(_ id: Int64) throws(PostError) {
    let hashes = try write { database -> [String] in
      let row = try Row.fetchOne(
        database, sql: "SELECT post, issuer, identifier, key FROM incoming WHERE id = ?",
        arguments: [id])
      guard let row else { throw PostError(.notFound, "there is no such message") }
      let waits = try Bool.fetchOne(
        database, sql: "SELECT 1 FROM incomingPart WHERE incoming = ? AND isPresent = 0",
        arguments: [id])
      if waits != nil {
        // Nobody waits for its parts any more, and its sender need not either.
        try database.execute(
          sql: "INSERT OR IGNORE INTO acknowledgement VALUES (?, ?, ?, ?)",
          arguments: StatementArguments(row.databaseValues))
      }
      let hashes = try String.fetchAll(
        database, sql: "DELETE FROM incomingPart WHERE incoming = ? RETURNING hash",
        arguments: [id])
      try database.execute(sql: "DELETE FROM incoming WHERE id = ?", arguments: [id])
      return try hashes.filter { hash in
        try Bool.fetchOne(
          database,
          sql: """
            SELECT 1 FROM outgoingPart WHERE hash = ?1
            UNION ALL SELECT 1 FROM incomingPart WHERE hash = ?1
            """, arguments: [hash]) == nil
      }
    }
    for hash in hashes.compactMap(ContentHash.init(parsing:)) { try parts.remove(hash) }
  }
}

/// The one who was believed when a message came.
private struct Known: Correspondents {
  private let known: Correspondent

  init(_ known: Correspondent) { self.known = known }

  func correspondent(signingAs issuer: String) throws -> Correspondent? { known }
}

extension InboxEntry {
  fileprivate init(_ row: Row) {
    id = row["id"]
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
