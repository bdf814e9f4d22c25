#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Waits until something happens in one of several directories.
///
/// It only saves waiting: what other machines do to a shared disk is not told of, systems have limits
/// on watches, and where there is no inotify(7) it does nothing but wait. Whoever uses it looks for
/// changes when time is up all the same.
package final class DirectoryWatch {
  /// How soon a directory that was missing is looked for again.
  private static let renewal = Duration.seconds(1)
  /// How long it is quiet after a burst.
  private static let quiet = Duration.milliseconds(200)
  /// A burst is not waited out for longer than this.
  private static let longestBurst = Duration.seconds(2)

  private let paths: [String]
  private var queue: DirectoryEvents?

  /// Watches the directories at `paths`, from now on; links are not followed.
  ///
  /// Those that do not exist yet, or cannot be watched, are looked for again while waiting.
  package init(paths: [String]) {
    self.paths = paths
    queue = DirectoryEvents()
    _ = queue?.watch(paths)
  }

  /// Waits for files that were made, moved, removed or written, also since the last wait.
  ///
  /// Many changes often come at once, so that they are given time to end: the last 200 ms were quiet
  /// then, or 2 s are over since the first. A signal does not end the wait.
  ///
  /// - Parameter time: how long to wait for the first change.
  /// - Returns: whether something changed; false when time is up.
  /// - Throws: ``FileError`` `failed`.
  package func wait(for time: Duration) throws(FileError) -> Bool {
    let end = ContinuousClock.now + time
    repeat {
      let coverage = queue?.watch(paths) ?? (isChanged: false, isWhole: true)
      let slice = coverage.isWhole ? end : min(end, ContinuousClock.now + Self.renewal)
      // What was put into a directory before it was watched is told of by nobody.
      var isChanged = coverage.isChanged
      if !isChanged { isChanged = try takeChange(until: slice) }
      if isChanged {
        try waitForQuiet()
        return true
      }
    } while ContinuousClock.now < end
    return false
  }

  private func waitForQuiet() throws(FileError) {
    let end = ContinuousClock.now + Self.longestBurst
    while try takeChange(until: min(end, ContinuousClock.now + Self.quiet)),
      ContinuousClock.now < end
    {}
  }

  /// Waits for a change; false when time is up.
  private func takeChange(until end: ContinuousClock.Instant) throws(FileError) -> Bool {
    while true {
      let left = max(end - ContinuousClock.now, .zero)
      if try isReady(within: left) {
        if try queue?.take() == true { return true }
      } else if left == .zero {
        return false
      }
    }
  }

  /// Whether there are events to take, as soon as there are; false also when a signal came.
  private func isReady(within time: Duration) throws(FileError) -> Bool {
    let parts = time.components
    let milliseconds = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
    // Rounded up, lest the last millisecond be spent asking again and again.
    let patience = Int32(clamping: time == .zero ? 0 : milliseconds + 1)
    // A number below 0 is never ready.
    var watched = pollfd(fd: queue?.number ?? -1, events: Int16(POLLIN), revents: 0)
    let count = unsafe poll(&watched, 1, patience)
    guard count >= 0 || errno == EINTR else { throw FileError.last("a watch on directories") }
    return count > 0
  }
}
