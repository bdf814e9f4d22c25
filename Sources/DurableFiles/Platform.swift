#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What else the floors above need of the system.
package enum Platform {
  /// Sees to it that the standard streams are open, each so that using it fails.
  ///
  /// Started with standard error closed, the next file to be opened would be descriptor 2, and a
  /// warning would be written into it.
  package static func openStandardStreams() {
    for (number, mode) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY),
    ]
    where fcntl(number, F_GETFD) < 0 {
      // The lowest free number is the one that is missing.
      _ = unsafe open("/dev/null", mode)
    }
  }

  /// The arguments of the program that are not UTF-8, repaired.
  ///
  /// They came to be other words than were typed; as a file's name, that of another file.
  package static var brokenArguments: [String] {
    (0..<Int(CommandLine.argc)).compactMap { index in
      guard let word = unsafe CommandLine.unsafeArgv[index] else { return nil }
      return unsafe String(validatingCString: word) == nil ? String(cString: word) : nil
    }
  }

  /// The value of an environment variable; nil when it is not set.
  package static func environment(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// realpath(3): `path` from the root on, with no link, `.` or `..` left.
  ///
  /// - Throws: ``FileError`` `notFound`; `wrongKind` when it leads to a name that is not UTF-8.
  static func realPath(_ path: String) throws(FileError) -> String {
    guard let resolved = unsafe realpath(path, nil) else { throw FileError.last(path) }
    defer { unsafe free(resolved) }
    guard let text = unsafe String(validatingCString: resolved) else {
      throw FileError(.wrongKind, path, "leads to a name that is not UTF-8")
    }
    return text
  }

  /// The time in seconds since 1970.
  package static func now() -> Int { time(nil) }

  /// Waits until a file that changes would be stamped with a later time than `time`; not for a time
  /// that is more than a moment away, by another machine's clock.
  ///
  /// - Returns: whether there was something to wait for.
  @discardableResult
  static func waitOut(_ time: Duration) -> Bool {
    var hasWaited = false
    while case let ahead = time - fileClock, ahead >= .zero, ahead < .milliseconds(20) {
      usleep(1_000)
      hasWaited = true
    }
    return hasWaited
  }

  /// The time since 1970 by the clock that files are stamped with.
  private static var fileClock: Duration {
    var time = timespec()
    #if canImport(Glibc)
      unsafe clock_gettime(CLOCK_REALTIME_COARSE, &time)
    #else
      unsafe clock_gettime(CLOCK_REALTIME, &time)
    #endif
    return Duration(time)
  }

  /// The last day that is not over at `end`, which is at midnight where a day was named.
  package static func lastDay(before end: Int) -> String { day(of: end - 1) }

  /// A time in seconds since 1970 as its day in UTC, `2026-11-21`.
  package static func day(of seconds: Int) -> String {
    var now = time_t(seconds)
    var parts = unsafe tm()
    guard unsafe gmtime_r(&now, &parts) != nil else { return "second \(seconds)" }
    func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return unsafe "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
  }

  /// A time in seconds since 1970 by the clock on the user's wall, `2026-11-21 14:03`.
  package static func localTime(of seconds: Int) -> String {
    var now = time_t(seconds)
    var parts = unsafe tm()
    guard unsafe localtime_r(&now, &parts) != nil else { return "second \(seconds)" }
    func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = unsafe "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
    return unsafe "\(day) \(padded(parts.tm_hour)):\(padded(parts.tm_min))"
  }

  /// Lets the process have as many files open as the system allows, and says how many.
  package static func raiseOpenFileLimit() -> Int {
    var limit = rlimit()
    #if canImport(Glibc)
      let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let kind = RLIMIT_NOFILE
    #endif
    guard unsafe getrlimit(kind, &limit) == 0 else { return 256 }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(kind, &limit)
    guard unsafe getrlimit(kind, &limit) == 0 else { return 256 }
    return Int(clamping: limit.rlim_cur)
  }

  /// Ends the process.
  package static func exit(_ status: Int32) -> Never {
    #if canImport(Glibc)
      Glibc.exit(status)
    #else
      Darwin.exit(status)
    #endif
  }
}

extension Duration {
  fileprivate init(_ time: timespec) {
    self = .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}

extension stat {
  /// When the contents last changed, since 1970.
  var modificationTime: Duration {
    #if canImport(Glibc)
      Duration(st_mtim)
    #else
      Duration(st_mtimespec)
    #endif
  }

  /// When the contents or anything about the file last changed, since 1970.
  ///
  /// Unlike ``modificationTime`` it cannot be set, as `cp -p` and `rsync -t` do.
  var changeTime: Duration {
    #if canImport(Glibc)
      Duration(st_ctim)
    #else
      Duration(st_ctimespec)
    #endif
  }
}
