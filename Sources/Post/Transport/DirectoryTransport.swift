internal import DurableFiles
public import JOSE

/// A post in a directory, which something else carries: Syncthing, rsync, rclone, a stick.
public final class DirectoryTransport: Transport {
  let directory: ConfinedDirectory
  /// What the names of this device's unfinished files begin with; nil when they are nobody's.
  private let writer: String?

  /// Opens the directory at `path`.
  ///
  /// It stays the same directory, whatever is mounted or moved over `path` later.
  ///
  /// - Throws: ``PostError`` `noPost` when there is none.
  public convenience init(path: String) throws(PostError) { try self.init(path, writer: nil) }

  /// Likewise, for the device of a mailbox: what it leaves when it is killed is swept up later.
  ///
  /// - Throws: ``PostError`` `noPost`, `inputOutput`.
  public convenience init(path: String, for mailbox: Mailbox) throws(PostError) {
    try self.init(path, writer: try mailbox.writerName())
  }

  private init(_ path: String, writer: String?) throws(PostError) {
    self.writer = writer
    do { directory = try ConfinedDirectory(path: path) } catch {
      guard error.code != .notFound else {
        throw PostError(.noPost, "\(path) is not a directory", underlying: error)
      }
      throw PostError(error)
    }
  }

  /// Tells `visit` the names of the regular files in a folder.
  public func list(
    _ folder: TransportPath, _ visit: (_ name: String) -> Bool
  ) throws(PostError) {
    do { try directory.visitFiles(in: folder.names, visit) } catch {
      // A link or a file in the folder's place holds none of ours.
      guard error.code != .wrongKind else { return }
      throw PostError(error)
    }
  }

  /// The bytes of a regular file.
  public func get(
    _ path: TransportPath, limit: Int
  ) throws(PostError) -> (any RandomAccessBytes)? {
    do { return try directory.openFile(path.names, limit: limit).flatMap(FileAccess.init) } catch {
      guard error.code != .wrongKind else {
        throw PostError(.malformed, "\(error.path): \(error.reason)", underlying: error)
      }
      throw PostError(error)
    }
  }

  /// Makes a file that is whole when its name appears; what is a file already, the system copies.
  public func putIfAbsent(
    _ path: TransportPath, _ content: any RandomAccessBytes
  ) throws(PostError) -> Bool {
    do {
      let content: ConfinedDirectory.Content =
        if let file = content as? FileAccess { .file(file.file) } else {
          .bytes(try content.readAll())
        }
      return try directory.create(path.names, content, temporaries: temporaries)
    } catch let error as FileError {
      throw PostError(error)
    } catch {
      throw PostError(error)
    }
  }

  private var temporaries: ConfinedDirectory.Temporaries {
    ConfinedDirectory.Temporaries(
      folder: Self.temporaryFolder, prefix: writer.map { "\($0)-" } ?? "")
  }

  static let temporaryFolder = "tmp"

  /// Takes away what this device's killed writers left more than a day ago, the empty folders of
  /// days before yesterday, and messages of days before `oldest`.
  ///
  /// A folder that is not empty cannot be removed, and so needs no look inside.
  public func sweep(now: Int, before oldest: Int?) throws(PostError) {
    let horizon = now - Day.secondCount
    let yesterday = Day(of: horizon)
    let folder = TransportPath.messages.names
    do {
      if writer != nil { try directory.sweep(temporaries, olderThan: horizon) }
      if let oldest = oldest.map({ Day(of: $0) }) {
        try directory.removeFiles(belowFoldersOf: folder, limit: 10_000) { name in
          Day(parsing: name).map { $0 < oldest } ?? false
        } where: { name in
          ContentHash(beginning: name) != nil
        }
      }
      try directory.removeEmptyFolders(in: folder, limit: 1_000) { name in
        Day(parsing: name).map { $0 < yesterday } ?? false
      }
    } catch {
      // A link or a file in a folder's place holds none of ours.
      guard error.code != .wrongKind else { return }
      throw PostError(error)
    }
  }

  /// Removes a file; a link, not what it leads to.
  public func delete(_ path: TransportPath) throws(PostError) {
    do { try directory.remove(path.names) } catch {
      // A folder in its place, or a file in a folder's, is none of ours.
      guard error.code != .wrongKind else { return }
      throw PostError(error)
    }
  }

  /// Makes durable what was put and deleted so far.
  public func synchronize() throws(PostError) {
    do { try directory.synchronize() } catch { throw PostError(error) }
  }

  /// The room left in bytes.
  public func freeByteCount() throws(PostError) -> UInt64? {
    do { return try directory.freeByteCount() } catch { throw PostError(error) }
  }
}
