#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Where bytes go that cannot be taken back: standard output, a pipe, a device.
package final class OutputStream: Sendable {
  private let descriptor: Descriptor

  /// What it is called in messages.
  package var path: String { descriptor.path }
  /// Whether it is standard output, however it was named.
  package var isStandardOutput: Bool { descriptor.number == STDOUT_FILENO }
  /// Whether a person sees it.
  package var isTerminal: Bool { isatty(descriptor.number) == 1 }

  private init(_ descriptor: Descriptor) {
    self.descriptor = descriptor
    #if os(Linux)
      // F_SETPIPE_SZ: at its usual 64 KiB a pipe makes writer and reader wait for each other at every
      // piece. What is not a pipe refuses, and so may the system; then it stays as it is.
      _ = fcntl(descriptor.number, 1031, 1 << 20)
    #endif
  }

  /// Standard output.
  package static func standardOutput() -> OutputStream {
    // A reader that leaves is an error to report, not a signal to die of.
    _ = signal(SIGPIPE, SIG_IGN)
    return OutputStream(Descriptor(STDOUT_FILENO, path: "standard output", isOwned: false))
  }

  /// Standard error.
  package static func standardError() -> OutputStream {
    OutputStream(Descriptor(STDERR_FILENO, path: "standard error", isOwned: false))
  }

  /// An existing pipe or device; nil when `path` is a regular file, or nothing.
  ///
  /// - Throws: ``FileError`` when it cannot be opened, `wrongKind` for a directory.
  package static func special(path: String) throws(FileError) -> OutputStream? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return nil }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw FileError(.wrongKind, path, "is a directory")
    }
    _ = signal(SIGPIPE, SIG_IGN)
    return OutputStream(try Descriptor.open(path, O_WRONLY))
  }

  /// Writes all of `bytes`.
  ///
  /// - Throws: ``FileError`` `noSpace`, `closed` or `failed`.
  package func write(_ bytes: Span<UInt8>) throws(FileError) { try descriptor.write(bytes) }
}
