internal import DurableFiles

/// Where a mailbox keeps encrypted parts: those that go out until they are acknowledged, and those
/// that came until their message is deleted.
struct PartStore: Sendable {
  let directory: Directory

  private func name(_ hash: ContentHash) -> String { "\(hash.text).jwe" }

  func contains(_ hash: ContentHash) -> Bool { directory.contains(name(hash)) }

  /// Keeps a part, durably.
  func put(_ hash: ContentHash, _ bytes: [UInt8]) throws(PostError) {
    guard !contains(hash) else { return }
    do throws(FileError) {
      try directory.create()
      try directory.write(name(hash), bytes)
    } catch {
      guard error.code != .exists else { return }
      throw PostError(error)
    }
  }

  /// The bytes of a part; nil when it is not there.
  func get(_ hash: ContentHash) throws(PostError) -> [UInt8]? {
    do { return try directory.read(name(hash), limit: Attachment.maximumEnvelopeByteCount) } catch {
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
