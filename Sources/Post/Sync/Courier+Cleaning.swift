extension Courier {
  /// Takes out of the post what we put there and nobody needs any more.
  ///
  /// Messages and parts are deleted by whoever sent them, markers by the box's owner, or by whoever
  /// takes the message back, and nothing by anybody else. What cannot be deleted is tried again.
  func cleanUp(_ limits: AgeLimits, _ report: inout SyncReport) throws(PostError) {
    let settled = try mailbox.settled(in: post.identifier, limits).keeping {
      (outgoing) throws(PostError) in try isOver(outgoing, limits, &report)
    }
    guard !settled.isEmpty else { return }
    var removed = try remove(settled, &report)
    let kept = try removeParts(of: removed, &report)
    if !kept.isEmpty {
      removed = try removed.keeping { (outgoing) throws(PostError) in
        kept.isDisjoint(with: try mailbox.parts(of: outgoing))
      }
    }
    for outgoing in removed where try isUndelivered(outgoing) { report.undeliveredCount += 1 }
    try mailbox.noteRemoval(of: removed)
    try mailbox.removeReleasedParts()
    for outgoing in removed { onStep(.removed(file: outgoing.marker.name)) }
    report.removedCount = removed.count
  }

  /// An acknowledgement stays until it was collected, or has expired.
  private func isOver(
    _ outgoing: Outgoing, _ limits: AgeLimits, _ report: inout SyncReport
  ) throws(PostError) -> Bool {
    guard outgoing.isAcknowledgement, !limits.isOver(outgoing) else { return true }
    for delivery in try mailbox.deliveries(of: outgoing) {
      do { if try isAnnounced(outgoing.marker, in: delivery.tag) { return false } } catch {
        // What cannot be looked at is no reason to delete something else.
        try report.note(error, .reading)
        return false
      }
    }
    return true
  }

  private func isUndelivered(_ outgoing: Outgoing) throws(PostError) -> Bool {
    guard !outgoing.isAcknowledgement, !outgoing.isRecalled else { return false }
    return try !mailbox.deliveries(of: outgoing).allSatisfy(\.isAcknowledged)
  }

  /// Deletes messages, and returns those that are gone.
  private func remove(
    _ settled: [Outgoing], _ report: inout SyncReport
  ) throws(PostError) -> [Outgoing] {
    let copies = try copies(of: settled.map(\.marker), limit: budget.markerCount, &report)
    return try settled.keeping { (outgoing) throws(PostError) in
      // A carrier's copies may belong to whoever runs it. They go with their day at the latest.
      for path in copies[outgoing.marker] ?? [] { _ = try delete(path, &report) }
      guard try unannounce(outgoing, &report) else { return false }
      return try delete(.message(outgoing.marker), &report)
    }
  }

  /// Deletes the markers of a message that its sender takes back: nobody is to wait for it.
  private func unannounce(
    _ outgoing: Outgoing, _ report: inout SyncReport
  ) throws(PostError) -> Bool {
    guard outgoing.isRecalled else { return true }
    var isDone = true
    for delivery in try mailbox.deliveries(of: outgoing) {
      isDone = try delete(.marker(outgoing.marker, in: delivery.tag), &report) && isDone
    }
    return isDone
  }

  /// Deletes the parts that only these messages have, and returns those that are still there.
  ///
  /// In the mailbox they go last: killed before that, the next time deletes what is gone already.
  private func removeParts(
    of removed: [Outgoing], _ report: inout SyncReport
  ) throws(PostError) -> Set<ContentHash> {
    var parts: Set<ContentHash> = []
    for outgoing in removed { parts.formUnion(try mailbox.parts(of: outgoing)) }
    let needless = try parts.keeping { (hash) throws(PostError) in
      try !mailbox.needs(hash, beside: removed)
    }
    guard !needless.isEmpty else { return [] }
    let copies = try copies(of: needless, limit: budget.markerCount, &report)
    var left: Set<ContentHash> = []
    for hash in needless {
      for path in copies[hash] ?? [] { _ = try delete(path, &report) }
      if try !delete(.part(hash), &report) { left.insert(hash) }
    }
    return left
  }

  private func delete(
    _ path: TransportPath, _ report: inout SyncReport
  ) throws(PostError) -> Bool {
    do {
      try transport.delete(path)
      return true
    } catch {
      try report.note(error, .removing)
      return false
    }
  }
}
