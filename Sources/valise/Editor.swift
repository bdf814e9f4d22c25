internal import DurableFiles

/// The person's editor.
enum Editor {
  /// Opens the file at `path` and waits until the person is done.
  ///
  /// - Returns: why it does not count as done; nil when it does.
  static func open(_ path: String) throws -> String? {
    let wishes = ["VISUAL", "EDITOR"].compactMap(Platform.environment)
    let editor = wishes.first { !$0.isEmpty } ?? "vi"
    // What people set has options in it, and quotes: it is a shell's to read, as it is for git.
    let words = ["/bin/sh", "-c", "\(editor) \"$@\"", editor, path]
    do {
      switch try Subprocess.runInForeground(words) {
      case .exited(0): return nil
      case .killed(let signal): return "the editor was ended by signal \(signal)"
      // So a shell tells of a signal.
      case .exited(let status) where status > 128:
        return "the editor was ended by signal \(status - 128)"
      case .exited(let status): return "the editor ended with status \(status)"
      }
    } catch { throw Failure(reading: error) }
  }
}
