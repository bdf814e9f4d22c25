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
      let others = try take(candidates, opener, &collection) {
        (marker, collection) throws(PostError) in
        try look(at: .message(marker), marker, &collection)
      }
      let copies = try copies(of: others.map(\.marker), limit: 16)
      let missing = try take(others, opener, &collection) {
        (marker, collection) throws(PostError) in
        try look(at: copies[marker] ?? [], marker, &collection)
      }
      for candidate in missing { try putOff(candidate, opener, &collection) }
    }
    try mailbox.save(collection.deferrals, in: post.identifier)
    collection.report(into: &report)
    report.cards = try collection.cards.news(to: correspondents)
    report.overdueCount = collection.deferrals.overdueCount(now)
    return collection.isClockConfirmed
  }

  /// So many messages share a transaction, and its wait for the medium.
  private static var batchCount: Int { 64 }

  private func candidates(
    for opener: EnvelopeOpener, _ collection: inout Collection
  ) throws(PostError) -> [Candidate] {
    let start = Base32.encode(try Fresh.bytes(4))
    var selection = MarkerSelection(limit: collection.budget.markerCount, start: start)
    try transport.list(.box(opener.tag)) { name in
      guard let marker = Marker(parsing: name) else { return true }
      let key = Deferrals.name(marker, opener.tag)
      if !collection.deferrals.isPutOff(key, at: opener.now) { selection.add(name, marker) }
      return true
    }
    let candidates = selection.finish()
    collection.isPartial = collection.isPartial || selection.isPartial
    return candidates
  }

  /// Deletes the markers of what was taken in before, and returns the others.
  ///
  /// The hash is that of bytes which were verified then. So a file that is announced a hundred times
  /// is opened once, and one that its sender has taken away since is not waited for.
  private func dismissing(
    _ candidates: [Candidate], _ opener: EnvelopeOpener, _ collection: inout Collection
  ) throws(PostError) -> [Candidate] {
    let known = try mailbox.dismiss(
      candidates.map(\.marker), by: opener, clock: collection.clock)
    var others: [Candidate] = []
    for candidate in candidates {
      guard known.contains(candidate.marker) else {
        others.append(candidate)
        continue
      }
      collection.note(.duplicate, nil, opener.now)
      tell(.duplicate, nil, candidate.marker)
      collection.deferrals.remove(Deferrals.name(candidate.marker, opener.tag))
      try delete(candidate.names, opener.tag)
    }
    return others
  }

  /// Takes in what `find` finds, and returns the others.
  private func take(
    _ candidates: [Candidate], _ opener: EnvelopeOpener, _ collection: inout Collection,
    _ find: (Marker, inout Collection) throws(PostError) -> Finding
  ) throws(PostError) -> [Candidate] {
    var others: [Candidate] = []
    var arrivals: [(arrival: Arrival, names: [String])] = []
    for var candidate in candidates {
      guard collection.takes() else { break }
      switch try find(candidate.marker, &collection) {
      case .found(let envelope):
        let verdict = try opener.open(envelope)
        let arrival = Arrival(marker: candidate.marker, envelope: envelope, verdict: verdict)
        arrivals.append((arrival, candidate.names))
      case .putOff(let reason):
        // What the copies are like matters less than what stands in the message's own place.
        candidate.reason = candidate.reason ?? reason
        others.append(candidate)
      }
      guard arrivals.count >= Self.batchCount else { continue }
      try settle(arrivals, opener, &collection)
      arrivals = []
    }
    try settle(arrivals, opener, &collection)
    return others
  }

  /// Accepts, and only then deletes the markers: killed in between, the next time finds duplicates.
  private func settle(
    _ arrivals: [(arrival: Arrival, names: [String])], _ opener: EnvelopeOpener,
    _ collection: inout Collection
  ) throws(PostError) {
    // The inbox is in the order of acceptance, and markers are in none.
    let arrivals = arrivals.sorted { $0.arrival.order < $1.arrival.order }
    let outcomes = try mailbox.accept(
      arrivals.map(\.arrival), by: opener, clock: collection.clock, announcing: announcesArrivals)
    for ((arrival, names), outcome) in zip(arrivals, outcomes) {
      collection.note(outcome, arrival.verdict, opener.now)
      tell(outcome, arrival.verdict, arrival.marker)
      let key = Deferrals.name(arrival.marker, opener.tag)
      if case .putOff(let reason) = outcome {
        collection.deferrals.add(key, reason, at: opener.now)
      } else {
        collection.deferrals.remove(key)
        try delete(names, opener.tag)
      }
    }
  }

  private func putOff(
    _ candidate: Candidate, _ opener: EnvelopeOpener, _ collection: inout Collection
  ) throws(PostError) {
    let reason = candidate.reason ?? .missing
    let key = Deferrals.name(candidate.marker, opener.tag)
    // Older than any message may become: nothing can come of it.
    let isOver =
      reason == .missing && collection.clock == .trusted && isLongGone(candidate.marker, opener.now)
    if isOver {
      collection.deferrals.remove(key)
      try delete(candidate.names, opener.tag)
    } else {
      collection.note(.putOff(reason), nil, opener.now)
      tell(.putOff(reason), nil, candidate.marker)
      collection.deferrals.add(key, reason, at: opener.now)
    }
  }

  /// Whether no message that was announced on the marker's day can still be waited for.
  private func isLongGone(_ marker: Marker, _ now: Int) -> Bool {
    marker.day < Day(of: now - (post.limits.dayCount + 2) * Day.secondCount)
  }

  private func delete(_ names: [String], _ tag: Tag) throws(PostError) {
    for name in names {
      if let path = TransportPath.box(tag).appending(name) { try transport.delete(path) }
    }
  }
}

