internal import JOSE

extension Courier {
  /// Brings parts of attachments into the mailbox.
  ///
  /// Only then is their message acknowledged: the sender deletes message and parts together. Until
  /// then it can be read already.
  func fetchParts(_ now: Int, _ report: inout SyncReport) throws(PostError) {
    let missing = try mailbox.missingParts(in: post.identifier, now, limit: budget.messageCount)
    if !missing.isEmpty { try fetch(missing, &report) }
    let counts = try mailbox.partCounts(in: post.identifier, now)
    report.missingPartCount = counts.missing
    report.overduePartCount = counts.overdue
  }

  private func fetch(_ missing: [ContentHash], _ report: inout SyncReport) throws(PostError) {
    var fetching = PartFetching(
      byteCount: budget.byteCount,
      room: Room(free: try mailbox.parts.freeByteCount(), spare: budget.spareMailboxByteCount))
    for hash in missing {
      // A kill, or a restored mailbox, forgets what is there.
      if try mailbox.parts.isWhole(hash) {
        fetching.arrived.append(hash)
      } else {
        try fetch(hash, from: [.part(hash)], &fetching, &report)
      }
    }
    let copies = try copies(of: fetching.absent, limit: 16, &report)
    for (hash, paths) in copies { try fetch(hash, from: paths, &fetching, &report) }
    try mailbox.noteArrival(of: fetching.arrived)
    for hash in fetching.arrived { onStep(.part(hash: hash.text)) }
    report.partCount = fetching.arrived.count
    if fetching.lackedRoom {
      let error = PostError(
        .noSpace, "the mailbox's disk is nearly full, and parts of attachments wait for room")
      try report.note(error, .fetching)
    }
  }

  private func fetch(
    _ hash: ContentHash, from paths: [TransportPath], _ fetching: inout PartFetching,
    _ report: inout SyncReport
  ) throws(PostError) {
    for path in paths {
      guard fetching.byteCount > 0 else {
        report.isPartial = true
        return
      }
      guard let part = try part(at: path, &report) else { continue }
      guard fetching.room.has(part.byteCount) else {
        fetching.lackedRoom = true
        return
      }
      fetching.byteCount -= Int(part.byteCount)
      do {
        guard try mailbox.parts.take(part, hash) else { continue }
        fetching.room.take(part.byteCount)
        return fetching.arrived.append(hash)
      } catch { try report.note(error, .fetching) }
    }
    fetching.absent.append(hash)
  }

  /// The bytes at `path`; nil when there are none that could be a part.
  private func part(
    at path: TransportPath, _ report: inout SyncReport
  ) throws(PostError) -> (any RandomAccessBytes)? {
    do { return try transport.get(path, limit: Attachment.maximumEnvelopeByteCount) } catch {
      if !error.isAboutItsKind { try report.note(error, .fetching) }
      return nil
    }
  }
}

/// What is left for parts, and which came.
private struct PartFetching {
  var byteCount: Int
  var room: Room
  var lackedRoom = false
  var arrived: [ContentHash] = []
  /// Those that are not where they should be.
  var absent: [ContentHash] = []
}

/// What may be written to a disk in one synchronization.
struct Room {
  private var left: UInt64

  /// Room in `free` bytes, nil where nobody knows and only trying tells.
  init(free: UInt64?, spare: UInt64) {
    let free = free ?? .max
    left = free > spare ? free - spare : 0
  }

  func has(_ byteCount: UInt64) -> Bool { left >= byteCount }

  mutating func take(_ byteCount: UInt64) { left -= min(left, byteCount) }
}
