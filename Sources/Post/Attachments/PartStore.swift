internal import DurableFiles
internal import JOSE

/// Where a mailbox keeps encrypted parts: those that go out until they are acknowledged, and those
/// that came until their message is deleted.
struct PartStore: Sendable {
  let directory: Directory

  private func name(_ hash: ContentHash) -> String { "\(hash.text).jwe" }

  func contains(_ hash: ContentHash) -> Bool { directory.contains(name(hash)) }

  /// Whether the part is here, and its bytes are those that its name says.
  func isWhole(_ hash: ContentHash) throws(PostError) -> Bool {
    guard let part = try open(hash) else { return false }
    return try ContentHash(of: part) == hash
  }

  /// The room left for more of them, in bytes; nil where that is not known.
  func freeByteCount() throws(PostError) -> UInt64? {
    do throws(FileError) {
      try directory.create()
      return try directory.freeByteCount
    } catch { throw PostError(error) }
  }

  /// A file for a part whose hash is known when it is written.
  func stage() throws(PostError) -> StagedFile {
    do throws(FileError) {
      try directory.create()
      return try StagedFile(path: directory.file("part.jwe"), existing: .keep)
    } catch { throw PostError(error) }
  }

  /// Keeps a part that was written, durably.
  func keep(_ part: StagedFile, as hash: ContentHash) throws(PostError) {
    // One that is there may be damaged. It is not replaced by a rename: a kill in the middle of
    // that would leave a file behind which nobody looks for.
    try remove(hash)
    do throws(FileError) {
      try part.rename(to: name(hash))
      try part.commit()
    } catch {
      // Another process has just put the same bytes there.
      guard error.code != .exists else { return }
      throw PostError(error)
    }
  }

  /// Keeps `content`, durably, if `hash` is its hash; otherwise nothing is kept, and the answer is
  /// false.
  func take(_ content: any RandomAccessBytes, _ hash: ContentHash) throws(PostError) -> Bool {
    let part = try stage()
    let sink = try HashingSink(before: FileSink(part))
    do { try sink.copy(0..<content.byteCount, of: content) } catch {
      // Whatever carries it may be writing to it just now.
      guard error.code != .malformed else { return false }
      throw PostError(error)
    }
    guard try ContentHash(of: sink) == hash else { return false }
    try keep(part, as: hash)
    return true
  }

  /// The bytes of a part; nil when it is not there.
  func open(_ hash: ContentHash) throws(PostError) -> FileAccess? {
    do { return FileAccess(try InputFile(regularFile: directory.file(name(hash)))) } catch {
      guard error.code != .notFound else { return nil }
      throw PostError(error)
    }
  }

  func remove(_ hash: ContentHash) throws(PostError) {
    do { try directory.remove(name(hash)) } catch {
      guard error.code != .notFound else { return }
      throw PostError(error)
    }
  }
}
