extension Courier {
  /// Takes out of the post what we put there and nobody needs any more.
  ///
  /// Messages and parts are deleted by whoever sent them, markers by the box's owner, or by whoever
  /// takes the message back, and nothing by anybody else.
  func cleanUp(_ now: Int, _ report: inout SyncReport) throws(PostError) {
    var removed: [Outgoing] = []
    for outgoing in try mailbox.settled(in: post.identifier, now) {
      let deliveries = try mailbox.deliveries(of: outgoing)
      let isExpired = outgoing.expiresAt <= now - ClockVerdict.tolerance
      if outgoing.isAcknowledgement, !isExpired {
        guard try !isAnnounced(outgoing, to: deliveries) else { continue }
      } else if !outgoing.isAcknowledgement, !outgoing.isRecalled,
        !deliveries.allSatisfy(\.isAcknowledged)
      {
        report.undeliveredCount += 1
      }
      removed.append(outgoing)
    }
    guard !removed.isEmpty else { return }
    let copies = try copies(of: removed.map(\.marker), limit: budget.markerCount)
    for outgoing in removed {
      if outgoing.isRecalled { try unannounce(outgoing) }
      for path in [.message(outgoing.marker)] + (copies[outgoing.marker] ?? []) {
        try transport.delete(path)
      }
    }
    // In the mailbox last: killed before that, the next time deletes what is gone already.
    var parts: Set<ContentHash> = []
    for outgoing in removed { parts.formUnion(try mailbox.parts(of: outgoing)) }
    for hash in parts where try !mailbox.needs(hash, beside: removed) {
      try transport.delete(.part(hash))
    }
    try mailbox.noteRemoval(of: removed)
    try mailbox.removeReleasedParts()
    for outgoing in removed { onStep(.removed(file: outgoing.marker.name)) }
    report.removedCount = removed.count
  }

  /// Deletes the markers of a message that its sender takes back: nobody is to wait for it.
  private func unannounce(_ outgoing: Outgoing) throws(PostError) {
    for delivery in try mailbox.deliveries(of: outgoing) {
      try transport.delete(.marker(outgoing.marker, in: delivery.tag))
    }
  }

  /// Whether one of the markers is still there: its owner has not collected it.
  private func isAnnounced(
    _ outgoing: Outgoing, to deliveries: [Delivery]
  ) throws(PostError) -> Bool {
    for delivery in deliveries {
      let path = TransportPath.marker(outgoing.marker, in: delivery.tag)
      do { if try transport.get(path, limit: 0) != nil { return true } } catch {
        // Something that is no marker does not announce anything.
        guard error.code == .malformed || error.code == .limitExceeded else { throw error }
      }
    }
    return false
  }
}
