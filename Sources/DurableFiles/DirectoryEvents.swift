#if canImport(Glibc)
  internal import Glibc

  /// What happens in some directories, by inotify(7).
  struct DirectoryEvents {
    private static let mask =
      UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE) | UInt32(IN_CLOSE_WRITE)
      | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_ONLYDIR) | UInt32(IN_DONT_FOLLOW)

    private let descriptor: Descriptor
    /// The watch on each path, until it is seen to be gone.
    private var watches: [String: Int32] = [:]

    /// The number, to wait on.
    var number: Int32 { descriptor.number }

    /// Nil where the system gives none, for which it has a limit.
    init?() {
      let number = inotify_init1(Int32(IN_CLOEXEC))
      guard number >= 0 else { return nil }
      descriptor = Descriptor(number, path: "a watch on directories")
    }

    /// Watches all of `paths` that are directories now.
    ///
    /// A path may mean another directory than before: the old one is not watched any more then.
    ///
    /// - Returns: whether one is watched that was not, or the other way round, and whether all are.
    mutating func watch(_ paths: [String]) -> (isChanged: Bool, isWhole: Bool) {
      var (isChanged, isWhole) = (false, true)
      for path in paths {
        // Of a directory that is watched already it gives the same number again.
        let watch = unsafe inotify_add_watch(number, path, Self.mask)
        let new = watch < 0 ? nil : watch
        if new == nil { isWhole = false }
        let old = watches[path]
        guard new != old else { continue }
        isChanged = true
        watches[path] = new
        if let old, !watches.values.contains(old) { _ = inotify_rm_watch(number, old) }
      }
      return (isChanged, isWhole)
    }

    /// Takes events that are there, and waits where there are none.
    ///
    /// - Returns: whether one of them is about a directory that is watched.
    mutating func take() throws(FileError) -> Bool {
      var bytes: [UInt8] = []
      _ = try descriptor.read(upTo: 1 << 16, appendingTo: &bytes)
      return note(bytes)
    }

    /// Takes note of events as they were read, and says whether one is a change.
    ///
    /// When there were too many, the system threw some away, and says so for no directory in
    /// particular: any may have changed.
    mutating func note(_ bytes: [UInt8]) -> Bool {
      let headerByteCount = MemoryLayout<inotify_event>.size
      var isChanged = false
      var rest = bytes[...]
      while rest.count >= headerByteCount {
        let event = unsafe rest.withUnsafeBytes { unsafe $0.loadUnaligned(as: inotify_event.self) }
        let path = watches.first { $0.value == event.wd }?.key
        // What comes late of a watch that was given up is no news.
        if path != nil || event.mask & UInt32(IN_Q_OVERFLOW) != 0 { isChanged = true }
        // The directory is gone, and its watch with it.
        if let path, event.mask & UInt32(IN_IGNORED) != 0 { watches[path] = nil }
        rest = rest.dropFirst(headerByteCount + Int(event.len))
      }
      return isChanged
    }
  }
#else
  /// Nothing: this system has no inotify(7).
  struct DirectoryEvents {
    var number: Int32 { -1 }

    init?() { nil }

    mutating func watch(_ paths: [String]) -> (isChanged: Bool, isWhole: Bool) { (false, true) }

    mutating func take() throws(FileError) -> Bool { false }
  }
#endif
