public import JOSE
internal import Primitives

extension Mailbox {
  /// Seals content in parts, to be sent with a message; in constant memory.
  ///
  /// - Parameters:
  ///   - source: the content.
  ///   - name: what the receiver is told that it is called.
  ///   - mediaType: what kind of content it is.
  ///   - now: the time in seconds since 1970; what is not sent within a day of it is dropped.
  /// - Returns: what goes into ``Draft/attachments``.
  /// - Throws: ``PostError`` `limitExceeded` for more than a message can list, `noSpace`,
  ///   `inputOutput`.
  public func attach(
    _ source: some ByteSource, name: String, mediaType: String, now: Int
  ) throws(PostError) -> Attachment {
    let sealer = try PartSealer()
    let digest = try floor { () throws(PrimitiveError) in try HashContext(.sha256) }
    var hashes: [ContentHash] = []
    var byteCount = 0
    // The next piece is read and hashed while this one is sealed and written.
    try Pipeline.run(
      byteCount: Attachment.partByteCount,
      fill: { (piece) throws(PostError) in
        try Self.read(&piece, of: source)
        byteCount += piece.count
        try floor { () throws(PrimitiveError) in try digest.update(piece.span) }
        return piece.count == Attachment.partByteCount
      },
      stages: [],
      drain: { (piece) throws(PostError) in
        guard !piece.isEmpty else { return }
        guard hashes.count < Attachment.maximumPartCount else {
          throw PostError(.limitExceeded, "the attachment is too large for a message")
        }
        hashes.append(try keep(sealer.seal(copy piece), now))
      })
    return Attachment(
      name: name, mediaType: mediaType, byteCount: byteCount,
      digest: try floor { () throws(PrimitiveError) in try digest.finish() }, key: sealer.key,
      parts: hashes)
  }

  /// Keeps a sealed part.
  private func keep(_ part: [UInt8], _ now: Int) throws(PostError) -> ContentHash {
    let hash = try ContentHash(of: part)
    // Noted first, so that no kill leaves a part that nobody knows of.
    try noteDraft(hash, now)
    try parts.put(hash, part)
    return hash
  }

  /// Reads the plaintext of the next part; less than that of a whole one at the end.
  private static func read(
    _ piece: inout [UInt8], of source: some ByteSource
  ) throws(PostError) {
    while piece.count < Attachment.partByteCount {
      let wanted = min(1 << 18, Attachment.partByteCount - piece.count)
      let count = try floor { () throws(JOSEError) in
        try source.read(upTo: wanted, appendingTo: &piece)
      }
      if count == 0 { break }
    }
  }
}

/// Seals the parts of one attachment, each a compact JWE (`dir`, `A256GCM`) under its key.
///
/// The nonces are random, and 10,000 of 96 bits collide with a probability below 2^-69. What order
/// the parts are in, the signed list of their hashes says.
struct PartSealer {
  let key: SecretBytes
  private let recipient: JWE.Recipient

  init() throws(PostError) {
    key = try floor { () throws(PrimitiveError) in
      try RandomSource.system.secret(Attachment.keyByteCount)
    }
    let key = key
    recipient = try floor { () throws(JOSEError) in
      try JWE.Recipient(SymmetricJWK(key), algorithm: .direct)
    }
  }

  func seal(_ piece: [UInt8]) throws(PostError) -> [UInt8] {
    var options = JWE.EncryptionOptions()
    options.serialization = .compact
    options.contentEncryption = .a256GCM
    return try floor { () throws(JOSEError) in
      try JWE.encrypt(piece, for: [recipient], options: options)
    }
  }
}
