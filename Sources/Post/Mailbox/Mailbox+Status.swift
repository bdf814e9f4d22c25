internal import GRDB

/// Numbers of a sender's that did not come.
public struct SequenceGap: Sendable, Hashable {
  /// The thumbprint URI of the key that signs the stream.
  public let issuer: String
  /// How many are missing.
  public let count: Int
}

extension Mailbox {
  /// Senders of whom messages are missing between others.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func gaps() throws(PostError) -> [SequenceGap] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT issuer, COUNT(*) FROM gap GROUP BY issuer ORDER BY issuer"
      ).map { SequenceGap(issuer: $0[0], count: $0[1]) }
    }
  }

  /// What was refused since the mailbox was made.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  public func refusals() throws(PostError) -> [RefusalReason: Int] {
    try read { database in
      var counts: [RefusalReason: Int] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT reason, count FROM refusal") {
        if let reason = RefusalReason(rawValue: row[0]) { counts[reason] = row[1] }
      }
      return counts
    }
  }
}