/// A marker in a box, under the names that it was seen with.
struct Candidate {
  let marker: Marker
  let names: [String]
  /// Why its message was not found where it should be.
  var reason: PendingReason?
}

/// The state of one collection: what is left of the budget, and what was done.
struct Collection {
  private(set) var budget: SyncBudget
  let clock: ClockVerdict
  var deferrals: Deferrals
  var isPartial = false
  private(set) var isClockConfirmed = false
  private(set) var cards = CardCollection()
  private let ownIssuer: String
  private var done = SyncReport()

  init(budget: SyncBudget, clock: ClockVerdict, deferrals: Deferrals, ownIssuer: String) {
    self.budget = budget
    self.clock = clock
    self.deferrals = deferrals
    self.ownIssuer = ownIssuer
  }

  /// Whether one more marker is looked at.
  mutating func takes() -> Bool {
    guard budget.markerCount > 0, budget.messageCount > 0, budget.byteCount > 0 else {
      isPartial = true
      return false
    }
    budget.markerCount -= 1
    return true
  }

  mutating func spend(_ byteCount: Int) {
    budget.messageCount -= 1
    budget.byteCount -= byteCount
  }

  mutating func note(_ outcome: ArrivalOutcome, _ verdict: OpeningVerdict?, _ now: Int) {
    switch outcome {
    case .accepted: done.acceptedCount += 1
    case .duplicate: done.duplicateCount += 1
    case .acknowledgement(let count): done.acknowledgedCount += count
    case .quarantined: done.quarantinedCount += 1
    case .refused(let reason): done.refused[reason, default: 0] += 1
    case .putOff(let reason): done.putOff[reason, default: 0] += 1
    }
    switch verdict {
    case .message(let message, _) where outcome == .accepted:
      confirm(message.issuedAt, by: message.issuer, now)
      cards.add(message.announced, of: message.issuer)
    case .acknowledgement(let acknowledgement, _):
      confirm(acknowledgement.issuedAt, by: acknowledgement.issuer, now)
      cards.add(acknowledgement.announced, of: acknowledgement.issuer)
    default: break
    }
  }

  /// A message to oneself has the time of the very clock that is in doubt.
  private mutating func confirm(_ issuedAt: Int, by issuer: String, _ now: Int) {
    guard !issuer.isExactly(ownIssuer) else { return }
    if ClockVerdict.agrees(issuedAt, with: now) { isClockConfirmed = true }
  }

  func report(into report: inout SyncReport) {
    let clock = report.clock
    report = done
    report.clock = clock
    report.isPartial = isPartial
  }
}
