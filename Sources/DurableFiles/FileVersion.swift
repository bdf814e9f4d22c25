#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Which file it is, whatever it is called.
package struct FileIdentity: Sendable, Hashable {
  private let device: UInt64
  private let number: UInt64

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }

  /// The file at `path`, links followed; nil when there is none.
  package init?(path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }
}

extension FileIdentity: Comparable {
  package static func < (a: FileIdentity, b: FileIdentity) -> Bool {
    (a.device, a.number) < (b.device, b.number)
  }
}

/// Which file it is, in which state: another once it was replaced or written to.
package struct FileVersion: Sendable, Hashable {
  private let identity: FileIdentity
  private let byteCount: Int64
  fileprivate let modifiedAt: Duration

  init(_ status: stat) {
    identity = FileIdentity(status)
    byteCount = Int64(status.st_size)
    modifiedAt = status.modificationTime
  }
}

extension InputFile {
  /// The version that is read from now on; to be taken before the first byte is.
  ///
  /// The system's clock for files goes in steps of up to 10 ms, and two changes within one step look
  /// like one. So a version of this very moment is waited out.
  package func version() throws(FileError) -> FileVersion {
    while true {
      let version = FileVersion(try descriptor.status())
      guard byteCount != nil, Platform.waitOut(version.modifiedAt) else { return version }
    }
  }
}
