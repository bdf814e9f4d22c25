internal import JOSE

extension Courier {
  /// Takes in what is announced in the boxes of our keys.
  ///
  /// - Returns: whether a time that somebody else signed agreed with our clock.
  func collect(
    _ now: Int, _ clock: ClockVerdict, _ report: inout SyncReport
  ) throws(PostError) -> Bool {
    let deferrals = try mailbox.deferrals(in: post.identifier, limit: budget.pendingCount)
    var collection = Collection(
      budget: budget, clock: clock, deferrals: deferrals, ownIssuer: keys.issuer)
    for key in keys.encryptionKeys {
      let opener = try EnvelopeOpener(key, in: post, correspondents: correspondents, now: now)
      let candidates = try dismissing(candidates(for: opener, &collection), opener, &collection)
      let others = try take(candidates, opener, &collection) { [.message($0)] }.missing
      let copies = try copies(of: others.map(\.marker), limit: 16, &collection.report)
      let left = try take(others, opener, &collection) { copies[$0] ?? [] }
      for candidate in left.missing + left.untouched { try putOff(candidate, opener, &collection) }
    }
    try mailbox.save(collection.deferrals, in: post.identifier)
    report = collection.report
    report.cards = try collection.cards.news(to: correspondents)
    report.overdueCount = collection.deferrals.overdueCount(now)
    if report.acceptedCount > 0 { report.gapCount = try mailbox.gapCount(notedAt: now) }
    return collection.isClockConfirmed
  }

  /// So many messages share a transaction, and its wait for the medium.
  private static var batchCount: Int { 64 }

  private func candidates(
    for opener: EnvelopeOpener, _ collection: inout Collection
  ) throws(PostError) -> [Candidate] {
    let start = try Fresh.bytes(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    // A share for each key, so that junk in one box does not keep the others from their turn.
    let limit = max(budget.markerCount / keys.encryptionKeys.count, 1)
    var selection = MarkerSelection(limit: limit, start: start)
    do {
      try transport.list(.box(opener.tag)) { name in
        guard let marker = Marker(parsing: name) else { return true }
        let key = Deferrals.Key(marker, opener.tag)
        if !collection.deferrals.isPutOff(key, at: opener.now) { selection.add(name, marker) }
        return true
      }
    } catch { try collection.report.note(error, .reading) }
    let candidates = selection.finish()
    collection.report.isPartial = collection.report.isPartial || selection.isPartial
    return candidates
  }

  /// Deletes the markers of what was taken in before, and returns the others.
  ///
  /// The hash is that of bytes which were verified then. So a file that is announced a hundred times
  /// is opened once, and one that its sender has taken away since is not waited for.
  private func dismissing(
    _ candidates: [Candidate], _ opener: EnvelopeOpener, _ collection: inout Collection
  ) throws(PostError) -> [Candidate] {
    let known = try mailbox.dismiss(candidates.map(\.marker), by: opener)
    var others: [Candidate] = []
    for candidate in candidates {
      guard known.contains(candidate.marker) else {
        others.append(candidate)
        continue
      }
      collection.note(.duplicate, nil, opener.now)
      tell(.duplicate, nil, candidate.marker)
      try remove(candidate, opener, &collection)
    }
    return others
  }

  /// Takes in what is found in one of the `places` of each message.
  ///
  /// - Returns: those that were not found, and those that the budget had nothing left for.
  private func take(
    _ candidates: [Candidate], _ opener: EnvelopeOpener, _ collection: inout Collection,
    from places: (Marker) -> [TransportPath]
  ) throws(PostError) -> (missing: [Candidate], untouched: ArraySlice<Candidate>) {
    var missing: [Candidate] = []
    var arrivals: [(candidate: Candidate, arrival: Arrival)] = []
    var left = candidates[...]
    while var candidate = left.first, collection.mayRead() {
      left = left.dropFirst()
      switch try look(at: places(candidate.marker), candidate.marker, &collection) {
      case .found(let envelope):
        let verdict = try opener.open(envelope)
        let arrival = Arrival(marker: candidate.marker, envelope: envelope, verdict: verdict)
        arrivals.append((candidate, arrival))
      case .putOff(let reason):
        // What the copies are like matters less than what stands in the message's own place.
        candidate.reason = candidate.reason ?? reason
        missing.append(candidate)
      }
      guard arrivals.count >= Self.batchCount else { continue }
      try settle(arrivals, opener, &collection)
      arrivals = []
    }
    try settle(arrivals, opener, &collection)
    return (missing, left)
  }

  /// Accepts, and only then deletes the markers: killed in between, the next time finds duplicates.
  private func settle(
    _ arrivals: [(candidate: Candidate, arrival: Arrival)], _ opener: EnvelopeOpener,
    _ collection: inout Collection
  ) throws(PostError) {
    // The inbox is in the order of acceptance, and markers are in none.
    let arrivals = arrivals.sorted { $0.arrival.order < $1.arrival.order }
    let outcomes = try mailbox.accept(
      arrivals.map(\.arrival), by: opener, clock: collection.clock, announcing: announcesArrivals)
    for ((candidate, arrival), outcome) in zip(arrivals, outcomes) {
      collection.note(outcome, arrival.verdict, opener.now)
      tell(outcome, arrival.verdict, arrival.marker)
      if case .putOff(let reason) = outcome {
        let key = Deferrals.Key(arrival.marker, opener.tag)
        collection.deferrals.add(key, reason, at: opener.now)
      } else {
        try remove(candidate, opener, &collection)
      }
    }
  }

  private func putOff(
    _ candidate: Candidate, _ opener: EnvelopeOpener, _ collection: inout Collection
  ) throws(PostError) {
    let reason = candidate.reason ?? .missing
    // Older than any message may become: nothing can come of it.
    if collection.clock == .trusted, isLongGone(candidate.marker, opener.now) {
      try remove(candidate, opener, &collection)
    } else {
      collection.note(.putOff(reason), nil, opener.now)
      tell(.putOff(reason), nil, candidate.marker)
      let key = Deferrals.Key(candidate.marker, opener.tag)
      collection.deferrals.add(key, reason, at: opener.now)
    }
  }

  /// Whether no message that was announced on the marker's day can still be waited for.
  private func isLongGone(_ marker: Marker, _ now: Int) -> Bool {
    marker.day < Day(of: now - (post.limits.dayCount + 2) * Day.secondCount)
  }

  /// Deletes a marker under all its names.
  ///
  /// One that cannot be deleted is looked at again later.
  private func remove(
    _ candidate: Candidate, _ opener: EnvelopeOpener, _ collection: inout Collection
  ) throws(PostError) {
    let key = Deferrals.Key(candidate.marker, opener.tag)
    collection.deferrals.remove(key)
    for name in candidate.names.all(of: candidate.marker) {
      guard let path = TransportPath.box(opener.tag).appending(name) else { continue }
      do { try transport.delete(path) } catch {
        try collection.report.note(error, .removing)
        collection.deferrals.add(key, .undeletable, at: opener.now)
      }
    }
  }
}
