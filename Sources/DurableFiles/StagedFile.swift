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

  private(set) var target: Target
  private let existing: Existing
  let descriptor: Descriptor
  /// A hidden name that goes with this value: the file's own while it has none, or that of the file
  /// whose place it took and which is kept; nil when there is neither.
  var temporaryName: String?

  /// The file's path once it is committed.
  package var path: String { target.path }
  /// The descriptor of the directory that it appears in.
  var folder: Descriptor { target.directory.descriptor }

  /// Opens a staged file beside `path`.
  ///
  /// - Parameters:
  ///   - path: what it is to be called; a link to a file means the file, for replacing must not turn
  ///     the link into one.
  ///   - existing: what to do when there is one.
  ///   - followsLinks: whether it may be a link, which somebody else may have put there.
  /// - Throws: ``FileError`` `exists` when `path` is there and must be kept, `wrongKind` when it is
  ///   a directory or has no name, and whatever the directory refuses.
  package convenience init(
    path: String, existing: Existing = .keep, followsLinks: Bool = true
  ) throws(FileError) {
    try self.init(Target(path, followsLinks: followsLinks), existing)
  }

  /// Opens a staged file in `directory`, to be given a name by ``rename(to:)`` before it is committed.
  package convenience init(in directory: OutputDirectory) throws(FileError) {
    try self.init(Target(Leftovers.freshName(), in: directory), .keep)
  }

  private init(_ target: Target, _ existing: Existing) throws(FileError) {
    self.target = target
    self.existing = existing
    // Otherwise only ``commit()`` would notice, after all the work.
    try target.check(existing)
    let folder = target.directory.descriptor
    if let unnamed = Self.openUnnamed(in: folder, calledInErrors: target.givenPath) {
      descriptor = unnamed
    } else {
      let temporary = Self.freeTemporaryName(in: folder, existing)
      let flags = O_RDWR | O_CREAT | O_EXCL
      descriptor = try Descriptor.open(
        temporary, flags, mode: 0o600, in: folder, name: target.givenPath)
      temporaryName = temporary
    }
    // Whoever clears away what a kill left must not take this for such.
    Leftovers.claim(descriptor)
  }

  deinit { dropHidden() }

  /// Has the file appear under another name in the same directory.
  ///
  /// For files that are called by what is in them.
  ///
  /// - Throws: ``FileError`` `exists` when there is one that must be kept, `wrongKind`.
  package func rename(to name: String) throws(FileError) {
    target = Target(name, in: target.directory)
    try target.check(existing)
  }

  /// Asks for room ahead, so that a full disk shows before the work and not after it.
  ///
  /// - Throws: ``FileError`` `noSpace`.
  package func reserve(byteCount: UInt64) throws(FileError) {
    let number = valise_reserve(descriptor.number, Int64(clamping: byteCount))
    guard number == 0 else { throw FileError(system: number, path) }
  }

  /// Makes the file its owner's and its group's, and readable for the same people, as `file` is; for
  /// fewer where the system does not allow it.
  package func takePermissions(of file: InputFile) throws(FileError) {
    let status = try file.descriptor.status()
    var mode = status.st_mode & 0o777
    // Only root may give files away, and others to their own groups alone.
    if fchown(descriptor.number, status.st_uid, status.st_gid) != 0,
      fchown(descriptor.number, uid_t.max, status.st_gid) != 0
    {
      // In the writer's group are other people. Of them, and of the old group, which are now among all
      // others, nobody gets what they had not.
      let both = (mode >> 3) & mode & 0o007
      mode = mode & 0o700 | both << 3 | both
    }
    // Last, for a change of owner takes bits away.
    guard fchmod(descriptor.number, mode) == 0 else { throw FileError.last(path) }
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
  /// - Throws: ``FileError`` `exists` when the target must be kept. Nothing has changed then, unless all
  ///   that failed is to make the name durable: the error says so.
  package func commit(isDurable: Bool = true) throws(FileError) {
    var place: Descriptor?
    if isDurable {
      try descriptor.synchronize()
      place = try Descriptor.openToSynchronize(".", in: folder, name: path)
    }
    switch existing {
    case .keep: try link()
    case .replace, .replaceAlone: try replace()
    }
    do { try place?.synchronize() } catch {
      throw FileError(
        error.code, path, "is in place, but may be gone after a crash: \(error.reason)")
    }
  }

  /// Takes the file away again, as far as it was committed and nobody has put another in its place.
  package func takeBack() {
    guard let own = try? descriptor.status(),
      folder.status(of: target.name).map(FileIdentity.init) == FileIdentity(own)
    else { return }
    unsafe unlinkat(folder.number, target.name, 0)
  }

  private func link() throws(FileError) {
    guard let temporary = temporaryName else { return try linkUnnamed(to: target.name) }
    if unsafe linkat(folder.number, temporary, folder.number, target.name, 0) == 0 {
      return dropHidden()
    }
    guard errno == EPERM || errno == ENOTSUP || errno == ENOSYS else { throw FileError.last(path) }
    // Without hard links, taking the name first keeps two writers from both succeeding.
    let flags = O_WRONLY | O_CREAT | O_EXCL
    _ = try Descriptor.open(target.name, flags, mode: 0o600, in: folder, name: path)
    do { try rename(temporary) } catch {
      unsafe unlinkat(folder.number, target.name, 0)
      throw error
    }
  }

  private func replace() throws(FileError) { try rename(takeHiddenName()) }

  /// Gives what is called `temporary` its name.
  func rename(_ temporary: String) throws(FileError) {
    guard unsafe renameat(folder.number, temporary, folder.number, target.name) == 0 else {
      throw FileError.last(path)
    }
    temporaryName = nil
  }

  /// Removes what has the hidden name, if there is something.
  func dropHidden() {
    if let temporaryName { unsafe unlinkat(folder.number, temporaryName, 0) }
    temporaryName = nil
  }

  /// Has a name that is hidden, beside the target, from now on.
  func takeHiddenName() throws(FileError) -> String {
    if let temporaryName { return temporaryName }
    let temporary = Self.freeTemporaryName(in: folder, existing)
    try linkUnnamed(to: temporary)
    temporaryName = temporary
    return temporary
  }

  private func linkUnnamed(to name: String) throws(FileError) {
    let source = "/proc/self/fd/\(descriptor.number)"
    guard unsafe linkat(AT_FDCWD, source, folder.number, name, AT_SYMLINK_FOLLOW) == 0 else {
      throw FileError.last(path)
    }
  }

  private static func openUnnamed(
    in folder: Descriptor, calledInErrors path: String
  ) -> Descriptor? {
    #if os(Linux)
      // O_TMPFILE is a macro over macros; without /proc the file could not be named later.
      let flags = 0o20_000_000 | O_DIRECTORY | O_RDWR
      guard unsafe access("/proc/self/fd", X_OK) == 0 else { return nil }
      return try? Descriptor.open(".", flags, mode: 0o600, in: folder, name: path)
    #else
      return nil
    #endif
  }

  private static func freeTemporaryName(in folder: Descriptor, _ existing: Existing) -> String {
    guard case .replaceAlone = existing else { return Leftovers.freshName() }
    let name = ".valise-new"
    unsafe unlinkat(folder.number, name, 0)
    return name
  }
}
