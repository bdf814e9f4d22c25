internal import DurableFiles
internal import GRDB

extension Mailbox {
  /// Copies the mailbox's database to a new file, as it is at one moment; attachments' parts are not
  /// in it.
  ///
  /// - Throws: ``PostError`` `exists` when there is such a file, `noSpace`, `inputOutput`; there is
  ///   no file then.
  public func backUp(to path: String) throws(PostError) {
    try floor { () throws in
      // Taken first, so that nothing is written over.
      let target = try StagedFile(path: path)
      try Self.withScratch(beside: writer.path) { scratch in
        let copy = scratch.file(Self.databaseName)
        try writer.writeWithoutTransaction { database in
          try database.execute(sql: "VACUUM INTO ?", arguments: [copy])
        }
        try Self.copy(InputFile(regularFile: copy), to: target)
      }
    }
  }

  /// Makes a mailbox of a backup.
  ///
  /// What it had sent and received since is not known to it; what others post again arrives again.
  ///
  /// - Parameters:
  ///   - backup: a file that ``backUp(to:)`` wrote.
  ///   - path: a directory without a mailbox.
  /// - Returns: the mailbox.
  /// - Throws: ``PostError`` `exists`, `notFound` when there is no such backup, `damaged` when it is
  ///   none or not whole, `unsupported`, `inputOutput`; there is no mailbox then.
  public static func restore(_ backup: String, to path: String) throws(PostError) -> Mailbox {
    let directory = Directory(path: path)
    try floor { () throws in
      try directory.create()
      guard !exists(in: path) else {
        throw PostError(.exists, "there is a mailbox already")
      }
      let source = try source(backup)
      try withScratch(beside: directory.file(databaseName)) { scratch in
        let file = scratch.file(databaseName)
        try copy(source, to: StagedFile(path: file))
        // Proven before it has its name: what is no mailbox would be in the way of one.
        try prepare(file, having: PartStore(directory: directory.appending("parts")))
        // What another mailbox left of its journal would be taken for this one's.
        for suffix in ["-wal", "-shm", "-journal"] {
          let name = databaseName + suffix
          if directory.contains(name) { try directory.remove(name) }
        }
        try copy(
          InputFile(regularFile: file), to: StagedFile(path: directory.file(databaseName)))
      }
    }
    return try Mailbox(path: path)
  }

  private static func source(_ backup: String) throws(PostError) -> InputFile {
    do { return try InputFile(regularFile: backup) } catch {
      guard [.notFound, .wrongKind].contains(error.code) else { throw PostError(error) }
      throw PostError(.notFound, "\(error.path): \(error.reason)", underlying: error)
    }
  }

  /// Sees to it that the database at `path` is a whole mailbox, and makes it fit to go on from.
  private static func prepare(_ path: String, having parts: PartStore) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.read { database in
      guard try !migrator.appliedIdentifiers(database).isEmpty else {
        throw PostError(.damaged, "there is no mailbox in it")
      }
      guard try String.fetchOne(database, sql: "PRAGMA quick_check(1)") == "ok" else {
        throw PostError(.damaged, "the mailbox in it is not whole")
      }
    }
    let mailbox = try Mailbox(queue, parts: Directory(path: "\(path)-parts"), lockPath: nil)
    try mailbox.write { database in
      // Numbers given out since the backup would be given out twice.
      try database.execute(sql: "DELETE FROM outgoingStream")
      // Two devices of one name would sweep up each other's unfinished files.
      try Setting.writer.forget(database)
      try database.execute(sql: "UPDATE incomingPart SET isPresent = 0")
      // Where only the database was lost, the parts are here.
      let hashes = try String.fetchAll(database, sql: "SELECT DISTINCT hash FROM incomingPart")
      for hash in hashes.compactMap(ContentHash.init(parsing:)) where try parts.isWhole(hash) {
        try database.execute(
          sql: "UPDATE incomingPart SET isPresent = 1 WHERE hash = ?", arguments: [hash.text])
      }
    }
    try queue.close()
  }

  private static func copy(_ source: InputFile, to target: StagedFile) throws {
    try target.copy(0..<(source.byteCount ?? 0), of: source)
    try target.commit()
  }

  /// Runs `body` with a private directory for a database that is not ready yet.
  private static func withScratch(
    beside path: String, _ body: (Directory) throws -> Void
  ) throws {
    let scratch = Directory(path: "\(path)-copy")
    let lock = try FileLock(path: "\(scratch.path).lock")
    try withExtendedLifetime(lock) {
      // What a kill left.
      if scratch.exists { try scratch.removeTree() }
      _ = try scratch.createPrivate()
      defer { try? scratch.removeTree() }
      try body(scratch)
    }
  }
}
