#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Directory {
  /// Something in a directory.
  struct Entry {
    enum Kind { case file, directory, link, other }

    /// What it is called; repaired where that is not UTF-8.
    let name: String
    /// Whether ``name`` is what it is called.
    let isUTF8: Bool
    let kind: Kind
  }

  /// All that is in it, sorted by the bytes of the names.
  ///
  /// - Throws: ``FileError`` `notFound`, `notPermitted`.
  func entries() throws(FileError) -> [Entry] {
    var stream = try DirectoryStream(Descriptor.open(path, O_RDONLY | O_DIRECTORY))
    var entries: [Entry] = []
    while let entry = try stream.next() {
      let kind = Self.kind(entry.type, file(entry.name))
      entries.append(Entry(name: entry.name, isUTF8: entry.isUTF8, kind: kind))
    }
    return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// The names of the directories in it, and of links that may lead to one.
  package func folderNames() throws(FileError) -> [String] {
    try entries().filter { [.directory, .link].contains($0.kind) }.map(\.name)
  }

  private static func kind(_ type: Int32, _ path: String) -> Entry.Kind {
    switch type {
    case 8: return .file
    case 4: return .directory
    case 10: return .link
    case 0:
      // Some file systems do not say it in the listing (DT_UNKNOWN).
      var status = stat()
      guard unsafe lstat(path, &status) == 0 else { return .other }
      return kind(of: status.st_mode & S_IFMT)
    default: return .other
    }
  }

  private static func kind(of mode: mode_t) -> Entry.Kind {
    switch mode {
    case S_IFREG: .file
    case S_IFDIR: .directory
    case S_IFLNK: .link
    default: .other
    }
  }
}
