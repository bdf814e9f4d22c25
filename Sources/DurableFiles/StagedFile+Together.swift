internal import CPlatform

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension StagedFile {
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
  /// one fails, those before it change back. A kill leaves each old or new, and ``Leftovers``. Where the
  /// system cannot exchange names, as on some network file systems, what is replaced stays so.
  ///
  /// - Throws: ``JointFailure``.
  package static func commit(_ files: [StagedFile]) throws(JointFailure) {
    var exchanged: [StagedFile] = []
    do throws(FileError) {
      for file in files {
        try file.synchronize()
        _ = try file.takeHiddenName()
      }
      for file in files {
        try file.exchange()
        exchanged.append(file)
      }
      try synchronizeDirectories(of: files)
    } catch {
      let stuck = exchanged.reversed().filter { !$0.exchangeBack() }
      try? synchronizeDirectories(of: exchanged)
      throw JointFailure(cause: error, replaced: stuck.reversed().map(\.path))
    }
    for file in files { file.dropOld() }
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

  private func exchange() throws(FileError) {
    let temporary = try takeHiddenName()
    guard unsafe valise_exchange(temporary, path) != 0 else { return }
    let number = errno
    guard [EINVAL, ENOSYS, ENOTSUP].contains(number), systemRename(temporary, path) == 0 else {
      throw FileError(system: number, path)
    }
    temporaryPath = nil
  }

  private func exchangeBack() -> Bool {
    guard let temporaryPath else { return false }
    return unsafe valise_exchange(temporaryPath, path) == 0
  }

  private func dropOld() {
    if let temporaryPath { unsafe unlink(temporaryPath) }
    temporaryPath = nil
  }

  private static func synchronizeDirectories(of files: [StagedFile]) throws(FileError) {
    for directory in Set(files.map(\.directory)).sorted() {
      try Descriptor.open(directory, O_RDONLY | O_DIRECTORY).synchronize()
    }
  }
}
