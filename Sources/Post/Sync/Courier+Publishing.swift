internal import JOSE

extension Courier {
  /// Posts what is due: parts, then messages, then, once these are durable, the markers that
  /// announce them.
  func publish(_ now: Int, _ report: inout SyncReport) throws(PostError) {
    let due = try mailbox.due(in: post.identifier, now, limit: budget.postingCount)
    guard !due.isEmpty else { return }
    report.isPartial = report.isPartial || due.count == budget.postingCount
    var room = try transport.freeByteCount().map { Room(free: $0, spare: budget.spareByteCount) }
    for outgoing in due {
      for hash in try mailbox.parts(of: outgoing) {
        guard let part = try mailbox.parts.open(hash) else {
          throw PostError(.damaged, "mailbox: a part of an attachment is gone")
        }
        try put(part, at: .part(hash), hash, &room)
      }
      try put(
        BytesInMemory(mailbox.envelope(outgoing)), at: .message(outgoing.marker),
        outgoing.marker.hash, &room)
    }
    try transport.synchronize()
    for outgoing in due {
      for delivery in try mailbox.deliveries(of: outgoing) where !delivery.isAcknowledged {
        _ = try transport.putIfAbsent(.marker(outgoing.marker, in: delivery.tag), [])
      }
    }
    try transport.synchronize()
    try mailbox.notePosting(of: due, now)
    for outgoing in due {
      onStep(
        .posted(file: outgoing.marker.name, isAcknowledgement: outgoing.isAcknowledgement))
    }
    report.postedCount = due.count { !$0.isAcknowledgement }
  }

  /// Puts a file, also in the place of one that is not what its name says: what a crash or a
  /// stranger left there would otherwise stay until the message expires.
  private func put(
    _ content: any RandomAccessBytes, at path: TransportPath, _ hash: ContentHash,
    _ room: inout Room?
  ) throws(PostError) {
    try room?.take(content.byteCount)
    guard try !transport.putIfAbsent(path, content) else { return }
    guard try !isWhole(path, hash, byteCount: Int(content.byteCount)) else { return }
    try transport.delete(path)
    _ = try transport.putIfAbsent(path, content)
  }

  private func isWhole(
    _ path: TransportPath, _ hash: ContentHash, byteCount: Int
  ) throws(PostError) -> Bool {
    do {
      guard let found = try transport.get(path, limit: byteCount) else { return false }
      return try ContentHash(of: found) == hash
    } catch {
      guard error.code == .malformed || error.code == .limitExceeded else { throw error }
      return false
    }
  }
}

/// What may be written to the post in one synchronization.
private struct Room {
  private var left: UInt64

  init(free: UInt64, spare: UInt64) { left = free > spare ? free - spare : 0 }

  mutating func take(_ byteCount: UInt64) throws(PostError) {
    guard left >= byteCount else {
      throw PostError(.noSpace, "the post's disk is full; what is not posted waits in the outbox")
    }
    left -= byteCount
  }
}
