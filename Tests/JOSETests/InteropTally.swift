import Testing

/// What came of each feature with one peer.
struct InteropTally {
  let peer: InteropPeer
  private let gaps: [InteropGap]
  private var passed: [Key: Int] = [:]
  private var refused: Set<Key> = []

  private struct Key: Hashable {
    let row: String
    let direction: InteropDirection
  }

  init(_ peer: InteropPeer) {
    self.peer = peer
    gaps = InteropGap.known(peer)
  }

  /// Whether the peer does not do it at all.
  func lacks(_ row: String) -> Bool { gaps.contains { $0.row == row && $0.with.isEmpty } }

  /// Counts one message for the rows that it is evidence for.
  ///
  /// `refusal` says why it was not opened, nil that it was; `summary` which message it was.
  mutating func record(
    _ rows: [String], _ direction: InteropDirection, refusal: String?, _ summary: String
  ) {
    let gap = gaps.first { $0.covers(rows, direction) }
    switch (gap, refusal) {
    case (nil, nil):
      for row in rows { passed[Key(row: row, direction: direction), default: 0] += 1 }
    case (nil, let refusal?):
      Issue.record("\(peer.rawValue) \(direction) \(summary): \(refusal)")
    case (let gap?, nil):
      Issue.record("\(peer.rawValue) \(direction) \(summary), though not expected: \(gap.reason)")
    case (let gap?, let refusal?):
      refused.insert(Key(row: gap.row, direction: direction))
      if !refusal.contains(gap.words) {
        Issue.record("\(peer.rawValue) \(direction) \(summary): not \(gap.words) but \(refusal)")
      }
    }
  }

  /// What the page says of a feature.
  func cell(_ row: String) -> String {
    let opens = passed[Key(row: row, direction: .opens)]
    let seals = passed[Key(row: row, direction: .seals)]
    let counts: String? =
      switch (opens, seals) {
      case (let opens?, let seals?): "both ways (\(opens) + \(seals))"
      case (let opens?, nil): "opens (\(opens))"
      case (nil, let seals?): "seals (\(seals))"
      case (nil, nil): nil
      }
    var reasons: [String] = []
    for gap in gaps where gap.row == row && !reasons.contains(gap.reason) {
      guard gap.directions.contains(where: { refused.contains(Key(row: row, direction: $0)) })
      else { continue }
      reasons.append(gap.reason)
    }
    let reason = reasons.joined(separator: "; ")
    guard !reasons.isEmpty else { return counts ?? "not tried" }
    return counts.map { "\($0), but \(reason)" } ?? "no: \(reason)"
  }
}
