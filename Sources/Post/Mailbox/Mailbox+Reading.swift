internal import GRDB
internal import JOSE

extension Mailbox {
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
    let signer: PublicJWK? = try floor { () throws in
      try JWK(parsing: row.bytes("signer")).publicKey
    }
    guard let signer else {
      throw PostError(.damaged, "mailbox: a message's signer is not a public key")
    }
    // As of then: that it has expired since is no reason not to show it.
    let opener = try EnvelopeOpener(
      keys.encryptionKey(named: row["key"]), in: row.post(),
      correspondents: Known(Correspondent(encryptionKeys: [], signingKeys: [signer])),
      now: row["issuedAt"])
    guard case .message(let message, _) = try opener.open(row.bytes("envelope")) else {
      throw PostError(.damaged, "mailbox: the message no longer holds")
    }
    return message
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
    try write { database in
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
      try Self.release(hashes, database)
    }
    try removeReleasedParts()
  }
}

/// The one who was believed when a message came.
private struct Known: Correspondents {
  private let known: Correspondent

  init(_ known: Correspondent) { self.known = known }

  func correspondent(signingAs issuer: String) throws -> Correspondent? { known }
}

extension OwnKeys {
  /// The one of them that an envelope was opened with.
  ///
  /// - Throws: ``PostError`` `unusableKey` when it is none of these.
  func encryptionKey(named name: String) throws(PostError) -> PrivateJWK {
    for key in encryptionKeys {
      let own = try floor { () throws(JOSEError) in try key.publicKey.thumbprintURI() }
      if own.isExactly(name) { return key }
    }
    throw PostError(.unusableKey, "none of the keys is the one that the message is for")
  }
}

extension Row {
  /// The post of a row that is joined with the posts.
  func post() throws(PostError) -> PostDescriptor {
    guard let identifier = PostIdentifier(bytes("post")) else {
      throw PostError(.damaged, "mailbox: a message is of no post")
    }
    return PostDescriptor(
      identifier: identifier,
      limits: PostLimits(messageByteCount: self["messageByteCount"], dayCount: self["dayCount"]))
  }
}
