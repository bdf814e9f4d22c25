internal import GRDB

extension Courier {
  /// Makes messages of the acknowledgements that are due: one for each sender, however many of
  /// their messages it is about.
  ///
  /// They are never acknowledged themselves. When one gets lost, its receiver posts the message
  /// again, which brings about another.
  func acknowledge(_ now: Int) throws(PostError) {
    let issuers = try mailbox.read { database in
      try String.fetchAll(
        database, sql: "SELECT DISTINCT issuer FROM acknowledgement WHERE post = ?",
        arguments: [post.identifier.data])
    }
    for issuer in issuers {
      let sender = try floor { () throws in
        try correspondents.correspondent(signingAs: issuer)
      }
      try mailbox.write { database in
        let entries = try takeEntries(for: issuer, database)
        // Whoever was forgotten meanwhile learns nothing.
        guard let sender, !sender.encryptionKeys.isEmpty else { return }
        for start in stride(from: 0, to: entries.count, by: entryCount) {
          let batch = Array(entries[start..<min(start + entryCount, entries.count)])
          try Outbox(database, post, now).queue(batch, to: sender, from: keys)
        }
      }
    }
  }

  /// How many entries the smallest message has room for, at some 300 bytes each.
  private var entryCount: Int {
    min(Acknowledgement.maximumEntryCount, post.limits.messageByteCount / 600)
  }

  private func takeEntries(
    for issuer: String, _ database: Database
  ) throws -> [Acknowledgement.Entry] {
    let rows = try Row.fetchAll(
      database,
      sql: "DELETE FROM acknowledgement WHERE post = ? AND issuer = ? RETURNING identifier, key",
      arguments: [post.identifier.data, issuer])
    return rows.map { Acknowledgement.Entry(identifier: $0[0], key: $0[1]) }
  }
}
