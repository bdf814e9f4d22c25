internal import JOSE

extension Courier {
  /// Brings parts of attachments into the mailbox.
  ///
  /// Only then is their message acknowledged: the sender deletes message and parts together. Until
  /// then it can be read already.
  func fetchParts(_ now: Int, _ report: inout SyncReport) throws(PostError) {
    var byteCount = budget.byteCount
    var arrived: [ContentHash] = []
    let missing = try mailbox.missingParts(in: post.identifier, now, limit: budget.messageCount)
    for hash in missing {
      guard byteCount > 0 else {
        report.isPartial = true
        break
      }
      guard let part = try part(hash) else { continue }
      byteCount -= Int(part.byteCount)
      guard try mailbox.parts.take(part, hash) else { continue }
      arrived.append(hash)
    }
    try mailbox.noteArrival(of: arrived)
    for hash in arrived { onStep(.part(hash: hash.text)) }
    report.partCount = arrived.count
  }

  /// The bytes where a part should be; nil when there are none that could be it.
  private func part(_ hash: ContentHash) throws(PostError) -> (any RandomAccessBytes)? {
    do {
      return try transport.get(.part(hash), limit: Attachment.maximumEnvelopeByteCount)
    } catch {
      guard error.code == .malformed || error.code == .limitExceeded else { throw error }
      return nil
    }
  }
}
