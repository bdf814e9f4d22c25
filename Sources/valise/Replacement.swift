internal import DurableFiles

/// Many files that are replaced: all of them, or none.
///
/// Every file is written anew beside the old one, whole and on the medium, before the first takes its
/// place. What can fail has failed by then, and a kill leaves each file old or new, and nothing else.
final class Replacement {
  private struct Staged {
    let file: StagedFile
    let path: String
    /// Which file it was made from, and in which state.
    let identity: FileIdentity
    let stamp: String?
  }

  private var staged: [Staged] = []

  /// - Throws: ``Failure`` when so many files cannot be open at once.
  init(fileCount: Int) throws {
    guard fileCount < Platform.raiseOpenFileLimit() - 64 else {
      throw Failure(
        .inputOutput, "\(fileCount) files are more than can be changed at once here",
        hint: "ulimit -n allows more; or name fewer files")
    }
  }

  /// Writes what takes the place of the file at `path`, which `input` was read from when it had this
  /// `stamp`.
  func add(
    _ path: String, of input: InputFile, stamp: String?, write: (StagedFile) throws -> Void
  ) throws {
    do {
      let file = try StagedFile(path: path, existing: .replace)
      try write(file)
      try file.takePermissions(of: input)
      try file.synchronize()
      staged.append(Staged(file: file, path: path, identity: input.identity, stamp: stamp))
    } catch let error as FileError { throw Failure(writing: error) }
  }

  /// Puts the new files in the place of the old ones.
  ///
  /// - Throws: ``Failure``, with nothing done, when one of the old ones was changed meanwhile.
  func commit() throws {
    for file in staged {
      guard FileIdentity(path: file.path) == file.identity,
        InputFile.stamp(path: file.path) == file.stamp
      else {
        throw Failure(
          .tryAgain, "\(Text.shown(file.path)): was changed meanwhile; nothing was done",
          hint: "try again")
      }
    }
    for (index, file) in staged.enumerated() {
      do { try file.file.commit() } catch {
        guard index > 0 else { throw Failure(writing: error) }
        throw Failure(writing: error).hinting(
          "\(index) of \(staged.count) files are done; the same command finishes the others")
      }
    }
  }
}
