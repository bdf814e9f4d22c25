internal import CPlatform

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A directory of this user alone whose files are in memory, for clear text that an editor needs as a
/// file.
///
/// What is in it reaches no disk but by swapping, and is gone when the machine stops.
package enum MemoryDirectory {
  /// The one of this user, made when it is missing: in `$XDG_RUNTIME_DIR`, else in /dev/shm.
  ///
  /// - Throws: ``FileError`` `notFound` when neither is in memory, `notPermitted` when somebody else
  ///   has taken the name.
  package static func make() throws(FileError) -> Directory {
    let wish = Platform.environment("XDG_RUNTIME_DIR") ?? ""
    let places = [wish, "/dev/shm"].filter { (path: String) in unsafe valise_is_memory(path) == 1 }
    guard let place = places.first(where: { unsafe access($0, W_OK | X_OK) == 0 }) else {
      throw FileError(
        .notFound, "memory-backed storage", "neither XDG_RUNTIME_DIR nor /dev/shm is one")
    }
    return try Directory(path: "\(place)/valise-\(geteuid())").createPrivate()
  }
}

extension Directory {
  /// Makes it, and sees to it that nobody else can look into it.
  ///
  /// In /dev/shm anybody may take any name first, and would read all that is put there then.
  ///
  /// - Throws: ``FileError`` `notPermitted`.
  package func createPrivate() throws(FileError) -> Directory {
    if unsafe mkdir(path, 0o700) != 0, errno != EEXIST { throw FileError.last(path) }
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { throw FileError.last(path) }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
      status.st_mode & 0o077 == 0
    else { throw FileError(.notPermitted, path, "is not a private directory of yours") }
    return self
  }

  /// Removes it with all that is in it; links are removed and not followed.
  ///
  /// - Throws: ``FileError`` for the first that cannot be removed; the rest is.
  package func removeTree() throws(FileError) {
    var failure: FileError?
    for entry in try entries() {
      do throws(FileError) {
        if entry.kind == .directory {
          try appending(entry.name).removeTree()
        } else if unsafe unlink(file(entry.name)) != 0 {
          throw FileError.last(file(entry.name))
        }
      } catch { failure = failure ?? error }
    }
    if let failure { throw failure }
    guard unsafe rmdir(path) == 0 else { throw FileError.last(path) }
  }
}
