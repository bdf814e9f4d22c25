internal import JOSE

extension Courier {
  /// Posts what is due: parts, then messages, then, once these are durable, the markers that
  /// announce them.
  ///
  /// What cannot be posted is told, stays in the outbox, and holds up nothing else.
  func publish(_ now: Int, _ report: inout SyncReport) throws(PostError) {
    let due = try mailbox.due(in: post.identifier, now, limit: budget.postingCount)
    guard !due.isEmpty else { return }
    report.isPartial = report.isPartial || due.count == budget.postingCount
    var obstacles: [(Outgoing, PostingObstacle)] = []
    let placed = try place(due, &obstacles, &report)
    let posted = try announce(placed, &obstacles, &report)
    try mailbox.notePosting(of: posted, now)
    try mailbox.noteObstacles(obstacles)
    for outgoing in posted {
      onStep(
        .posted(file: outgoing.marker.name, isAcknowledgement: outgoing.isAcknowledgement))
    }
    report.postedCount = posted.count { !$0.isAcknowledgement }
  }

  /// Puts messages with their parts, and returns those that are whole and durable in the post.
  private func place(
    _ due: [Outgoing], _ obstacles: inout [(Outgoing, PostingObstacle)],
    _ report: inout SyncReport
  ) throws(PostError) -> [Outgoing] {
    var placed: [Outgoing] = []
    do {
      var room = try transport.freeByteCount().map {
        Room(free: $0, spare: budget.spareByteCount)
      }
      for outgoing in due {
        let files = try files(of: outgoing)
        do {
          try put(files, &room)
          placed.append(outgoing)
        } catch { obstacles.append(try note(error, outgoing, &report)) }
      }
      guard !placed.isEmpty else { return [] }
      try transport.synchronize()
      return placed
    } catch {
      try report.note(error, .posting)
      return []
    }
  }

  /// Puts the markers, and returns what is announced by one of them at least.
  private func announce(
    _ placed: [Outgoing], _ obstacles: inout [(Outgoing, PostingObstacle)],
    _ report: inout SyncReport
  ) throws(PostError) -> [Outgoing] {
    guard !placed.isEmpty else { return [] }
    var announced: [Outgoing] = []
    for outgoing in placed {
      var count = 0
      for delivery in try mailbox.deliveries(of: outgoing) where !delivery.isAcknowledged {
        do {
          try announce(outgoing.marker, in: delivery.tag)
          count += 1
        } catch { obstacles.append(try note(error, outgoing, &report)) }
      }
      if count > 0 { announced.append(outgoing) }
    }
    do { try transport.synchronize() } catch {
      try report.note(error, .posting)
      return []
    }
    return announced
  }

  private func note(
    _ error: PostError, _ outgoing: Outgoing, _ report: inout SyncReport
  ) throws(PostError) -> (Outgoing, PostingObstacle) {
    try report.note(error, .posting, message: mailbox.name(of: outgoing))
    return (outgoing, PostingObstacle(error.code))
  }

  private func announce(_ marker: Marker, in tag: Tag) throws(PostError) {
    let path = TransportPath.marker(marker, in: tag)
    guard try !transport.putIfAbsent(path, []), try !isAnnounced(marker, in: tag) else { return }
    throw PostError(.obstructed, "\(path): something else is in a marker's place")
  }

  /// Whether the marker is there: the owner of the box has not collected it.
  func isAnnounced(_ marker: Marker, in tag: Tag) throws(PostError) -> Bool {
    do { return try transport.get(.marker(marker, in: tag), limit: 0) != nil } catch {
      switch error.code {
      // Something that is no file does not announce anything.
      case .malformed, .obstructed: return false
      case .limitExceeded, .notPermitted: return true
      default: throw error
      }
    }
  }

  // MARK: Files

  private func files(of outgoing: Outgoing) throws(PostError) -> [OutgoingFile] {
    let parts = try mailbox.parts(of: outgoing).map { (hash) throws(PostError) in
      OutgoingFile(
        path: .part(hash), hash: hash, byteCount: try mailbox.parts.open(hash)?.byteCount,
        envelope: nil)
    }
    let envelope = try mailbox.envelope(outgoing)
    return parts + [
      OutgoingFile(
        path: .message(outgoing.marker), hash: outgoing.marker.hash,
        byteCount: UInt64(envelope.count), envelope: envelope)
    ]
  }

  /// Puts the files of one message, all of them or, if there is no room for all, none.
  private func put(_ files: [OutgoingFile], _ room: inout Room?) throws(PostError) {
    var files = files
    // What lies in the post already needs neither room nor to be here.
    if files.contains(where: { $0.byteCount == nil }) || room?.has(byteCount(files)) == false {
      files = try files.keeping { (file) throws(PostError) in try !isWhole(file) }
      guard files.allSatisfy({ $0.byteCount != nil }) else {
        throw PostError(.damaged, "a part of its attachment is not in the mailbox any more")
      }
      guard room?.has(byteCount(files)) != false else {
        throw PostError(
          .noSpace, "the post's disk has no room for its \(byteCount(files)) bytes")
      }
    }
    for file in files where try put(file) { room?.take(file.byteCount ?? 0) }
  }

  private func byteCount(_ files: [OutgoingFile]) -> UInt64 {
    files.reduce(0) { $0 + ($1.byteCount ?? 0) }
  }

  /// Puts a file, also in the place of one that is not what its name says: what a crash or a
  /// stranger left there would otherwise stay until the message expires.
  ///
  /// - Returns: false when it was there.
  private func put(_ file: OutgoingFile) throws(PostError) -> Bool {
    let content: (any RandomAccessBytes)? =
      if let envelope = file.envelope { BytesInMemory(envelope) } else {
        try mailbox.parts.open(file.hash)
      }
    guard let content else {
      throw PostError(.damaged, "a part of its attachment is not in the mailbox any more")
    }
    if try transport.putIfAbsent(file.path, content) { return true }
    if try isWhole(file) { return false }
    try transport.delete(file.path)
    guard try transport.putIfAbsent(file.path, content) else {
      throw PostError(.obstructed, "\(file.path): something else is in its place")
    }
    return true
  }

  private func isWhole(_ file: OutgoingFile) throws(PostError) -> Bool {
    let limit = file.byteCount.map { Int($0) } ?? Attachment.maximumEnvelopeByteCount
    do {
      guard let found = try transport.get(file.path, limit: limit) else { return false }
      return try ContentHash(of: found) == file.hash
    } catch {
      guard error.isAboutItsKind else { throw error }
      return false
    }
  }
}

/// A file that a message brings into the post.
private struct OutgoingFile {
  let path: TransportPath
  let hash: ContentHash
  /// Nil when it is a part that the mailbox has not.
  let byteCount: UInt64?
  /// Nil for a part.
  let envelope: [UInt8]?
}
