public import JOSE
internal import Primitives

extension Mailbox {
  /// Whether all parts of an attachment are here.
  public func isComplete(_ attachment: Attachment) -> Bool {
    attachment.parts.allSatisfy(parts.contains)
  }

  /// Decrypts an attachment in constant memory.
  ///
  /// - Parameters:
  ///   - attachment: one of a message that was opened.
  ///   - sink: takes the content, and is committed when all of it is as it was signed.
  /// - Throws: ``PostError`` `notArrived` when parts are still to come, `damaged` when they are not
  ///   what was signed; nothing is visible then.
  public func open(_ attachment: Attachment, into sink: some StagedSink) throws(PostError) {
    guard isComplete(attachment) else {
      throw PostError(.notArrived, "parts of the attachment have not arrived")
    }
    let key = try floor { () throws(JOSEError) in try SymmetricJWK(attachment.key) }
    let content = try HashingSink(before: sink)
    try floor { () throws(JOSEError) in try sink.reserve(UInt64(attachment.byteCount)) }
    for hash in attachment.parts { try open(hash, key, into: content) }
    // The parts hold by their key alone; that they are those of this attachment, all of them and in
    // their order, the signed digest tells.
    guard content.byteCount == attachment.byteCount, try content.digest() == attachment.digest
    else { throw PostError(.damaged, "the attachment is not what was signed") }
    try floor { () throws(JOSEError) in try sink.commit() }
  }

  private func open(
    _ hash: ContentHash, _ key: SymmetricJWK, into content: HashingSink
  ) throws(PostError) {
    guard let part = try parts.open(hash) else {
      throw PostError(.notArrived, "a part of the attachment is gone")
    }
    var policy = JWE.DecryptionPolicy()
    policy.keyManagement = [.direct]
    policy.contentEncryption = [.a256GCM]
    do {
      _ = try JWE.Envelope(part, policy: policy, for: .decryption).unlock(with: [.symmetric(key)])
        .decrypt(into: content)
    } catch {
      guard error.code != .inputOutput else { throw PostError(error) }
      throw PostError(.damaged, "a part of the attachment does not open", underlying: error)
    }
  }
}
