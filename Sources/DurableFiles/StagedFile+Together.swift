internal import CPlatform

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension StagedFile {
  /// A file, and the version of another whose place it takes.
  package struct Successor {
    package let file: StagedFile
    let old: FileVersion

    package init(_ file: StagedFile, of old: FileVersion) {
      self.file = file
      self.old = old
    }

    /// - Throws: ``FileError`` `changed` unless what is called `name` is the old file still.
    func requireOld(_ name: String) throws(FileError) {
      guard file.folder.status(of: name).map(FileVersion.init) == old else {
        throw FileError(.changed, file.path, "was changed meanwhile")
      }
    }
  }

  /// Several files did not take their places.
  package struct JointFailure: Error, Sendable {
    /// What went wrong, and with which.
    package let cause: FileError
    /// The paths of those that are in place all the same, for they could not be taken back.
    package let replaced: [String]
  }

  /// Puts all of `files` in the places of others and makes that durable: all of them, or none.
  ///
  /// Each changes places with the old file, which keeps a hidden name until the last is in place; when
  /// one fails, those before it change back. The directories are locked meanwhile, so that of two who
  /// do this one waits and finds the files changed. A kill leaves each old or new, and ``Leftovers``.
  /// Where the system cannot exchange names, as on some network file systems, what is replaced stays so.
  ///
  /// - Parameters:
  ///   - files: what takes which places.
  ///   - patience: how long to wait for others.
  /// - Throws: ``JointFailure``, for a ``FileError`` `changed` when an old file is another by now, also
  ///   through somebody who knows of no lock; for `busy`.
  package static func commit(
    _ files: [Successor], patience: Duration = .seconds(10)
  ) throws(JointFailure) {
    let directories: LockedDirectories
    do throws(FileError) {
      for file in files { try file.file.synchronize() }
      directories = try LockedDirectories(of: files.map(\.file), patience)
    } catch { throw JointFailure(cause: error, replaced: []) }
    var exchanged: [StagedFile] = []
    do throws(FileError) {
      for file in files {
        try file.requireOld(file.file.target.name)
        _ = try file.file.takeHiddenName()
      }
      for file in files {
        try file.file.exchange()
        exchanged.append(file.file)
        // Somebody without a lock, an editor, may have been there since the look above.
        if let displaced = file.file.temporaryName { try file.requireOld(displaced) }
      }
      try directories.synchronize()
    } catch {
      let stuck = exchanged.reversed().filter { !$0.exchangeBack() }
      try? directories.synchronize()
      throw JointFailure(cause: error, replaced: stuck.reversed().map(\.path))
    }
    for file in files { file.file.dropHidden() }
    withExtendedLifetime(directories) {}
  }

  /// Sees to it that the file at `path` can be replaced, as far as the system tells beforehand.
  ///
  /// - Throws: ``FileError`` `wrongKind` for what is no regular file, `notPermitted`.
  package static func requireReplaceable(_ path: String) throws(FileError) {
    let target = resolvingLinks(path)
    do { try Directory(path: directory(of: target)).requireReplaceable(target) } catch {
      throw FileError(error.code, path, error.reason)
    }
  }

  func exchange() throws(FileError) {
    let temporary = try takeHiddenName()
    guard !exchange(temporary) else { return }
    guard [EINVAL, ENOSYS, ENOTSUP].contains(errno) else { throw FileError.last(path) }
    try rename(temporary)
  }

  func exchangeBack() -> Bool {
    guard let temporaryName, exchange(temporaryName) else { return false }
    // What is displaced should be this file. If it is not, somebody has put another in its place, and
    // that one stays.
    let displaced = folder.status(of: temporaryName).map(FileIdentity.init)
    if let own = try? descriptor.status(), displaced != FileIdentity(own) {
      _ = exchange(temporaryName)
    }
    return true
  }

  private func exchange(_ temporary: String) -> Bool {
    unsafe valise_exchange(folder.number, temporary, target.name) == 0
  }
}

/// The directories of files that take their places together, locked as far as their file systems have
/// locks.
private struct LockedDirectories {
  private let directories: [Descriptor]
  private let locks: [FileLock]

  /// - Throws: ``FileError`` `busy`.
  init(of files: [StagedFile], _ patience: Duration) throws(FileError) {
    var directories: [FileIdentity: Descriptor] = [:]
    for file in files {
      let folder = file.folder
      let identity = FileIdentity(try folder.status())
      guard directories[identity] == nil else { continue }
      directories[identity] = try Descriptor.openToSynchronize(
        ".", in: folder, name: folder.path)
    }
    // All take them in one order, so that no two wait for each other.
    self.directories = directories.sorted { $0.key < $1.key }.map(\.value)
    var locks: [FileLock] = []
    for directory in self.directories {
      do { locks.append(try FileLock(directory, patience: patience)) } catch {
        guard error.code != .busy else { throw error }
      }
    }
    self.locks = locks
  }

  func synchronize() throws(FileError) {
    for directory in directories { try directory.synchronize() }
  }
}
