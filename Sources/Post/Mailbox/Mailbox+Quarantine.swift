internal import GRDB
public import JOSE

/// A stranger's envelope.
public struct QuarantineEntry: Sendable, Hashable, Identifiable {
  /// Its number in this mailbox.
  public let id: Int64
  /// The thumbprint URI that it claims to be signed by; nobody has verified that.
  public let claimedIssuer: String
  /// When it came, in seconds since 1970.
  public let receivedAt: Int
  /// Its size in bytes.
  public let byteCount: Int
}

extension Mailbox {
  /// What strangers sent, the newest first.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func quarantine() throws(PostError) -> [QuarantineEntry] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT id, issuer, receivedAt, LENGTH(envelope) FROM quarantine ORDER BY id DESC
          """
      ).map { row in
        QuarantineEntry(id: row[0], claimedIssuer: row[1], receivedAt: row[2], byteCount: row[3])
      }
    }
  }

  /// Opens a stranger's message without taking it in, introduced by the card that came with it.
  ///
  /// Its signature holds under the key that `iss` names. Whose key that is, nobody but the card says.
  ///
  /// - Parameters:
  ///   - id: its number in the quarantine.
  ///   - keys: the device's.
  ///   - candidate: makes signing keys of a card that nobody has verified yet; none of one that
  ///     does not hold. Only a key whose thumbprint URI is the issuer's is used.
  /// - Returns: what it says, with the card.
  /// - Throws: ``PostError`` `notFound`; `untrusted` when it has no such card, or its signature does
  ///   not hold; `malformed` when it is no message, `unusableKey` when none of the keys opens it.
  public func quarantined(
    _ id: Int64, with keys: OwnKeys,
    trusting candidate:
      @escaping @Sendable (_ issuer: String, _ card: [UInt8]) throws -> [PublicJWK]
  ) throws(PostError) -> Message {
    let row = try read { database in
      try Row.fetchOne(
        database,
        sql: "SELECT * FROM quarantine JOIN post ON post.identifier = quarantine.post WHERE id = ?",
        arguments: [id])
    }
    guard let row else { throw PostError(.notFound, "there is no such envelope in quarantine") }
    // As of then: that it has expired since is no reason not to show it.
    var opener = try EnvelopeOpener(
      keys.encryptionKey(named: row["key"]), in: row.post(), correspondents: Nobody(),
      now: row["receivedAt"])
    opener.introduction = candidate
    switch try opener.open(row.bytes("envelope")) {
    case .message(let message, _): return message
    case .stranger: throw PostError(.untrusted, "no card of its sender came with the message")
    case .refused(.forged): throw PostError(.untrusted, "its signature does not hold")
    default: throw PostError(.malformed, "the envelope in quarantine is no message")
    }
  }

  /// Drops a stranger's envelope.
  ///
  /// - Throws: ``PostError`` `notFound`.
  public func drop(quarantined id: Int64) throws(PostError) {
    guard try forget(quarantined: id) else {
      throw PostError(.notFound, "there is no such envelope in quarantine")
    }
  }

  /// Likewise; false when there is none.
  @discardableResult
  private func forget(quarantined id: Int64) throws(PostError) -> Bool {
    try write { database in
      try database.execute(sql: "DELETE FROM quarantine WHERE id = ?", arguments: [id])
      return database.changesCount > 0
    }
  }

  /// Takes in those envelopes whose senders are known by now.
  ///
  /// They are judged as of the time that they came at: what has expired since came all the same.
  ///
  /// - Parameters:
  ///   - post: the post that they came through.
  ///   - issuer: only those that claim to be signed by this thumbprint URI; nil for everybody's.
  ///   - keys: the device's.
  ///   - correspondents: who is known.
  ///   - now: the time in seconds since 1970.
  ///   - announcesArrivals: as ``Courier/announcesArrivals``.
  /// - Returns: how many messages were accepted, and how many stay as they had expired already.
  /// - Throws: ``PostError`` `inputOutput`.
  public func reconsiderQuarantine(
    of post: PostDescriptor, from issuer: String? = nil, with keys: OwnKeys,
    knowing correspondents: any Correspondents, now: Int,
    announcing announcesArrivals: Bool = false
  ) throws(PostError) -> QuarantineOutcome {
    var outcome = QuarantineOutcome()
    let clock = try clock(now)
    for key in keys.encryptionKeys {
      let opener = try EnvelopeOpener(key, in: post, correspondents: correspondents, now: now)
      for (id, arrival) in try quarantined(from: issuer, for: opener) {
        switch arrival.verdict {
        case .stranger: continue
        case .refused(.expired):
          outcome.expiredCount += 1
          continue
        default: break
        }
        let outcomes = try accept(
          [arrival], by: opener, clock: clock, announcing: announcesArrivals, cameInTime: true)
        if outcomes == [.accepted] { outcome.acceptedCount += 1 }
        if case .putOff = outcomes.first { continue }
        // A kill before this leaves a duplicate, which the next time drops.
        try forget(quarantined: id)
      }
    }
    return outcome
  }

  private func quarantined(
    from issuer: String?, for opener: EnvelopeOpener
  ) throws(PostError) -> [(Int64, Arrival)] {
    let rows = try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM quarantine WHERE post = ?1 AND key = ?2 AND issuer = IFNULL(?3, issuer)
          ORDER BY id
          """,
        arguments: [opener.post.identifier.data, opener.keyName, issuer])
    }
    return try rows.map { (row) throws(PostError) in
      let envelope = row.bytes("envelope")
      let marker = Marker(day: Day(of: opener.now), hash: try ContentHash(of: envelope))
      var verdict = try opener.open(envelope)
      if case .refused(.expired) = verdict {
        // A clock that was ahead then is no reason to think that it came late.
        verdict = try opener.at(min(row["receivedAt"], opener.now)).open(envelope)
      }
      return (row["id"], Arrival(marker: marker, envelope: envelope, verdict: verdict))
    }
  }
}

/// What came of looking through the quarantine again.
public struct QuarantineOutcome: Sendable, Hashable {
  /// Messages that were accepted.
  public internal(set) var acceptedCount = 0
  /// Those that had expired before they came, and stay until they are dropped.
  public internal(set) var expiredCount = 0
}

/// Knows none of those who write.
private struct Nobody: Correspondents {
  func correspondent(signingAs issuer: String) throws -> Correspondent? { nil }
}
