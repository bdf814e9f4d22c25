internal import DurableFiles

/// A file written anew in the place of an old one.
enum FileReplacement {
  /// Puts `bytes` in the place of the file at `path`, whole or not at all; permissions and symbolic
  /// links stay.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      let old = try InputFile(regularFile: path)
      let staged = try StagedFile(path: path, existing: .replace)
      try staged.write(bytes.span)
      try staged.takePermissions(of: old)
      try staged.commit()
    } catch { throw Failure(writing: error) }
  }

  /// Likewise, unless the file is another by now than it was with this `stamp`, when `input` was read.
  static func write(
    _ bytes: [UInt8], to path: String, of input: InputFile, stamp: String?
  ) throws {
    let replacement = try Replacement(of: [path])
    try replacement.add(path, of: input, stamp: stamp) { try $0.write(bytes.span) }
    // Between the last look and the change nobody else who keeps to this comes in.
    let lock = try lock(StagedFile.directory(of: StagedFile.resolvingLinks(path)))
    try withExtendedLifetime(lock) { try replacement.commit() }
  }

  /// nil where the file system has no locks, and the look alone has to do.
  private static func lock(_ directory: String) throws -> FileLock? {
    do { return try FileLock(directory: directory) } catch {
      guard error.code == .busy else { return nil }
      throw Failure(writing: error)
    }
  }
}
