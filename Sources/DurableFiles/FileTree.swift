#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The regular files below a directory, links not followed.
package struct FileTree {
  /// The root.
  package let path: String
  private let skipped: Set<String>

  /// Deeper trees are loops that somebody built, or nobody's work.
  private static let maximumDepth = 100

  /// - Parameters:
  ///   - path: the root.
  ///   - skipped: names of directories that are passed over, wherever they are.
  package init(path: String, skipping skipped: Set<String> = [".git"]) {
    self.path = path
    self.skipped = skipped
  }

  /// The paths of all files, those of a directory sorted by their bytes, and the directories that
  /// could not be read.
  ///
  /// Paths begin with the root's, unless that is `.`.
  package func files() -> (paths: [String], unreadable: [FileError]) {
    var paths: [String] = []
    var unreadable: [FileError] = []
    var pending = [(path: path, depth: 0)]
    while let (directory, depth) = pending.popLast() {
      do {
        var inner: [(path: String, depth: Int)] = []
        for entry in try Self.entries(directory) {
          let path = directory == "." ? entry.name : "\(directory)/\(entry.name)"
          switch entry.kind {
          case .file: paths.append(path)
          case .directory where !skipped.contains(entry.name) && depth < Self.maximumDepth:
            inner.append((path, depth + 1))
          case .directory, .other: break
          }
        }
        pending += inner.reversed()
      } catch { unreadable.append(error) }
    }
    return (paths, unreadable)
  }

  private enum Kind { case file, directory, other }

  private static func entries(
    _ path: String
  ) throws(FileError) -> [(name: String, kind: Kind)] {
    guard let stream = unsafe opendir(path) else { throw FileError.last(path) }
    defer { unsafe closedir(stream) }
    var entries: [(name: String, kind: Kind)] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard name != ".", name != ".." else { continue }
      entries.append((name, kind(unsafe Int32(entry.pointee.d_type), "\(path)/\(name)")))
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private static func kind(_ type: Int32, _ path: String) -> Kind {
    switch type {
    case 8: return .file
    case 4: return .directory
    case 0:
      // Some file systems do not say it in the listing (DT_UNKNOWN).
      var status = stat()
      guard unsafe lstat(path, &status) == 0 else { return .other }
      return status.st_mode & S_IFMT == S_IFREG
        ? .file : status.st_mode & S_IFMT == S_IFDIR ? .directory : .other
    default: return .other
    }
  }
}
