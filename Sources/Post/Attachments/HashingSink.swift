internal import JOSE
internal import Primitives

/// Takes the SHA-256 of what passes on its way to another sink, if there is one.
///
/// Committing it is nothing: that is for whoever made the sink behind it, once the hash is known.
final class HashingSink: StagedSink {
  private let context: HashContext
  private let sink: (any ByteSink)?
  /// How many bytes have passed.
  private(set) var byteCount = 0

  init(before sink: (any ByteSink)? = nil) throws(PostError) {
    context = try floor { () throws(PrimitiveError) in try HashContext(.sha256) }
    self.sink = sink
  }

  func write(_ bytes: Span<UInt8>) throws(JOSEError) {
    do { try context.update(bytes) } catch { throw JOSEError(error) }
    byteCount += bytes.count
    try sink?.write(bytes)
  }

  func reserve(_ byteCount: UInt64) throws(JOSEError) { try sink?.reserve(byteCount) }

  func commit() throws(JOSEError) {}

  /// The hash of all that passed; nothing may pass afterwards.
  func digest() throws(PostError) -> [UInt8] {
    try floor { () throws(PrimitiveError) in try context.finish() }
  }
}

extension ContentHash {
  /// The hash of what passed through `sink`.
  init(of sink: HashingSink) throws(PostError) { self.init(digest: try sink.digest()) }

  /// The hash of `content`, in constant memory.
  ///
  /// - Throws: ``PostError`` `malformed` when it became shorter meanwhile, `inputOutput`.
  init(of content: any RandomAccessBytes) throws(PostError) {
    let sink = try HashingSink()
    try floor { () throws(JOSEError) in try sink.copy(0..<content.byteCount, of: content) }
    try self.init(of: sink)
  }
}
