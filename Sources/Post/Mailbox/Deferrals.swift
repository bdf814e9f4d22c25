internal import GRDB

/// What was announced in boxes and put off, in memory for one synchronization.
struct Deferrals {
  struct Entry: Equatable {
    var reason: PendingReason
    let firstSeenAt: Int
    var nextAttemptAt: Int
  }

  fileprivate var entries: [String: Entry] = [:]
  fileprivate var changed: Set<String> = []
  private let limit: Int

  private static let longestWait = 6 * 3_600

  fileprivate init(limit: Int) { self.limit = limit }

  static func name(_ marker: Marker, _ tag: Tag) -> String { "\(tag.text)/\(marker.name)" }

  /// Whether it is not yet time to look again.
  ///
  /// It is when the clock went back, be it from where it was seen first or since: what was put off
  /// by a clock that was years ahead would not be looked at for years.
  func isPutOff(_ name: String, at now: Int) -> Bool {
    guard let entry = entries[name] else { return false }
    return now >= entry.firstSeenAt && now < entry.nextAttemptAt
      && entry.nextAttemptAt <= now + Self.longestWait
  }

  /// Puts off until a quarter of the time has passed again that it has waited, six hours at most:
  /// what is new is looked at each time, and what will never come costs little.
  mutating func add(_ name: String, _ reason: PendingReason, at now: Int) {
    let firstSeenAt = min(entries[name]?.firstSeenAt ?? now, now)
    guard entries[name] != nil || entries.count < limit else { return }
    entries[name] = Entry(
      reason: reason, firstSeenAt: firstSeenAt,
      nextAttemptAt: now + min((now - firstSeenAt) / 4, Self.longestWait))
    changed.insert(name)
  }

  mutating func remove(_ name: String) {
    if entries.removeValue(forKey: name) != nil { changed.insert(name) }
  }

  /// How many have waited for more than a day.
  func overdueCount(_ now: Int) -> Int {
    entries.values.count { now - $0.firstSeenAt > Day.secondCount }
  }
}

extension Mailbox {
  func deferrals(in post: PostIdentifier, limit: Int) throws(PostError) -> Deferrals {
    try read { database in
      var deferrals = Deferrals(limit: limit)
      let rows = try Row.fetchCursor(
        database, sql: "SELECT * FROM pending WHERE post = ?", arguments: [post.data])
      while let row = try rows.next() {
        let reason = PendingReason(rawValue: row["reason"]) ?? .missing
        deferrals.entries[row["name"]] = Deferrals.Entry(
          reason: reason, firstSeenAt: row["firstSeenAt"], nextAttemptAt: row["nextAttemptAt"])
      }
      return deferrals
    }
  }

  func save(_ deferrals: Deferrals, in post: PostIdentifier) throws(PostError) {
    guard !deferrals.changed.isEmpty else { return }
    try write { database in
      for name in deferrals.changed {
        guard let entry = deferrals.entries[name] else {
          try database.execute(
            sql: "DELETE FROM pending WHERE post = ? AND name = ?", arguments: [post.data, name])
          continue
        }
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?)")
          .execute(arguments: [
            post.data, name, entry.reason.rawValue, entry.firstSeenAt, entry.nextAttemptAt,
          ])
      }
    }
  }
}
