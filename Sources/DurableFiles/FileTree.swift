/// The regular files below a directory, links not followed, and no ``Leftovers``.
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
    // `tree/` and `tree` are one, and what is in it is shown in one way.
    self.path = path.utf8.lastIndex { $0 != UInt8(ascii: "/") }.map { String(path[...$0]) } ?? path
    self.skipped = skipped
  }

  /// The paths of all files, those of a directory sorted by their bytes, and what could not be read:
  /// directories, and, as `wrongKind`, what has a name that is not UTF-8.
  ///
  /// Paths begin with the root's, unless that is `.`.
  package func files() -> (paths: [String], unreadable: [FileError]) {
    var paths: [String] = []
    var unreadable: [FileError] = []
    var pending = [(path: path, depth: 0)]
    while let (directory, depth) = pending.popLast() {
      do {
        var inner: [(path: String, depth: Int)] = []
        for entry in try Directory(path: directory).entries() {
          let path = directory == "." ? entry.name : "\(directory)/\(entry.name)"
          switch entry.kind {
          case .file where !entry.isUTF8, .directory where !entry.isUTF8:
            unreadable.append(FileError(.wrongKind, path, "its name is not UTF-8"))
          case .file where !Leftovers.isHiddenName(entry.name): paths.append(path)
          case .directory where !skipped.contains(entry.name) && depth < Self.maximumDepth:
            inner.append((path, depth + 1))
          case .file, .directory, .link, .other: break
          }
        }
        pending += inner.reversed()
      } catch { unreadable.append(error) }
    }
    return (paths, unreadable)
  }
}
