internal import CPlatform

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A directory that strangers write to as well, and the files below it.
///
/// No link is followed, from the first folder to the file itself, so that nothing below leads out of
/// it; and nothing but regular files is opened, without waiting, so that a pipe or a device does not
/// hold anybody up. Paths are lists of names.
package final class ConfinedDirectory: Sendable {
  let root: Descriptor
  /// Who may read and write what is made in it: whoever may do so with the directory itself, and not
  /// what the mask of the one who makes it leaves.
  let permissions: mode_t

  /// Opens the directory at `path`, which may itself be reached through a link.
  ///
  /// - Throws: ``FileError`` `notFound`, `notPermitted`.
  package init(path: String) throws(FileError) {
    root = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
    permissions = try root.permissions()
  }

  /// Tells `visit` the names of the regular files in a folder, in no order, until it returns false.
  ///
  /// Neither holds the names nor looks at the files: a folder may have a million. Names that are not
  /// UTF-8 are left out. A folder that is not there has no files.
  ///
  /// - Throws: ``FileError`` `wrongKind` when it is no folder or a link is on the way.
  package func visitFiles(
    in folder: [String], _ visit: (_ name: String) -> Bool
  ) throws(FileError) {
    try visitEntries(in: folder) { name, kind in
      guard let name, kind == .file else { return true }
      return visit(name)
    }
  }

  /// The file at `path`, to read from; nil when there is none.
  ///
  /// - Throws: ``FileError`` `wrongKind` for anything but a regular file and for a link on the way,
  ///   `tooLarge` for more than `limit` bytes.
  package func openFile(_ path: [String], limit: Int) throws(FileError) -> InputFile? {
    guard let name = path.last, let folder = try open(path.dropLast()) else { return nil }
    // Before it is opened: opening alone makes some devices do something.
    guard try Self.mayBeFile(name, in: folder) else { return nil }
    let flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW
    guard let descriptor = try folder.openIfPresent(name, flags) else { return nil }
    let file = try InputFile(descriptor)
    guard let byteCount = file.byteCount else {
      throw FileError(.wrongKind, descriptor.path, "is not a regular file")
    }
    guard byteCount <= UInt64(limit) else {
      throw FileError(.tooLarge, descriptor.path, "is larger than \(limit) bytes")
    }
    return file
  }

  /// Removes the file at `path`, whatever kind of file it is; a link, not what it leads to.
  ///
  /// - Returns: false when there is none.
  /// - Throws: ``FileError`` `wrongKind` for a directory, `notPermitted`.
  @discardableResult
  package func remove(_ path: [String]) throws(FileError) -> Bool {
    guard let name = path.last, let folder = try open(path.dropLast()) else { return false }
    guard unsafe unlinkat(folder.number, name, 0) != 0 else { return true }
    guard errno != ENOENT else { return false }
    throw FileError.last("\(folder.path)/\(name)")
  }

  /// Puts all that was written so far on the medium: one call for a thousand files.
  ///
  /// - Throws: ``FileError`` `noSpace` or `failed`, also for a write that failed after it had been
  ///   accepted.
  package func synchronize() throws(FileError) {
    guard valise_synchronize_file_system(root.number) == 0 else { throw FileError.last(root.path) }
  }

  /// The folder at `path`; nil when it is not there.
  func open(_ path: some Sequence<String>) throws(FileError) -> Descriptor? {
    var folder = root
    for name in path {
      let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
      guard let next = try folder.openIfPresent(name, flags) else { return nil }
      folder = next
    }
    // A descriptor of its own: those of one opening share the place in the listing.
    if folder === root { return try root.openIfPresent(".", O_RDONLY | O_DIRECTORY) }
    return folder
  }
}

extension Descriptor {
  /// openat(2); nil when there is nothing called `name`.
  func openIfPresent(
    _ name: String, _ flags: Int32, mode: mode_t = 0
  ) throws(FileError) -> Descriptor? {
    let path = "\(self.path)/\(name)"
    while true {
      let descriptor = unsafe openat(number, name, flags | O_CLOEXEC, mode)
      if descriptor >= 0 { return Descriptor(descriptor, path: path) }
      switch errno {
      case EINTR: continue
      case ENOENT: return nil
      case ELOOP: throw FileError(.wrongKind, path, "is a link")
      case ENOTDIR: throw FileError(.wrongKind, path, "is not a directory")
      case ENXIO: throw FileError(.wrongKind, path, "is not a regular file")
      default: throw FileError.last(path)
      }
    }
  }
}
