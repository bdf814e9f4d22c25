internal import GRDB

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

  /// Drops a stranger's envelope.
  ///
  /// - Throws: ``PostError`` `notFound`.
  public func drop(quarantined id: Int64) throws(PostError) {
    try write { database in
      try database.execute(sql: "DELETE FROM quarantine WHERE id = ?", arguments: [id])
      guard database.changesCount > 0 else {
        throw PostError(.notFound, "there is no such envelope in quarantine")
      }
    }
  }

  /// Takes in those envelopes whose senders are known by now.
  ///
  /// - Parameters:
  ///   - post: the post that they came through.
  ///   - keys: the device's.
  ///   - correspondents: who is known.
  ///   - now: the time in seconds since 1970.
  /// - Returns: how many messages were accepted; what expired meanwhile is refused.
  /// - Throws: ``PostError`` `inputOutput`.
  public func reconsiderQuarantine(
    of post: PostDescriptor, with keys: OwnKeys, knowing correspondents: any Correspondents,
    now: Int
  ) throws(PostError) -> Int {
    var count = 0
    for key in keys.encryptionKeys {
      let opener = try EnvelopeOpener(key, in: post, correspondents: correspondents, now: now)
      for (id, arrival) in try quarantined(for: opener) {
        if case .stranger = arrival.verdict { continue }
        let outcomes = try accept([arrival], by: opener, clock: .trusted)
        if outcomes == [.accepted] { count += 1 }
        if case .putOff = outcomes.first { continue }
        // A kill before this leaves a duplicate, which the next time drops.
        try drop(quarantined: id)
      }
    }
    return count
  }

  private func quarantined(for opener: EnvelopeOpener) throws(PostError) -> [(Int64, Arrival)] {
    let rows = try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM quarantine WHERE post = ? AND key = ? ORDER BY id",
        arguments: [opener.post.identifier.data, opener.keyName])
    }
    return try rows.map { (row) throws(PostError) in
      let envelope = row.bytes("envelope")
      let marker = Marker(day: Day(of: opener.now), hash: try ContentHash(of: envelope))
      let verdict = try opener.open(envelope)
      return (row["id"], Arrival(marker: marker, envelope: envelope, verdict: verdict))
    }
  }
}
