internal import DurableFiles

/// Many files that are replaced: all of them, or none.
///
/// Every file is written anew beside the old one, whole and on the medium, before the first takes its
/// place; and the old ones are kept until the last has. A kill leaves each file old or new, and what it
/// leaves beside them is cleared away by the next.
final class Replacement {
  private var staged: [(path: String, file: StagedFile.Successor)] = []
  /// The files that are new although others failed, and could not be changed back.
  private(set) var stuck: [String] = []

  /// Makes ready to replace the files at `paths`.
  ///
  /// - Throws: ``Failure`` when so many files cannot be open at once, or one cannot be replaced.
  init(of paths: [String]) throws {
    let directories = Set(paths.map(StagedFile.directory))
    guard 2 * paths.count + directories.count < Platform.raiseOpenFileLimit() - 64 else {
      throw Failure(
        .inputOutput, "\(paths.count) files are more than can be changed at once here",
        hint: "ulimit -n allows more; or name fewer files")
    }
    try Self.check(paths)
  }

  /// Refuses files that cannot be replaced, as far as the system tells beforehand.
  static func check(_ paths: [String]) throws {
    for path in paths {
      do { try StagedFile.requireReplaceable(path) } catch {
        let failure = Failure(writing: error)
        throw Failure(
          failure.status, "\(failure.message); nothing was changed", hint: failure.hint)
      }
    }
  }

  /// Writes what takes the place of the file at `path`, of which this `version` was read as `input`.
  func add(
    _ path: String, of input: InputFile, _ version: FileVersion,
    write: (StagedFile) throws -> Void
  ) throws {
    do {
      let file = try StagedFile(path: path, existing: .replace)
      try write(file)
      try file.takePermissions(of: input)
      try file.synchronize()
      staged.append((path, StagedFile.Successor(file, of: version)))
    } catch let error as FileError { throw Failure(writing: error) }
  }

  /// Puts the new files in the place of the old ones.
  ///
  /// - Throws: ``Failure``, with nothing done, when one of the old ones was changed meanwhile or cannot
  ///   be replaced; with ``stuck`` done where the system could not change them back.
  func commit() throws {
    do throws(StagedFile.JointFailure) { try StagedFile.commit(staged.map { $0.file }) } catch {
      stuck = staged.filter { error.replaced.contains($0.file.file.path) }.map(\.path)
      let failure = Failure(writing: error.cause)
      guard !stuck.isEmpty else {
        if error.cause.code == .changed {
          let changed = staged.first { $0.file.file.path == error.cause.path }
          throw Self.changedMeanwhile(changed?.path ?? error.cause.path)
        }
        throw Failure(
          failure.status, "\(failure.message); nothing was changed", hint: failure.hint)
      }
      throw Failure(
        failure.status, "\(failure.message); \(stuck.count) of \(staged.count) files are new",
        details: stuck.map { "\(Text.shown($0)): is new, and could not be changed back" },
        hint: "once that is mended, the same command changes the others")
    }
  }

  /// Somebody else was at the file between reading it and replacing it.
  static func changedMeanwhile(_ path: String) -> Failure {
    Failure(
      .tryAgain, "\(Text.shown(path)): was changed meanwhile; nothing was done", hint: "try again")
  }
}
