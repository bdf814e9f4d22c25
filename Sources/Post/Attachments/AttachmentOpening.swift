public import JOSE
internal import Primitives

extension Mailbox {
  /// Decrypts an attachment in constant memory.
  ///
  /// - Parameters:
  ///   - attachment: one of a message that was opened.
  ///   - sink: takes the content, and is committed when all of it is as it was signed.
  /// - Throws: ``PostError`` `notArrived` when parts are still to come, `damaged` when they are not
  ///   what was signed; nothing is visible then.
  public func open(_ attachment: Attachment, into sink: some StagedSink) throws(PostError) {
    guard attachment.parts.allSatisfy(parts.contains) else {
      throw PostError(.notArrived, "parts of the attachment have not arrived")
    }
    let key = try floor { () throws(JOSEError) in try SymmetricJWK(attachment.key) }
    let digest = try floor { () throws(PrimitiveError) in try HashContext(.sha256) }
    var byteCount = 0
    var left = attachment.parts[...]
    // The next part is read and decrypted while this one is hashed and written.
    try Pipeline.run(
      byteCount: 0,
      fill: { (plaintext) throws(PostError) in
        if let hash = left.popFirst() { plaintext = try piece(hash, key) }
        return !left.isEmpty
      },
      stages: [],
      drain: { (piece) throws(PostError) in
        guard !piece.isEmpty else { return }
        byteCount += piece.count
        try floor { () throws(PrimitiveError) in try digest.update(piece.span) }
        try floor { () throws(JOSEError) in try sink.write(piece.span) }
      })
    let found = try floor { () throws(PrimitiveError) in try digest.finish() }
    guard byteCount == attachment.byteCount, found == attachment.digest else {
      throw PostError(.damaged, "the attachment is not what was signed")
    }
    try floor { () throws(JOSEError) in try sink.commit() }
  }

  private func piece(_ hash: ContentHash, _ key: SymmetricJWK) throws(PostError) -> [UInt8] {
    guard let part = try parts.get(hash) else {
      throw PostError(.notArrived, "a part of the attachment is gone")
    }
    guard try ContentHash(of: part) == hash else {
      throw PostError(.damaged, "a part of the attachment is damaged")
    }
    var policy = JWE.DecryptionPolicy()
    policy.keyManagement = [.direct]
    policy.contentEncryption = [.a256GCM]
    do { return try JWE.decrypt(part, with: [.symmetric(key)], policy: policy).plaintext } catch {
      throw PostError(.damaged, "a part of the attachment does not open", underlying: error)
    }
  }
}
