#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension ConfinedDirectory {
  /// What something in a directory is.
  package enum Kind: Sendable {
    case file
    case folder
    /// A link, a pipe, a socket or a device.
    case other
  }

  /// What is known of a file without opening it.
  package struct Status: Sendable {
    package let kind: Kind
    package let byteCount: Int
    /// In seconds since 1970.
    package let modifiedAt: Int
  }

  /// Tells `visit` what is in a folder, in no order, until it returns false.
  ///
  /// Neither holds the names nor opens anything. A folder that is not there has nothing in it.
  ///
  /// - Parameters:
  ///   - folder: the names on the way to it.
  ///   - visit: takes a name, nil for one that is not UTF-8, and what it is.
  /// - Throws: ``FileError`` `wrongKind` when it is no folder or a link is on the way, and what
  ///   `visit` throws.
  package func visitEntries(
    in folder: [String],
    _ visit: (_ name: String?, _ kind: Kind) throws(FileError) -> Bool
  ) throws(FileError) {
    guard let directory = try open(folder) else { return }
    var stream = try DirectoryStream(directory)
    while let entry = try stream.next() {
      let name = entry.isUTF8 ? entry.name : nil
      guard try visit(name, Self.kind(entry.type, name, in: directory)) else { return }
    }
  }

  /// What is at `path`; nil when nothing is.
  ///
  /// - Throws: ``FileError`` `wrongKind` when a link is on the way, `notPermitted`.
  package func status(of path: [String]) throws(FileError) -> Status? {
    guard let name = path.last, let folder = try open(path.dropLast()) else { return nil }
    return Self.status(name, in: folder)
  }

  /// Removes the `temporaries` that were last written before `time`.
  ///
  /// - Throws: ``FileError`` `notPermitted`, `wrongKind` when their folder is a link.
  package func sweep(_ temporaries: Temporaries, olderThan time: Int) throws(FileError) {
    guard let folder = try open([temporaries.folder]) else { return }
    try visitFiles(in: [temporaries.folder]) { name in
      guard name.utf8.starts(with: temporaries.prefix.utf8),
        let status = Self.status(name, in: folder), status.modifiedAt < time
      else { return true }
      unsafe unlinkat(folder.number, name, 0)
      return true
    }
  }

  /// Removes files in those folders of `folder` that `isOver` says so of, `limit` of them or a few
  /// more; what cannot be removed stays.
  ///
  /// - Throws: ``FileError`` `wrongKind` when a link is on the way.
  package func removeFiles(
    belowFoldersOf folder: [String], limit: Int, _ isOver: (_ name: String) -> Bool,
    where isMeant: (_ name: String) -> Bool
  ) throws(FileError) {
    var left = limit
    try visitEntries(in: folder) { (name, kind) throws(FileError) in
      guard let name, kind == .folder, isOver(name) else { return true }
      left -= 1
      guard let directory = try open(folder + [name]) else { return true }
      try visitFiles(in: folder + [name]) { file in
        guard isMeant(file) else { return true }
        left -= 1
        unsafe unlinkat(directory.number, file, 0)
        return left > 0
      }
      return left > 0
    }
  }

  /// Removes those folders in `folder` that are empty and whose names `isOver` says so of, up to
  /// `limit` of them; never anything else.
  ///
  /// - Throws: ``FileError`` `wrongKind` when a link is on the way.
  package func removeEmptyFolders(
    in folder: [String], limit: Int, _ isOver: (_ name: String) -> Bool
  ) throws(FileError) {
    guard let directory = try open(folder) else { return }
    var left = limit
    try visitEntries(in: folder) { name, kind in
      guard let name, kind == .folder, isOver(name) else { return true }
      left -= 1
      // rmdir(2) refuses a folder that is not empty.
      unsafe unlinkat(directory.number, name, AT_REMOVEDIR)
      return left > 0
    }
  }

  /// DT_REG and DT_DIR, or DT_UNKNOWN where the file system does not say it in the listing.
  private static func kind(_ type: Int32, _ name: String?, in directory: Descriptor) -> Kind {
    switch type {
    case 8: .file
    case 4: .folder
    case 0: name.flatMap { status($0, in: directory)?.kind } ?? .other
    default: .other
    }
  }

  /// Whether there is something called `name` that may be opened: a file, or a link, which is not
  /// followed.
  ///
  /// - Throws: ``FileError`` `wrongKind` for anything else.
  static func mayBeFile(_ name: String, in directory: Descriptor) throws(FileError) -> Bool {
    var status = stat()
    guard unsafe fstatat(directory.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      return errno != ENOENT
    }
    guard [S_IFREG, S_IFLNK].contains(status.st_mode & S_IFMT) else {
      throw FileError(.wrongKind, "\(directory.path)/\(name)", "is not a regular file")
    }
    return true
  }

  private static func status(_ name: String, in directory: Descriptor) -> Status? {
    var status = stat()
    guard unsafe fstatat(directory.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      return nil
    }
    let kind: Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      default: .other
      }
    return Status(
      kind: kind, byteCount: Int(status.st_size),
      modifiedAt: Int(status.modificationTime.components.seconds))
  }
}
