#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension ConfinedDirectory {
  /// What unfinished files are called: a folder, and what a writer's names begin with.
  package struct Temporaries: Sendable {
    package let folder: String
    package let prefix: String

    package init(folder: String, prefix: String) {
      self.folder = folder
      self.prefix = prefix
    }
  }

  /// What is put into a file.
  package enum Content: Sendable {
    case bytes([UInt8])
    /// All of another file; the system copies it.
    case file(InputFile)
  }

  /// Makes a file at `path` that is whole when its name appears, unless there is one already.
  ///
  /// Folders on the way are made. On the medium it is after ``synchronize()``. Where the file system
  /// has no unnamed files, the bytes go to one of the `temporaries` first.
  ///
  /// - Returns: false when something had the name, and was left as it was.
  /// - Throws: ``FileError`` `noSpace`, `notPermitted`, `wrongKind` when a link is on the way.
  package func create(
    _ path: [String], _ content: Content, temporaries: Temporaries
  ) throws(FileError) -> Bool {
    do { return try createOnce(path, content, temporaries) } catch {
      // Somebody may have removed the folder between our making and using it, as it was empty.
      guard error.code == .notFound else { throw error }
      return try createOnce(path, content, temporaries)
    }
  }

  private func createOnce(
    _ path: [String], _ content: Content, _ temporaries: Temporaries
  ) throws(FileError) -> Bool {
    guard let name = path.last else { throw FileError(.wrongKind, root.path, "is a directory") }
    let folder = try make(path.dropLast())
    // What is empty is whole at once.
    guard !content.isEmpty else {
      return try folder.claim(name, permissions)
    }
    var status = stat()
    guard unsafe fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) != 0 else {
      return false
    }
    #if os(Linux)
      // O_TMPFILE: a kill leaves nothing behind, and nothing unfinished is ever carried anywhere.
      let unnamed = 0o20_000_000 | O_DIRECTORY | O_WRONLY
      if let file = folder.openUnnamed(unnamed) {
        try file.write(content)
        file.permit(permissions)
        return try folder.link(
          AT_FDCWD, "/proc/self/fd/\(file.number)", to: name, AT_SYMLINK_FOLLOW)
      }
    #endif
    return try create(name, content, in: folder, by: temporaries)
  }

  private func create(
    _ name: String, _ content: Content, in folder: Descriptor, by names: Temporaries
  ) throws(FileError) -> Bool {
    let temporaries = try make([names.folder])
    let temporary = names.prefix + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
    guard let file = try temporaries.openIfPresent(temporary, flags, mode: 0o666) else {
      throw FileError(.notFound, temporaries.path, "went away")
    }
    defer { unsafe unlinkat(temporaries.number, temporary, 0) }
    try file.write(content)
    file.permit(permissions)
    do { return try folder.link(temporaries.number, temporary, to: name, 0) } catch {
      guard error.code == .notPermitted || error.code == .failed else { throw error }
    }
    // Without hard links, taking the name first keeps two writers from both succeeding.
    guard try folder.claim(name, permissions) else { return false }
    guard unsafe renameat(temporaries.number, temporary, folder.number, name) == 0 else {
      let error = FileError.last("\(folder.path)/\(name)")
      unsafe unlinkat(folder.number, name, 0)
      throw error
    }
    return true
  }

  /// The folder at `path`, made with those on the way to it.
  private func make(_ path: some Sequence<String>) throws(FileError) -> Descriptor {
    var folder = root
    for name in path {
      let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
      if let next = try folder.openIfPresent(name, flags) {
        folder = next
        continue
      }
      let isNew = unsafe mkdirat(folder.number, name, 0o777) == 0
      guard isNew || errno == EEXIST else { throw FileError.last("\(folder.path)/\(name)") }
      guard let next = try folder.openIfPresent(name, flags) else {
        throw FileError(.notFound, "\(folder.path)/\(name)", "went away")
      }
      if isNew { next.permit(permissions | 0o700, isFolder: true) }
      folder = next
    }
    return folder
  }
}

extension ConfinedDirectory.Content {
  fileprivate var isEmpty: Bool {
    switch self {
    case .bytes(let bytes): bytes.isEmpty
    case .file(let file): file.byteCount == 0
    }
  }
}

extension Descriptor {
  fileprivate func write(_ content: ConfinedDirectory.Content) throws(FileError) {
    switch content {
    case .bytes(let bytes): try write(bytes.span)
    case .file(let file): try append(0..<(file.byteCount ?? 0), of: file.descriptor)
    }
  }

  /// Lets those read and write it whom `permissions` name, where the file system knows of such.
  fileprivate func permit(_ permissions: mode_t, isFolder: Bool = false) {
    // The bits that folders hand on, such as the group's, stay.
    let kept = isFolder ? ((try? status().st_mode) ?? 0) & 0o7000 : 0
    fchmod(number, kept | (isFolder ? permissions : permissions & 0o666 | 0o600))
  }

  /// Makes an empty file called `name` in this folder; false when something has the name.
  fileprivate func claim(_ name: String, _ permissions: mode_t) throws(FileError) -> Bool {
    do {
      let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
      try openIfPresent(name, flags, mode: 0o666)?.permit(permissions)
      return true
    } catch {
      guard error.code == .exists else { throw error }
      return false
    }
  }

  /// An unnamed file in this folder; nil where there are none.
  fileprivate func openUnnamed(_ flags: Int32) -> Descriptor? {
    guard unsafe access("/proc/self/fd", X_OK) == 0 else { return nil }
    let number = unsafe openat(self.number, ".", flags | O_CLOEXEC, 0o666)
    return number >= 0 ? Descriptor(number, path: path) : nil
  }

  /// linkat(2); false when something is called `name`.
  fileprivate func link(
    _ source: Int32, _ sourceName: String, to name: String, _ flags: Int32
  ) throws(FileError) -> Bool {
    guard unsafe linkat(source, sourceName, number, name, flags) != 0 else { return true }
    guard errno != EEXIST else { return false }
    throw FileError.last("\(path)/\(name)")
  }
}
