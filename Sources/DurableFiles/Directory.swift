internal import CPlatform

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A directory of files that, unless it is made for others too, only their owner may see.
package struct Directory: Sendable, Hashable {
  package let path: String

  package init(path: String) { self.path = path }

  /// The directory called `name` in this one.
  package func appending(_ name: String) -> Directory { Directory(path: "\(path)/\(name)") }
  /// The path of the file called `name`.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes it with its parents, each new one 0700, or what the user's mask leaves if `isShared`.
  ///
  /// - Throws: ``FileError``, `wrongKind` when something else has the name.
  package func create(isShared: Bool = false) throws(FileError) {
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw FileError(.wrongKind, path, "is not a directory")
      }
      return
    }
    if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex {
      try Directory(path: String(path[..<slash])).create(isShared: isShared)
    }
    guard unsafe mkdir(path, isShared ? 0o777 : 0o700) == 0 || errno == EEXIST else {
      throw FileError.last(path)
    }
    // What is written into it is not durable before it is.
    try Descriptor.openToSynchronize("\(path)/..", name: path)?.synchronize()
  }

  /// The names of its files, sorted by their bytes; none when there is no such directory.
  ///
  /// Left out is what is no file, nor a link that may lead to one, and all whose names begin with a
  /// dot: they are our writes in progress.
  package func names() throws(FileError) -> [String] {
    let entries: [Entry]
    do { entries = try self.entries() } catch {
      guard error.code != .notFound else { return [] }
      throw error
    }
    return entries.filter { [.file, .link].contains($0.kind) && !$0.name.hasPrefix(".") }
      .map(\.name)
  }

  /// Whether there is one of this path, links followed.
  package var exists: Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Another whenever a file in it was made, replaced or removed since; nil when there is no such
  /// directory.
  ///
  /// The system's clock for this goes in steps of up to 10 ms, and two changes within one step look
  /// like one. So a stamp of this very moment is waited out.
  package var stamp: String? {
    while let changed = modificationTime {
      guard Platform.waitOut(changed) else {
        return "\(changed.components.seconds).\(changed.components.attoseconds)"
      }
    }
    return nil
  }

  private var modificationTime: Duration? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? status.modificationTime : nil
  }

  /// The working directory.
  package static func current() throws(FileError) -> Directory {
    guard let path = unsafe getcwd(nil, 0) else { throw FileError.last(".") }
    defer { unsafe free(path) }
    return Directory(path: unsafe String(cString: path))
  }

  /// `path` from the root on, with no link, `.` or `..` left in its directories.
  ///
  /// - Throws: ``FileError`` `notFound` when there is no such directory.
  package static func resolve(_ path: String) throws(FileError) -> String {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
    let parent: String
    do { parent = try Platform.realPath(directory) } catch {
      throw FileError(error.code, path, error.reason)
    }
    return parent == "/" ? "/\(name)" : "\(parent)/\(name)"
  }

  /// The directories from this one up to the root.
  package var ancestors: [Directory] {
    var ancestors = [self]
    var rest = path[...]
    while let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")), slash != rest.startIndex {
      rest = rest[..<slash]
      ancestors.append(Directory(path: String(rest)))
    }
    return ancestors
  }

  /// Whether there is a file called `name`.
  package func contains(_ name: String) -> Bool { unsafe access(file(name), F_OK) == 0 }

  /// All bytes of the file called `name`.
  ///
  /// - Throws: ``FileError`` `notFound`, `wrongKind` when it is no regular file, or `tooLarge` past
  ///   `limit`.
  package func read(_ name: String, limit: Int) throws(FileError) -> [UInt8] {
    try InputFile(regularFile: file(name)).readAll(limit: limit)
  }

  /// Writes a private file called `name`, whole or not at all.
  ///
  /// - Parameters:
  ///   - name: what to call it.
  ///   - bytes: all of it.
  ///   - existing: what to do when there is one.
  ///   - isDurable: whether it is on the medium afterwards; a cache need not be.
  /// - Throws: ``FileError`` `exists`, `noSpace` and others; the file is as it was then.
  package func write(
    _ name: String, _ bytes: [UInt8], existing: StagedFile.Existing = .keep, isDurable: Bool = true
  ) throws(FileError) {
    let staged = try StagedFile(path: file(name), existing: existing)
    try staged.write(bytes.span)
    try staged.commit(isDurable: isDurable)
  }

  /// Removes the file called `name`, durably unless it does not matter.
  ///
  /// - Throws: ``FileError`` `notFound`.
  package func remove(_ name: String, isDurable: Bool = true) throws(FileError) {
    let place = isDurable ? try Descriptor.openToSynchronize(path, name: file(name)) : nil
    guard unsafe unlink(file(name)) == 0 else { throw FileError.last(file(name)) }
    try place?.synchronize()
  }

  /// Sees to it that the file at `path`, which is in this directory, can be replaced.
  ///
  /// - Throws: ``FileError`` `wrongKind` when it is there and no regular file, `notPermitted`.
  func requireReplaceable(_ path: String) throws(FileError) {
    var status = stat()
    if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw FileError(.wrongKind, path, "is not a regular file")
    }
    try requireWritable()
    try requireUnprotected(path)
  }

  /// Sees to it that whatever is at `path`, which is in this directory, can be removed.
  ///
  /// - Throws: ``FileError`` `wrongKind` when it is a directory, `notPermitted`.
  func requireRemovable(_ path: String) throws(FileError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw FileError(.wrongKind, path, "is a directory")
    }
    try requireWritable()
    try requireUnprotected(path)
  }

  private func requireWritable() throws(FileError) {
    guard unsafe access(self.path, W_OK | X_OK) == 0 else { throw FileError.last(self.path) }
  }

  /// Refuses what keeps a file in its place in a directory that can be written to: that it is another
  /// user's in a sticky one, or that one of both is immutable.
  private func requireUnprotected(_ path: String) throws(FileError) {
    var (directory, file) = (stat(), stat())
    guard unsafe stat(self.path, &directory) == 0, unsafe lstat(path, &file) == 0 else { return }
    let isOthers =
      geteuid() != 0 && file.st_uid != geteuid() && directory.st_uid != geteuid()
    guard directory.st_mode & S_ISVTX == 0 || !isOthers else {
      throw FileError(system: EPERM, path)
    }
    for path in [self.path, path] {
      let flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW
      // What may not even be read is found out about when it is replaced.
      guard let opened = try? Descriptor.open(path, flags) else { continue }
      guard valise_is_immutable(opened.number) == 0 else { throw FileError(system: EPERM, path) }
    }
  }
}
