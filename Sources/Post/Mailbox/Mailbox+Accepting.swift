internal import GRDB
internal import JOSE

extension Mailbox {
  /// Takes in what arrived for one key: accepting a message, remembering it and queueing its
  /// acknowledgement happen together or not at all.
  ///
  /// - Returns: the outcomes, in order. Only now may markers be deleted.
  func accept(
    _ arrivals: [Arrival], by opener: EnvelopeOpener, clock: ClockVerdict,
    announcing announcesArrivals: Bool = false, cameInTime: Bool = false
  ) throws(PostError) -> [ArrivalOutcome] {
    guard !arrivals.isEmpty else { return [] }
    return try write { database in
      var inbox = Inbox(database, opener, clock)
      inbox.cameInTime = cameInTime
      inbox.announcesArrivals = announcesArrivals
      return try arrivals.map { try inbox.take($0) }
    }
  }
}

extension Mailbox {
  /// Which of these were taken in before; their markers may be deleted.
  func dismiss(
    _ markers: [Marker], by opener: EnvelopeOpener
  ) throws(PostError) -> Set<Marker> {
    guard !markers.isEmpty else { return [] }
    return try write { database in
      let acknowledgements = AcknowledgementQueue(
        database, of: opener.keyName, in: opener.post.identifier)
      return Set(try markers.filter { try acknowledgements.dismiss($0.hash) })
    }
  }
}

/// What comes in for one key, within one transaction.
struct Inbox {
  let database: Database
  private let opener: EnvelopeOpener
  private let clock: ClockVerdict
  /// Whether what is taken in now came before it expired, and waited here since.
  fileprivate(set) var cameInTime = false
  /// Whether the user's own program is to be told of what is accepted.
  fileprivate(set) var announcesArrivals = false

  private var post: PostIdentifier { opener.post.identifier }
  private var acknowledgements: AcknowledgementQueue {
    AcknowledgementQueue(database, of: opener.keyName, in: post)
  }

  /// How many strangers' envelopes are kept, and how large they may be together.
  static let maximumQuarantineCount = 1_000
  static let maximumQuarantineByteCount = 64 << 20
  /// How many missing numbers one message can bring about.
  static let maximumGapCount = 100

  init(_ database: Database, _ opener: EnvelopeOpener, _ clock: ClockVerdict) {
    self.database = database
    self.opener = opener
    self.clock = clock
  }

  func take(_ arrival: Arrival) throws -> ArrivalOutcome {
    switch arrival.verdict {
    case .message(let message, let signer):
      return try take(message, signedBy: signer, arrival)
    case .acknowledgement(let acknowledgement, let sender):
      return .acknowledgement(count: try note(acknowledgement, from: sender, arrival))
    case .stranger(let issuer): return try quarantine(arrival, issuer)
    case .early: return .putOff(.clock)
    case .refused(.expired) where clock != .trusted: return .putOff(.clock)
    case .refused(let reason): return try refuse(reason)
    }
  }

  func refuse(_ reason: RefusalReason) throws -> ArrivalOutcome {
    try database.execute(
      sql: "INSERT INTO refusal VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
      arguments: [reason.rawValue])
    return .refused(reason)
  }

  private func take(
    _ message: Message, signedBy signer: PublicJWK, _ arrival: Arrival
  ) throws -> ArrivalOutcome {
    // What was forgotten has expired. A clock that runs backwards must not bring it back.
    if !cameInTime, try message.expiresAt <= Setting.forgottenUntil.value(database) ?? 0 {
      return clock == .trusted ? try refuse(.expired) : .putOff(.clock)
    }
    var isNew = try remember(
      message.issuer, message.identifier, arrival, isAcknowledgement: false, message.expiresAt)
    // What has expired may have been forgotten, and still be here.
    if isNew, cameInTime { isNew = try !has(message) }
    guard isNew else {
      try acknowledgements.add(message.issuer, message.identifier)
      return .duplicate
    }
    let incoming = try insert(message, signer, arrival.envelope)
    if announcesArrivals { try Notifications.queue(incoming, opener.now, database) }
    try follow(message)
    try acknowledgements.add(message.issuer, message.identifier)
    // It may have come before its sender was known. There it would outlive what is remembered here.
    try database.cachedStatement(sql: "DELETE FROM quarantine WHERE hash = ?")
      .execute(arguments: [arrival.marker.hash.text])
    return .accepted
  }

  private func has(_ message: Message) throws -> Bool {
    try Bool.fetchOne(
      database, sql: "SELECT 1 FROM incoming WHERE issuer = ? AND identifier = ?",
      arguments: [message.issuer, message.identifier]) != nil
  }

