#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Files under hidden names that a kill left beside those whose places they were to take, or had taken.
///
/// Whatever is in one is in its target too, or was never asked for: it can go. While its process lives
/// it is locked (flock(2)), or its directory is as files change together, and it is no leftover.
package enum Leftovers {
  private static let prefix = ".valise-"
  private static let digitCount = 16

  static func freshName() -> String {
    let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    return prefix + String(repeating: "0", count: digitCount - digits.count) + digits
  }

  /// Whether `name` is one that ``freshName()`` makes, and nobody by hand.
  static func isHiddenName(_ name: String) -> Bool {
    guard name.hasPrefix(prefix), name.utf8.count == prefix.utf8.count + digitCount else {
      return false
    }
    return name.utf8.dropFirst(prefix.utf8.count).allSatisfy { digit in
      (0x30...0x39).contains(digit) || (0x61...0x66).contains(digit)
    }
  }

  /// Keeps others from taking a file for a leftover, as far as the file system has locks.
  static func claim(_ descriptor: Descriptor) { _ = flock(descriptor.number, LOCK_EX | LOCK_NB) }

  /// Removes those in the directories of the files at `paths`, as far as the system allows.
  package static func remove(beside paths: [String]) {
    for path in Set(paths.map { StagedFile.directory(of: StagedFile.resolvingLinks($0)) }) {
      let directory = Directory(path: path)
      // Whoever holds the lock may need the old files once more, to change them back.
      guard let lock = try? FileLock(directory: path, patience: .zero),
        let entries = try? directory.entries()
      else { continue }
      for entry in entries where entry.kind == .file && isHiddenName(entry.name) {
        remove(directory.file(entry.name))
      }
      withExtendedLifetime(lock) {}
    }
  }

  private static func remove(_ path: String) {
    let flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW
    guard let file = try? Descriptor.open(path, flags),
      flock(file.number, LOCK_EX | LOCK_NB) == 0
    else { return }
    unsafe unlink(path)
  }
}
