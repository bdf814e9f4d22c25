#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What went wrong with a file, and with which.
package struct FileError: Error, Sendable, Hashable {
  package enum Code: Sendable {
    /// There is no such file or directory.
    case notFound
    /// The system does not allow it.
    case notPermitted
    /// The file is there already and was left as it was.
    case exists
    /// It is a directory, a device or a pipe where a regular file is needed.
    case wrongKind
    /// No space or quota is left.
    case noSpace
    /// The reader of a pipe has gone.
    case closed
    /// More bytes than the caller allows.
    case tooLarge
    /// Another process is at it.
    case busy
    /// It is another than it was when it was read.
    case changed
    /// Anything else that the system reports.
    case failed
  }

  package let code: Code
  /// The file as the caller named it.
  package let path: String
  /// What the system says, lowercase.
  package let reason: String

  package init(_ code: Code, _ path: String, _ reason: String) {
    self.code = code
    self.path = path
    self.reason = reason
  }

  /// The error that `errno` tells of.
  static func last(_ path: String) -> FileError { FileError(system: errno, path) }

  init(system number: Int32, _ path: String) {
    let code: Code =
      switch number {
      case ENOENT, ENOTDIR: .notFound
      case EACCES, EPERM, EROFS: .notPermitted
      case EEXIST: .exists
      case EISDIR, ELOOP, ENXIO: .wrongKind
      case ENOSPC, EDQUOT: .noSpace
      case EPIPE: .closed
      default: .failed
      }
    let text = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    self.init(code, path, text.lowercased())
  }
}
