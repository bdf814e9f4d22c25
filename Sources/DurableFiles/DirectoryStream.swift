#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What is in a directory, one entry after the other, in no order.
@safe struct DirectoryStream: ~Copyable {
  struct Entry {
    /// What it is called; repaired where that is not UTF-8.
    let name: String
    /// Whether ``name`` is what it is called.
    let isUTF8: Bool
    /// What it is by the listing, a `DT_` number; 0 where that does not say.
    let type: Int32
  }

  /// The directory itself.
  let directory: Descriptor
  private let stream: OpaquePointer

  /// - Throws: ``FileError`` `notPermitted` and others.
  init(_ directory: Descriptor) throws(FileError) {
    // The stream closes what it is given.
    let number = fcntl(directory.number, F_DUPFD_CLOEXEC, 0)
    guard number >= 0 else { throw FileError.last(directory.path) }
    guard let stream = unsafe fdopendir(number) else {
      let error = FileError.last(directory.path)
      close(number)
      throw error
    }
    self.directory = directory
    unsafe self.stream = stream
  }

  deinit { unsafe closedir(stream) }

  /// The next entry, `.` and `..` left out; nil after the last.
  ///
  /// - Throws: ``FileError`` when the directory cannot be read to its end: to stop there would be to
  ///   lose files without a word.
  mutating func next() throws(FileError) -> Entry? {
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        guard errno == 0 else { throw FileError.last(directory.path) }
        return nil
      }
      let type = unsafe Int32(entry.pointee.d_type)
      let found = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { name in
          let text = unsafe String(validatingCString: name)
          return unsafe Entry(
            name: text ?? String(cString: name), isUTF8: text != nil, type: type)
        }
      }
      if found.name != ".", found.name != ".." { return found }
    }
  }
}
