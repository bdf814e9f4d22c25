#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension StagedFile {
  /// Where a file is to appear.
  struct Target {
    let directory: OutputDirectory
    let name: String
    /// Its path, links followed.
    let path: String
    /// What the caller calls it.
    let givenPath: String

    init(_ name: String, in directory: OutputDirectory) {
      self.directory = directory
      self.name = name
      path = "\(directory.path)/\(name)"
      givenPath = path
    }

    init(_ givenPath: String, followsLinks: Bool) throws(FileError) {
      guard !givenPath.isEmpty else {
        throw FileError(.wrongKind, "the output", "has an empty name")
      }
      self.givenPath = givenPath
      let path = followsLinks ? StagedFile.resolvingLinks(givenPath) : givenPath
      self.path = path
      directory = try OutputDirectory(path: StagedFile.directory(of: path), name: givenPath)
      let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
      name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
      // Where a link leads is the path by now, unless that cannot be said.
      let mode = directory.descriptor.status(of: name)?.st_mode ?? 0
      guard !followsLinks || mode & S_IFMT != S_IFLNK || FileIdentity(path: path) == nil else {
        throw FileError(.wrongKind, givenPath, "leads to a name that is not UTF-8")
      }
    }

    /// What is there already.
    func check(_ existing: Existing) throws(FileError) {
      guard let status = directory.descriptor.status(of: name) else { return }
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw FileError(.wrongKind, givenPath, "is not a regular file")
      }
      if case .keep = existing { throw FileError(.exists, givenPath, "file exists") }
    }
  }

  /// `path` without links and dots; as it is when there is no such file, or its name is not UTF-8.
  package static func resolvingLinks(_ path: String) -> String {
    (try? Platform.realPath(path)) ?? path
  }

  /// The directory that the file at `path` is in.
  package static func directory(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
