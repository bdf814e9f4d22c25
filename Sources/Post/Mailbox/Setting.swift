internal import GRDB

/// Numbers that a mailbox remembers.
enum Setting: String {
  /// The time of the last synchronization whose clock was not in doubt.
  case lastSteadyAt
  /// Likewise, when somebody else's signed time last agreed with ours.
  case lastConfirmedAt
  /// Up to which expiry identifiers of messages were forgotten.
  case forgottenUntil
  /// What tells this device's unfinished files from those of others.
  case writer

  func value(_ database: Database) throws -> Int? {
    try Int.fetchOne(
      database, sql: "SELECT value FROM setting WHERE name = ?", arguments: [rawValue])
  }

  func forget(_ database: Database) throws {
    try database.execute(sql: "DELETE FROM setting WHERE name = ?", arguments: [rawValue])
  }

  /// Remembers `value`.
  func set(to value: Int, _ database: Database) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO setting VALUES (?, ?)", arguments: [rawValue, value])
  }

  /// Remembers `value` unless a higher one was remembered before.
  func raise(to value: Int, _ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO setting VALUES (?, ?)
        ON CONFLICT DO UPDATE SET value = MAX(value, excluded.value)
        """, arguments: [rawValue, value])
  }
}

extension Mailbox {
  /// What the names of this device's unfinished files begin with.
  func writerName() throws(PostError) -> String {
    let number = try write { database in
      if let number = try Setting.writer.value(database) { return number }
      let number = Int.random(in: 0...Int.max)
      try Setting.writer.set(to: number, database)
      return number
    }
    return String(number, radix: 36)
  }
}
