internal import GRDB
internal import JOSE

extension Mailbox {
  /// Queues messages, all or none of them, for the next time that the post is at hand.
  ///
  /// - Parameters:
  ///   - drafts: what to send, and to whom.
  ///   - keys: the sender's.
  ///   - post: a post that was joined.
  ///   - now: the time in seconds since 1970.
  /// - Returns: the messages' identifiers, in order.
  /// - Throws: ``PostError`` `limitExceeded` for a message that is too large or would wait for too
  ///   long, `unusableKey`, `foreignPost` for one that was not joined, `notFound` for an attachment
  ///   that was sealed elsewhere, `noSpace`, `inputOutput`.
  @discardableResult
  public func send(
    _ drafts: [Draft], from keys: OwnKeys, in post: PostDescriptor, now: Int
  ) throws(PostError) -> [String] {
    try requireJoined(post)
    return try write { database in
      try drafts.map { draft in
        try Outbox(database, post, now).queue(draft, from: keys, having: parts)
      }
    }
  }
}

/// What goes out, within one transaction.
struct Outbox {
  private let database: Database
  private let post: PostDescriptor
  private let now: Int

  init(_ database: Database, _ post: PostDescriptor, _ now: Int) {
    self.database = database
    self.post = post
    self.now = now
  }

  fileprivate func queue(
    _ draft: Draft, from keys: OwnKeys, having parts: PartStore
  ) throws -> String {
    let identifier = try Fresh.identifier()
    let thread = try draft.thread ?? Fresh.identifier()
    let hashes = draft.attachments.flatMap(\.parts)
    guard hashes.allSatisfy(parts.contains) else {
      throw PostError(.notFound, "a part of an attachment is not in the mailbox")
    }
    let addressees = draft.addressees
    guard !addressees.visible.isEmpty || !addressees.blind.isEmpty else {
      throw PostError(.unusableKey, "the message goes to nobody")
    }
    // A reader whom the others must not see has an envelope of their own, which names no others
    // either: who sees themself there knows only who wrote.
    for readers in [addressees.visible] + addressees.blind.map({ [$0] }) where !readers.isEmpty {
      let readers = try ReaderKeys(readers, in: post)
      let (stream, sequence) = try nextInStream(readers)
      let message = Message(
        identifier: identifier, issuer: keys.issuer, audience: readers.audience, issuedAt: now,
        expiresAt: now + draft.lifetime, stream: stream, sequence: sequence, thread: thread,
        inReplyTo: draft.inReplyTo, subject: draft.subject, body: draft.body,
        attachments: draft.attachments)
      // Read back as the receiver will: what they would refuse must not be sent.
      let claims = try message.claims()
      _ = try Message(claims, limits: post.limits)
      let envelope = try SealedEnvelope(claims, type: Message.type, by: keys.signer, for: readers)
      try insert(
        envelope, identifier, expiresAt: message.expiresAt, isAcknowledgement: false, hashes)
    }
    return identifier
  }

  /// Seals and queues an acknowledgement.
  func queue(
    _ entries: [Acknowledgement.Entry], to sender: Correspondent, from keys: OwnKeys
  ) throws {
    let readers = try ReaderKeys([sender], in: post)
    let acknowledgement = Acknowledgement(
      issuer: keys.issuer, audience: readers.audience, identifier: try Fresh.identifier(),
      issuedAt: now, expiresAt: now + post.limits.dayCount * Day.secondCount, entries: entries)
    let envelope = try SealedEnvelope(
      acknowledgement.claims(), type: Acknowledgement.type, by: keys.signer, for: readers)
    try insert(
      envelope, acknowledgement.identifier, expiresAt: acknowledgement.expiresAt,
      isAcknowledgement: true, [])
  }

  private func insert(
    _ envelope: SealedEnvelope, _ identifier: String, expiresAt: Int, isAcknowledgement: Bool,
    _ hashes: [ContentHash]
  ) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO outgoing
          (post, identifier, isAcknowledgement, day, hash, envelope, createdAt, expiresAt, nextAttemptAt)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      post.identifier.data, identifier, isAcknowledgement, envelope.marker.day.text,
      envelope.marker.hash.text, envelope.bytes.blob, now, expiresAt, now,
    ])
    let outgoing = database.lastInsertedRowID
    for reader in envelope.readers {
      try database.cachedStatement(
        sql: "INSERT INTO delivery (outgoing, key, tag) VALUES (?, ?, ?)"
      ).execute(arguments: [outgoing, reader.key, reader.tag.text])
    }
    for hash in hashes {
      try database.execute(
        sql: "INSERT OR IGNORE INTO outgoingPart VALUES (?, ?)", arguments: [outgoing, hash.text])
      try database.execute(sql: "DELETE FROM draftPart WHERE hash = ?", arguments: [hash.text])
    }
  }

  private func nextInStream(_ readers: ReaderKeys) throws -> (String, Int) {
    // The same readers in another order are the same readers.
    let names = readers.audience.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let text = "\(post.identifier.text) \(names.joined(separator: " "))"
    let key = try ContentHash(of: Array(text.utf8)).text
    let row = try Row.fetchOne(
      database,
      sql: """
        INSERT INTO outgoingStream VALUES (?, ?, 2)
        ON CONFLICT DO UPDATE SET next = next + 1 RETURNING identifier, next - 1
        """, arguments: [key, try Fresh.identifier()])
    guard let row else { throw PostError(.internalFailure, "mailbox: no row was returned") }
    return (row[0], row[1])
  }
}
