#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Directory {
  /// The room left for its files, in bytes; nil where the file system does not know.
  ///
  /// - Throws: ``FileError`` `notFound`.
  package var freeByteCount: UInt64? {
    get throws(FileError) {
      var status = statvfs()
      guard unsafe statvfs(path, &status) == 0 else { throw FileError.last(path) }
      return status.freeByteCount
    }
  }
}

extension ConfinedDirectory {
  /// The room left for its files, in bytes; nil where the file system does not know.
  package func freeByteCount() throws(FileError) -> UInt64? {
    var status = statvfs()
    guard unsafe fstatvfs(root.number, &status) == 0 else { throw FileError.last(root.path) }
    return status.freeByteCount
  }
}

extension statvfs {
  /// nil for a file system without blocks: ramfs, and what FUSE carries, may answer zeros.
  var freeByteCount: UInt64? {
    guard f_blocks > 0 else { return nil }
    let (byteCount, isMore) = UInt64(f_bavail).multipliedReportingOverflow(by: UInt64(f_frsize))
    return isMore ? .max : byteCount
  }
}