  /// Remembers what was taken in by its signed name, and under which hash it came; false when it is
  /// known.
  private func remember(
    _ issuer: String, _ identifier: String, _ arrival: Arrival, isAcknowledgement: Bool,
    _ expiresAt: Int
  ) throws -> Bool {
    try database.cachedStatement(sql: "INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?, ?, ?)")
      .execute(arguments: [
        issuer, identifier, arrival.marker.hash.text, opener.keyName, isAcknowledgement, expiresAt,
      ])
    return database.changesCount > 0
  }

  private func insert(
    _ message: Message, _ signer: PublicJWK, _ envelope: [UInt8]
  ) throws -> Int64 {
    try database.cachedStatement(
      sql: """
        INSERT INTO incoming (post, name, issuer, identifier, thread, issuedAt, expiresAt,
          acceptedAt, key, signer, envelope) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      post.data, try message.name().text, message.issuer, message.identifier, message.thread,
      message.issuedAt, message.expiresAt, opener.now, opener.keyName, signer.serialized.blob,
      envelope.blob,
    ])
    let incoming = database.lastInsertedRowID
    for hash in message.attachments.flatMap(\.parts) {
      try database.execute(
        sql: "INSERT OR IGNORE INTO incomingPart (incoming, hash) VALUES (?, ?)",
        arguments: [incoming, hash.text])
    }
    return incoming
  }

  /// Notes the message's place in its stream, and which are missing before it.
  private func follow(_ message: Message) throws {
    let highest =
      try Int.fetchOne(
        database, sql: "SELECT highest FROM incomingStream WHERE issuer = ? AND identifier = ?",
        arguments: [message.issuer, message.stream]) ?? 0
    guard message.sequence > highest else {
      return try database.execute(
        sql: "DELETE FROM gap WHERE issuer = ? AND stream = ? AND sequence = ?",
        arguments: [message.issuer, message.stream, message.sequence])
    }
    try database.execute(
      sql: """
        INSERT INTO incomingStream VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET highest = excluded.highest
        """, arguments: [message.issuer, message.stream, message.sequence])
    // A sender who jumps by a billion must not make us write down a billion.
    for missing in max(highest + 1, message.sequence - Self.maximumGapCount)..<message.sequence {
      try database.execute(
        sql: "INSERT OR IGNORE INTO gap VALUES (?, ?, ?, ?)",
        arguments: [message.issuer, message.stream, missing, opener.now])
    }
  }

  /// Notes deliveries that arrived, and returns how many were news.
  ///
  /// Only the owner of the key that a message went to can acknowledge it.
  private func note(
    _ acknowledgement: Acknowledgement, from sender: Correspondent, _ arrival: Arrival
  ) throws -> Int {
    let isNew = try remember(
      acknowledgement.issuer, acknowledgement.identifier, arrival, isAcknowledgement: true,
      acknowledgement.expiresAt)
    guard isNew else { return 0 }
    var count = 0
    for entry in acknowledgement.entries where try sender.owns(entry.key) {
      try database.cachedStatement(
        sql: """
          UPDATE delivery SET acknowledgedAt = ? WHERE key = ? AND acknowledgedAt IS NULL
            AND outgoing IN (SELECT id FROM outgoing WHERE identifier = ? AND post = ?)
          """
      ).execute(arguments: [opener.now, entry.key, entry.identifier, post.data])
      count += database.changesCount
    }
    return count
  }

  private func quarantine(_ arrival: Arrival, _ issuer: String) throws -> ArrivalOutcome {
    // Whether it was taken in before is not known of what has expired, by a clock that ran backwards.
    guard try opener.now > Setting.forgottenUntil.value(database) ?? 0 else {
      return .putOff(.clock)
    }
    let row = try Row.fetchOne(
      database, sql: "SELECT COUNT(*), COALESCE(SUM(LENGTH(envelope)), 0) FROM quarantine")
    let (count, byteCount): (Int, Int) = row.map { ($0[0], $0[1]) } ?? (0, 0)
    guard count < Self.maximumQuarantineCount,
      byteCount + arrival.envelope.count <= Self.maximumQuarantineByteCount
    else { return .putOff(.quarantineFull) }
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO quarantine (post, hash, envelope, key, issuer, receivedAt)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        post.data, arrival.marker.hash.text, arrival.envelope.blob, opener.keyName, issuer,
        opener.now,
      ])
    return .quarantined
  }
}
