#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A directory that files are put into, looked for once: whoever moves it meanwhile, or puts a link in its
/// place, changes nothing.
package final class OutputDirectory: Sendable {
  let descriptor: Descriptor

  /// The path that it was opened by.
  package var path: String { descriptor.path }

  /// Opens the directory at `path`, which may be one that cannot be read.
  ///
  /// - Throws: ``FileError`` `notFound`, `notPermitted`.
  package convenience init(path: String) throws(FileError) { try self.init(path: path, name: path) }

  /// Likewise, called `name` in errors.
  init(path: String, name: String) throws(FileError) {
    #if os(Linux)
      // O_PATH: to put something in takes no right to list what is there.
      let flags = 0o10_000_000 | O_DIRECTORY
    #else
      let flags = O_RDONLY | O_DIRECTORY
    #endif
    do { descriptor = try Descriptor.open(path, flags) } catch {
      throw FileError(error.code, name, error.reason)
    }
  }
}
