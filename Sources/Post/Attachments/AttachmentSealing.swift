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
    let content = try AttachmentContent(source)
    let sealer = try PartSealer()
    var hashes: [ContentHash] = []
    while !content.isAtEnd {
      content.beginPart()
      let part = try parts.stage()
      let sink = try HashingSink(before: FileSink(part))
      try sealer.seal(content, into: sink)
      // The end of content of unknown size shows only here.
      guard content.partByteCount > 0 else { break }
      guard hashes.count < Attachment.maximumPartCount else {
        throw PostError(.limitExceeded, "the attachment is too large for a message")
      }
      let hash = try ContentHash(of: sink)
      // Noted first, so that no kill leaves a part that nobody knows of.
      try noteDraft(hash, now)
      try parts.keep(part, as: hash)
      hashes.append(hash)
    }
    return Attachment(
      name: name, mediaType: mediaType, byteCount: content.byteCount, digest: try content.digest(),
      key: sealer.key, parts: hashes)
  }
}

/// An attachment's content, handed out part by part, with its SHA-256.
private final class AttachmentContent: ByteSource {
  private let source: any ByteSource
  private let context: HashContext
  private(set) var byteCount = 0
  private(set) var partByteCount = 0
  /// Whether a part was not filled.
  private(set) var isAtEnd = false

  init(_ source: any ByteSource) throws(PostError) {
    self.source = source
    context = try floor { () throws(PrimitiveError) in try HashContext(.sha256) }
  }

  func beginPart() { partByteCount = 0 }

  var expectedByteCount: UInt64? {
    source.expectedByteCount.map {
      min($0 - min($0, UInt64(byteCount)), UInt64(Attachment.partByteCount))
    }
  }

  func read(
    upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int {
    let wanted = min(count, Attachment.partByteCount - partByteCount)
    guard wanted > 0 else { return 0 }
    let start = output.count
    let read = try source.read(upTo: wanted, into: &output)
    do { try context.update(output.span.extracting(start..<start + read)) } catch {
      throw JOSEError(error)
    }
    isAtEnd = read == 0
    byteCount += read
    partByteCount += read
    return read
  }

  func digest() throws(PostError) -> [UInt8] {
    try floor { () throws(PrimitiveError) in try context.finish() }
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

  func seal(_ content: some ByteSource, into sink: some ByteSink) throws(PostError) {
    var options = JWE.EncryptionOptions()
    options.serialization = .compact
    options.contentEncryption = .a256GCM
    try floor { () throws(JOSEError) in
      try JWE.encrypt(from: content, into: sink, for: [recipient], options: options)
    }
  }
}
