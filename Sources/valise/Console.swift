internal import DurableFiles
internal import Synchronization

/// What the program says on standard error.
enum Console {
  static func error(_ message: String) { say("error", message) }
  static func warning(_ message: String) { say("warning", message) }

  private static let warnings = Mutex<Set<String>>([])

  /// A warning that is the same for many things, and given for the first of them.
  static func warningOnce(_ message: String) {
    if warnings.withLock({ $0.insert(message).inserted }) { warning(message) }
  }

  /// A line that belongs to the one above.
  static func detail(_ text: String) { write("valise:   \(text)\n") }
  static func hint(_ message: String) { say("hint", message) }

  /// A remark that `--quiet` silences.
  static func note(_ message: String, quiet: Bool) {
    if !quiet { write("valise: \(message)\n") }
  }

  private static func say(_ kind: String, _ message: String) {
    write("valise: \(kind): \(message)\n")
  }

  static func write(_ text: String) {
    // Nothing can be said about an error stream that does not take anything.
    let bytes = Array(text.utf8)
    try? OutputStream.standardError().write(bytes.span)
  }

  /// Prints `text` and a newline to standard output.
  static func print(_ text: String) throws {
    let bytes = Array("\(text)\n".utf8)
    do { try OutputStream.standardOutput().write(bytes.span) } catch {
      throw Failure(writing: error)
    }
  }
}
