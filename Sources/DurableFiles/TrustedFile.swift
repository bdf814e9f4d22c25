internal import CPlatform

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Files whose word counts: nobody but this user, or root, can have written them.
package enum TrustedFile {
  /// All bytes of the regular file at `path`, links followed.
  ///
  /// What is looked at and what is read is one open file, whoever renames others meanwhile.
  ///
  /// - Throws: ``FileError`` `notFound`; `wrongKind` for anything but a regular file; `notPermitted`
  ///   when it is somebody else's, or others may write to it; `tooLarge` past `limit`.
  package static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let file = try InputFile(regularFile: path)
    try check(file.descriptor.status(), path)
    return try file.readAll(limit: limit)
  }

  /// Where the program at `path` really is, with no link left on the way.
  ///
  /// The directories on the way count too: who may rename in one can put another program there. Their
  /// owner must be this user or root, and not everybody may write to them, but where names
  /// belong to their owners (as in /tmp).
  ///
  /// - Throws: ``FileError`` `notFound`; `wrongKind` when it is not a regular file; `notPermitted` as
  ///   above, or when it cannot be run.
  package static func program(_ path: String) throws(FileError) -> String {
    let program = try Platform.realPath(path)
    try check(try status(program), program)
    guard unsafe access(program, X_OK) == 0 else { throw FileError.last(program) }
    for directory in Directory(path: program).ancestors.dropFirst().map(\.path) + ["/"] {
      let status = try status(directory)
      guard isOurs(status), status.st_mode & 0o002 == 0 || status.st_mode & S_ISVTX != 0 else {
        throw FileError(.notPermitted, program, "others can put another in its place")
      }
    }
    return program
  }

  /// Sees to it that what the directory at `path` says may be taken for this user's word, if there is one.
  ///
  /// Anybody can make a directory in /tmp, or a link there to one of root's (CVE-2022-24765).
  ///
  /// - Throws: ``FileError`` `wrongKind` for a link, which another may have made than the owner of what
  ///   it leads to, and for anything but a directory; `notPermitted` when it is somebody else's, or
  ///   everybody may write to it.
  package static func checkDirectory(_ path: String) throws(FileError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFDIR else {
      throw FileError(.wrongKind, path, kind == S_IFLNK ? "is a link" : "is no directory")
    }
    guard isOurs(status) else {
      throw FileError(.notPermitted, path, "belongs to somebody else")
    }
    guard status.st_mode & 0o002 == 0 else {
      throw FileError(.notPermitted, path, "can be written to by everybody")
    }
  }

  /// What users other than its owner may do with something; passing is for directories.
  package struct Openness: Sendable {
    package let isReadable, isWritable, isPassable: Bool
  }

  /// What others may do with what is at `path`, links followed: nothing when there is nothing.
  package static func openness(_ path: String) -> Openness {
    let mode = (try? status(path).st_mode) ?? 0
    return Openness(
      isReadable: mode & 0o044 != 0, isWritable: mode & 0o022 != 0, isPassable: mode & 0o011 != 0)
  }

  private static func check(_ status: stat, _ path: String) throws(FileError) {
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(.wrongKind, path, "is not a regular file")
    }
    guard isOurs(status) else {
      throw FileError(.notPermitted, path, "belongs to somebody else")
    }
    guard status.st_mode & 0o022 == 0 else {
      throw FileError(.notPermitted, path, "can be written to by others")
    }
  }

  private static func isOurs(_ status: stat) -> Bool {
    status.st_uid == geteuid() || status.st_uid == 0
  }

  private static func status(_ path: String) throws(FileError) -> stat {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw FileError.last(path) }
    return status
  }
}
