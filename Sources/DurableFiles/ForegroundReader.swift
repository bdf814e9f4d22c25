#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Another program on the person's own terminal, and the pipe into which is written what it shows.
package final class ForegroundReader {
  private let words: [String]
  private let child: pid_t
  /// Nil once all is written.
  private var pipe: Descriptor?
  /// What the keys that interrupt did before: they are meant for the program while it runs.
  private let handlers: [(signal: Int32, handler: sig_t?)]

  /// Starts `words`: the program, which is looked for on PATH, and its arguments.
  ///
  /// - Parameters:
  ///   - words: they are given as they are: no shell reads them.
  ///   - variables: `NAME=value`, in place of variables of the same names and beside all others.
  /// - Throws: ``FileError`` `notFound`, `notPermitted` or others when it cannot be run.
  package init(_ words: [String], adding variables: [[UInt8]]) throws(FileError) {
    self.words = words
    // A reader that leaves is an error to report, not a signal to die of.
    _ = signal(SIGPIPE, SIG_IGN)
    let (reading, writing) = try Subprocess.pipe()
    child = try Subprocess.spawn(
      words, .init(input: .descriptor(reading.number)),
      environment: Subprocess.environment(adding: variables))
    pipe = writing
    handlers = [SIGINT, SIGQUIT].map { ($0, signal($0, SIG_IGN)) }
  }

  deinit { _ = try? finish() }

  /// Hands it `bytes`.
  ///
  /// - Throws: ``FileError`` `closed` when it does not read any more.
  package func write(_ bytes: Span<UInt8>) throws(FileError) { try pipe?.write(bytes) }

  /// Tells it that this was all, and waits for it.
  ///
  /// - Throws: ``FileError`` `failed`.
  package func finish() throws(FileError) {
    guard pipe != nil else { return }
    pipe = nil
    defer { for (number, handler) in handlers { _ = signal(number, handler) } }
    _ = try Subprocess.wait(for: child, words)
  }
}
