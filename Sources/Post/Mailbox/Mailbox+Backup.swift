internal import DurableFiles
internal import GRDB

extension Mailbox {
  /// Copies the mailbox's database to a new file, as it is at one moment; attachments' parts are not
  /// in it.
  ///
  /// - Throws: ``PostError`` `exists` when there is such a file, `noSpace`, `inputOutput`.
  public func backUp(to path: String) throws(PostError) {
    do {
      // Taken first, so that nothing is written over; SQLite writes into an empty file.
      let claim = try StagedFile(path: path)
      try claim.commit()
    } catch {
      throw error.code == .exists ? PostError(.exists, "\(path) exists") : PostError(error)
    }
    try floor { () throws in
      try writer.writeWithoutTransaction { database in
        try database.execute(sql: "VACUUM INTO ?", arguments: [path])
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
  /// - Throws: ``PostError`` `exists`, `damaged`, `unsupported`, `inputOutput`.
  public static func restore(_ backup: String, to path: String) throws(PostError) -> Mailbox {
    let directory = Directory(path: path)
    do throws(FileError) {
      try directory.create()
      guard !directory.contains(databaseName) else {
        throw FileError(.exists, directory.file(databaseName), "file exists")
      }
      let source = try InputFile(regularFile: backup)
      let copy = try StagedFile(path: directory.file(databaseName))
      try copy.copy(0..<(source.byteCount ?? 0), of: source)
      try copy.commit()
    } catch {
      throw error.code == .exists
        ? PostError(.exists, "there is a mailbox already") : PostError(error)
    }
    let mailbox = try Mailbox(path: path)
    try mailbox.write { database in
      // Numbers given out since the backup would be given out twice.
      try database.execute(sql: "DELETE FROM outgoingStream")
      try database.execute(sql: "UPDATE incomingPart SET isPresent = 0")
    }
    return mailbox
  }
}
