internal import CPlatform

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A file that does not exist until it is whole.
///
/// Its bytes go to an unnamed file (O_TMPFILE) in the directory of its target, readable by its
/// owner alone; ``commit()`` puts them on the medium and gives them their name in one step. A
/// crash, a kill or an error before that leaves nothing behind, and an existing file as it was.
/// Where the file system has no unnamed files, a hidden one of a random name stands in, removed
/// unless the machine itself stops.
package final class StagedFile {
  /// What to do when the target exists.
  package enum Existing: Sendable {
    /// Leave it and fail; also when it appears while the bytes are written.
    case keep
    /// Put the new file in its place.
    case replace
    /// Likewise, in a directory where nobody else writes at the same time.
    ///
    /// The name that the new file has for a moment is always the same then, so that what a kill in
    /// that moment leaves behind is gone with the next file.
    case replaceAlone
  }

  /// The file's name once it is committed.
  package private(set) var path: String
  private let existing: Existing
  let directory: String
  private let descriptor: Descriptor
  /// A hidden name that goes with this value: the file's own while it has none, or that of the file
  /// whose place it took and which is kept; nil when there is neither.
  var temporaryPath: String?

  /// Opens a staged file beside `path`.
  ///
  /// - Parameters:
  ///   - path: what it is to be called; a link to a file means the file.
  ///   - existing: what to do when there is one.
  ///   - followsLinks: whether it may be a link, which somebody else may have put there.
  /// - Throws: ``FileError`` `exists` when `path` is there and must be kept, `wrongKind` when it is
  ///   a directory or has no name, and whatever the directory refuses.
  package init(
    path: String, existing: Existing = .keep, followsLinks: Bool = true
  ) throws(FileError) {
    // Otherwise only ``commit()`` would notice, after all the work.
    guard !path.isEmpty else { throw FileError(.wrongKind, "the output", "has an empty name") }
    // Replacing must not turn a link into a file.
    let target = followsLinks ? Self.resolvingLinks(path) : path
    self.path = target
    self.existing = existing
    directory = Self.directory(of: target)
    try Self.checkTarget(target, existing, name: path)
    if let unnamed = Self.openUnnamed(in: directory, name: path) {
      descriptor = unnamed
    } else {
      let temporary = Self.freeTemporaryPath(in: directory, existing)
      descriptor = try Descriptor.open(
        temporary, O_RDWR | O_CREAT | O_EXCL, mode: 0o600, name: path)
      temporaryPath = temporary
    }
    // Whoever clears away what a kill left must not take this for such.
    Leftovers.claim(descriptor)
  }

  deinit { if let temporaryPath { unsafe unlink(temporaryPath) } }

  /// Has the file appear under another name in the same directory.
  ///
  /// For files that are called by what is in them.
  ///
  /// - Throws: ``FileError`` `exists` when there is one that must be kept, `wrongKind`.
  package func rename(to name: String) throws(FileError) {
    path = "\(directory)/\(name)"
    try Self.checkTarget(path, existing, name: path)
  }

  /// Asks for room ahead, so that a full disk shows before the work and not after it.
  ///
  /// - Throws: ``FileError`` `noSpace`.
  package func reserve(byteCount: UInt64) throws(FileError) {
    let number = valise_reserve(descriptor.number, Int64(clamping: byteCount))
    guard number == 0 else { throw FileError(system: number, path) }
  }

  /// Makes the file its owner's, and readable for the same people, as `file` is; as far as the system
  /// allows.
  package func takePermissions(of file: InputFile) throws(FileError) {
    let status = try file.descriptor.status()
    // Only root may give files away; the mode comes last, for a change of owner takes bits away.
    _ = fchown(descriptor.number, status.st_uid, status.st_gid)
    guard fchmod(descriptor.number, status.st_mode & 0o777) == 0 else {
      throw FileError.last(path)
    }
  }

  /// Makes the file what the umask lets a new file be, in place of its owner's alone.
  ///
  /// For files that others are to read, such as those of a repository.
  package func share(isExecutable: Bool = false) throws(FileError) {
    let mask = umask(0o077)
    umask(mask)
    guard fchmod(descriptor.number, (isExecutable ? 0o777 : 0o666) & ~mask) == 0 else {
      throw FileError.last(path)
    }
  }

  /// Makes the bytes durable ahead of ``commit(isDurable:)``, which then has next to nothing to do
  /// that could fail.
  package func synchronize() throws(FileError) { try descriptor.synchronize() }

  /// Appends `bytes`.
  ///
  /// - Throws: ``FileError`` `noSpace` or `failed`.
  package func write(_ bytes: Span<UInt8>) throws(FileError) { try descriptor.write(bytes) }

  /// Appends the bytes of `file` in `range`, as fast as the system can copy.
  ///
  /// - Throws: ``FileError`` `noSpace`, or `failed` also when `file` has fewer.
  package func copy(_ range: Range<UInt64>, of file: InputFile) throws(FileError) {
    try descriptor.append(range, of: file.descriptor)
  }

  /// Makes the bytes durable, unless they need not be, and gives them their name.
  ///
  /// - Throws: ``FileError`` `exists` when the target must be kept; nothing has changed then.
  package func commit(isDurable: Bool = true) throws(FileError) {
    if isDurable { try descriptor.synchronize() }
    switch existing {
    case .keep: try link()
    case .replace, .replaceAlone: try replace()
    }
    if isDurable { try Descriptor.open(directory, O_RDONLY | O_DIRECTORY).synchronize() }
  }

  private func link() throws(FileError) {
    guard let temporary = temporaryPath else { return try linkUnnamed(to: path) }
    if systemLink(temporary, path) == 0 {
      unsafe unlink(temporary)
      temporaryPath = nil
      return
    }
    guard errno == EPERM || errno == ENOTSUP || errno == ENOSYS else { throw FileError.last(path) }
    // Without hard links, taking the name first keeps two writers from both succeeding.
    let claim = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    guard systemRename(temporary, path) == 0 else {
      let error = FileError.last(path)
      unsafe unlink(claim.path)
      throw error
    }
    temporaryPath = nil
  }

  private func replace() throws(FileError) {
    let temporary = try takeHiddenName()
    guard systemRename(temporary, path) == 0 else { throw FileError.last(path) }
    temporaryPath = nil
  }

  /// Has a name that is hidden, beside the target, from now on.
  func takeHiddenName() throws(FileError) -> String {
    if let temporaryPath { return temporaryPath }
    let temporary = Self.freeTemporaryPath(in: directory, existing)
    try linkUnnamed(to: temporary)
    temporaryPath = temporary
    return temporary
  }

  private func linkUnnamed(to name: String) throws(FileError) {
    let source = "/proc/self/fd/\(descriptor.number)"
    guard unsafe linkat(AT_FDCWD, source, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 else {
      throw FileError.last(path)
    }
  }

  private static func openUnnamed(in directory: String, name: String) -> Descriptor? {
    #if os(Linux)
      // O_TMPFILE is a macro over macros; without /proc the file could not be named later.
      let flags = 0o20_000_000 | O_DIRECTORY | O_RDWR
      guard unsafe access("/proc/self/fd", X_OK) == 0 else { return nil }
      return try? Descriptor.open(directory, flags, mode: 0o600, name: name)
    #else
      return nil
    #endif
  }

  private static func checkTarget(
    _ target: String, _ existing: Existing, name: String
  ) throws(FileError) {
    var status = stat()
    guard unsafe lstat(target, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(.wrongKind, name, "is not a regular file")
    }
    if case .keep = existing { throw FileError(.exists, name, "file exists") }
  }

  /// `path` without links and dots; as it is when there is no such file.
  package static func resolvingLinks(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// The directory that the file at `path` is in.
  package static func directory(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func freeTemporaryPath(in directory: String, _ existing: Existing) -> String {
    if case .replaceAlone = existing {
      let path = "\(directory)/.valise-new"
      unsafe unlink(path)
      return path
    }
    return "\(directory)/\(Leftovers.freshName())"
  }
}
