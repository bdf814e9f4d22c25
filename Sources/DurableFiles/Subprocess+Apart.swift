#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Subprocess {
  /// Runs a program that is not to touch anything of ours, hands it `input`, and waits for it.
  ///
  /// It gets no descriptor but the standard ones, what it writes goes to standard error, and it is in a
  /// process group of its own: the keys that interrupt are not for it, and when time is up all that
  /// it started is killed with it.
  ///
  /// - Parameters:
  ///   - words: the path of the program and its arguments, given as they are: no shell reads them.
  ///   - variables: `NAME=value`, all of its environment.
  ///   - input: what it finds on its standard input; it need not read it.
  ///   - limit: how long it may take.
  /// - Returns: how it ended; nil when time was up.
  /// - Throws: ``FileError`` `notFound`, `notPermitted` or others when it cannot be run.
  package static func runApart(
    _ words: [String], variables: [[UInt8]], input: [UInt8], within limit: Duration
  ) throws(FileError) -> Ending? {
    // One that does not read is no reason to die of a signal.
    _ = signal(SIGPIPE, SIG_IGN)
    let end = ContinuousClock.now + limit
    let child = try startApart(words, variables, input, until: end)
    return try wait(for: child, words, until: end)
  }

  /// Both ends of the pipe are closed with their owners here: while the writing one is open, reading
  /// would not end.
  private static func startApart(
    _ words: [String], _ variables: [[UInt8]], _ input: [UInt8],
    until end: ContinuousClock.Instant
  ) throws(FileError) -> pid_t {
    let (child, writing) = try spawnApart(words, variables)
    writing.feed(input, until: end)
    return child
  }

  private static func spawnApart(
    _ words: [String], _ variables: [[UInt8]]
  ) throws(FileError) -> (pid_t, Descriptor) {
    let (reading, writing) = try pipe()
    let streams = Streams(input: .descriptor(reading.number), output: .descriptor(STDERR_FILENO))
    return (try spawn(words, streams, environment: variables, isApart: true), writing)
  }

  /// Waits for a group's leader, and kills the group when time is up.
  private static func wait(
    for child: pid_t, _ words: [String], until end: ContinuousClock.Instant
  ) throws(FileError) -> Ending? {
    var pause: UInt32 = 1_000
    while true {
      if let ending = try ending(of: child, words, WNOHANG) { return ending }
      guard ContinuousClock.now < end else { break }
      // No system call waits for a child and a clock alike on all systems.
      usleep(pause)
      pause = min(2 * pause, 20_000)
    }
    kill(-child, SIGKILL)
    _ = try wait(for: child, words)
    return nil
  }
}

extension Descriptor {
  /// Writes `bytes` into a pipe until all is written, nobody reads any more, or time is up.
  fileprivate func feed(_ bytes: [UInt8], until end: ContinuousClock.Instant) {
    _ = fcntl(number, F_SETFL, O_NONBLOCK)
    var rest = bytes[...]
    while !rest.isEmpty, ContinuousClock.now < end {
      let count = unsafe rest.withUnsafeBytes { unsafe systemWrite(number, $0) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var watched = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&watched, 1, 20)
      } else if errno != EINTR {
        return
      }
    }
  }
}

/// write(2), whose name a method has.
private func systemWrite(_ number: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  unsafe write(number, bytes.baseAddress, bytes.count)
}
