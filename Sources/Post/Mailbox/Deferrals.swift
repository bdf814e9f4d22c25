internal import GRDB

/// What was announced in boxes and put off, in memory for one synchronization.
struct Deferrals {
  struct Entry: Equatable {
    var reason: PendingReason
    let firstSeenAt: Int
    var nextAttemptAt: Int
  }

  /// A marker in the box of one of our keys.
  struct Key: Hashable {
    let tag: Tag
    let marker: Marker

    init(_ marker: Marker, _ tag: Tag) {
      self.tag = tag
      self.marker = marker
    }

    fileprivate init?(name: String) {
      let parts = name.split(separator: "/").map(String.init)
      guard parts.count == 2, let tag = Tag(parsing: parts[0]),
        let marker = Marker(parsing: parts[1])
      else { return nil }
      self.init(marker, tag)
    }

    fileprivate var name: String { "\(tag.text)/\(marker.name)" }
  }

  fileprivate var entries: [Key: Entry] = [:]
  fileprivate var changed: Set<Key> = []
  private let limit: Int

  private static let longestWait = 6 * 3_600

  fileprivate init(limit: Int) { self.limit = limit }

  /// Whether it is not yet time to look again.
  ///
  /// It is when the clock went back, be it from where it was seen first or since: what was put off
  /// by a clock that was years ahead would not be looked at for years.
  func isPutOff(_ key: Key, at now: Int) -> Bool {
    guard !entries.isEmpty, let entry = entries[key] else { return false }
    return now >= entry.firstSeenAt && now < entry.nextAttemptAt
      && entry.nextAttemptAt <= now + Self.longestWait
  }

  /// Puts off until a quarter of the time has passed again that it has waited, six hours at most:
  /// what is new is looked at each time, and what will never come costs little.
  ///
  /// What was taken in and cannot be taken out of the box is acknowledged each time: an hour at
  /// least.
  mutating func add(_ key: Key, _ reason: PendingReason, at now: Int) {
    let firstSeenAt = min(entries[key]?.firstSeenAt ?? now, now)
    guard entries[key] != nil || entries.count < limit else { return }
    let shortest = reason == .undeletable ? 3_600 : 0
    entries[key] = Entry(
      reason: reason, firstSeenAt: firstSeenAt,
      nextAttemptAt: now + max(shortest, min((now - firstSeenAt) / 4, Self.longestWait)))
    changed.insert(key)
  }

  mutating func remove(_ key: Key) {
    if entries.removeValue(forKey: key) != nil { changed.insert(key) }
  }

  /// How many messages have been waited for for more than a day.
  func overdueCount(_ now: Int) -> Int {
    entries.values.count { $0.reason != .undeletable && now - $0.firstSeenAt > Day.secondCount }
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
        guard let key = Deferrals.Key(name: row["name"]) else { continue }
        deferrals.entries[key] = Deferrals.Entry(
          reason: reason, firstSeenAt: row["firstSeenAt"], nextAttemptAt: row["nextAttemptAt"])
      }
      return deferrals
    }
  }

  func save(_ deferrals: Deferrals, in post: PostIdentifier) throws(PostError) {
    guard !deferrals.changed.isEmpty else { return }
    try write { database in
      for key in deferrals.changed {
        guard let entry = deferrals.entries[key] else {
          try database.execute(
            sql: "DELETE FROM pending WHERE post = ? AND name = ?",
            arguments: [post.data, key.name])
          continue
        }
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?)")
          .execute(arguments: [
            post.data, key.name, entry.reason.rawValue, entry.firstSeenAt, entry.nextAttemptAt,
          ])
      }
    }
  }
}
