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
  /// - Returns: what the messages are called, in order.
  /// - Throws: ``PostError`` `limitExceeded` for a message that is too large or would wait for too
  ///   long, `unusableKey`, `foreignPost` for one that was not joined, `notFound` for an attachment
  ///   that was sealed elsewhere, `noSpace`, `inputOutput`.
  @discardableResult
  public func send(
    _ drafts: [Draft], from keys: OwnKeys, in post: PostDescriptor, now: Int
  ) throws(PostError) -> [MessageID] {
    try requireJoined(post)
    return try write { database in
      try drafts.enumerated().map { (index, draft) in
        do {
          return try Outbox(database, post, now).queue(draft, from: keys, having: parts)
        } catch {
          let error = PostError(error)
          guard drafts.count > 1 else { throw error }
          throw PostError(
            error.code, "message \(index + 1) of \(drafts.count): \(error.reason)",
            underlying: error.underlying)
        }
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
  ) throws -> MessageID {
    let hashes = draft.attachments.flatMap(\.parts)
    guard hashes.allSatisfy(parts.contains) else {
      throw PostError(.notFound, "a part of an attachment is not in the mailbox")
    }
    var message = try Message(draft, from: keys, in: post, now)
    var sent: Int64?
    for group in try ReaderGroup.groups(draft.addressees, in: post) {
      (message.stream, message.sequence) = try nextInStream(group.readers)
      if sent == nil {
        message.audience = group.isBlind ? [] : group.readers.audience
        sent = try keep(message, for: keys)
      }
      message.audience = group.readers.audience
      // Read back as the receiver will: what they would refuse must not be sent.
      let claims = try message.claims()
      _ = try Message(claims, limits: post.limits)
      let envelope = try SealedEnvelope(
        claims, type: Message.type, by: keys.signer, for: group.readers)
      try insert(
        envelope,
        OutgoingKind(
          identifier: message.identifier, sent: sent, isBlind: group.isBlind,
          priority: message.priority),
        expiresAt: message.expiresAt, hashes)
    }
    return try message.name()
  }

  /// Keeps what the sender can read again; none of it rests in clear.
  private func keep(_ message: Message, for keys: OwnKeys) throws -> Int64 {
    let copy = try SentCopy(of: message, for: keys.current.publicKey)
    try database.cachedStatement(
      sql: """
        INSERT INTO sentMessage (post, name, identifier, thread, createdAt, expiresAt, key, copy)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      post.identifier.data, try message.name().text, message.identifier, message.thread, now,
      message.expiresAt, copy.key, copy.bytes.blob,
    ])
    return database.lastInsertedRowID
  }

  /// Seals and queues an acknowledgement.
  func queue(
    _ entries: [Acknowledgement.Entry], to sender: Correspondent, from keys: OwnKeys
  ) throws {
    let readers = try ReaderKeys([sender], in: post)
    let acknowledgement = Acknowledgement(
      issuer: keys.issuer, audience: readers.audience, identifier: try Fresh.identifier(),
      issuedAt: now, expiresAt: now + post.limits.dayCount * Day.secondCount, entries: entries,
      announced: keys.announced)
    let envelope = try SealedEnvelope(
      acknowledgement.claims(), type: Acknowledgement.type, by: keys.signer, for: readers)
    try insert(
      envelope,
      OutgoingKind(
        identifier: acknowledgement.identifier, sent: nil, isBlind: false, priority: .normal),
      expiresAt: acknowledgement.expiresAt, [])
  }

  private func insert(
    _ envelope: SealedEnvelope, _ kind: OutgoingKind, expiresAt: Int, _ hashes: [ContentHash]
  ) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO outgoing (post, sent, identifier, isAcknowledgement, isBlind, day, hash,
          priority, createdAt, expiresAt, nextAttemptAt, envelope)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      post.identifier.data, kind.sent, kind.identifier, kind.sent == nil, kind.isBlind,
      envelope.marker.day.text, envelope.marker.hash.text, kind.priority.rank, now, expiresAt, now,
      envelope.bytes.blob,
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

/// What an envelope that goes out is one of.
private struct OutgoingKind {
  let identifier: String
  /// The message's number among those that were sent; nil for an acknowledgement.
  let sent: Int64?
  let isBlind: Bool
  let priority: Priority
}

/// Those who share an envelope.
private struct ReaderGroup {
  let readers: ReaderKeys
  let isBlind: Bool

  /// A reader whom the others must not see has an envelope of their own, which names no others
  /// either: who sees themself there knows only who wrote.
  ///
  /// Whoever has the message already gets no second envelope.
  static func groups(
    _ addressees: Addressees, in post: PostDescriptor
  ) throws(PostError) -> [ReaderGroup] {
    var groups: [ReaderGroup] = []
    if !addressees.visible.isEmpty {
      groups.append(
        ReaderGroup(readers: try ReaderKeys(addressees.visible, in: post), isBlind: false))
    }
    for blind in addressees.blind {
      let readers = try ReaderKeys([blind], in: post)
      let known = Set(groups.flatMap(\.readers.audience))
      guard !known.isSuperset(of: readers.audience) else { continue }
      groups.append(ReaderGroup(readers: readers, isBlind: true))
    }
    guard !groups.isEmpty else { throw PostError(.unusableKey, "the message goes to nobody") }
    return groups
  }
}

extension Message {
  /// What a draft says, to nobody yet.
  fileprivate init(
    _ draft: Draft, from keys: OwnKeys, in post: PostDescriptor, _ now: Int
  ) throws {
    let lifetime = draft.lifetime ?? min(30, post.limits.dayCount) * Day.secondCount
    self.init(
      identifier: try Fresh.identifier(), issuer: keys.issuer, audience: [], issuedAt: now,
      expiresAt: now + lifetime, stream: "", sequence: 0,
      thread: try draft.thread ?? Fresh.identifier(), inReplyTo: draft.inReplyTo,
      subject: draft.subject, body: draft.body, attachments: draft.attachments,
      priority: draft.priority,
      announced: keys.announced)
  }
}
