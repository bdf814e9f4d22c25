#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A lock that one process at a time holds, and that goes when its holder goes, however it goes
/// (flock(2)).
package final class FileLock: Sendable {
  private let descriptor: Descriptor

  /// Takes the lock on `path`, which is made when it is missing and never removed.
  ///
  /// - Throws: ``FileError`` `busy` when another process holds it for longer than `patience`.
  package convenience init(path: String, patience: Duration = .seconds(10)) throws(FileError) {
    try self.init(Descriptor.open(path, O_RDWR | O_CREAT, mode: 0o600), patience: patience)
  }

  /// Takes the lock on a directory, beside whatever is in it.
  ///
  /// - Throws: ``FileError`` `busy`; another where the file system has no such locks.
  package convenience init(
    directory path: String, patience: Duration = .seconds(10)
  ) throws(FileError) {
    try self.init(Descriptor.open(path, O_RDONLY | O_DIRECTORY), patience: patience)
  }

  /// Takes the lock on what is open already.
  init(_ descriptor: Descriptor, patience: Duration = .seconds(10)) throws(FileError) {
    self.descriptor = descriptor
    let deadline = ContinuousClock.now + patience
    while flock(descriptor.number, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else { throw FileError.last(descriptor.path) }
      guard ContinuousClock.now < deadline else {
        throw FileError(.busy, descriptor.path, "is locked by another process")
      }
      usleep(2_000)
    }
  }
}
