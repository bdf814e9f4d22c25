internal import DurableFiles
internal import JOSE

/// The sealed files that paths on a command line mean: those that are named, and all below directories.
struct SealedPaths {
  /// Each once.
  let files: [String]
  /// Files of secrets below the directories: they have rules of their own, and `secrets rekey`.
  let secrets: [SealedTree.File]
  private let contents: [SealedTree.Contents]

  init(_ paths: [String]) {
    var (files, secrets): ([String], [SealedTree.File]) = ([], [])
    var contents: [SealedTree.Contents] = []
    for path in paths {
      guard Directory(path: path).exists else {
        files.append(path)
        continue
      }
      let found = SealedTree(path: path).contents()
      files += found.files.filter { !$0.holdsSecrets }.map(\.path)
      secrets += found.files.filter(\.holdsSecrets)
      contents.append(found)
    }
    var seen: Set<String> = []
    self.files = files.filter { seen.insert(StagedFile.resolvingLinks($0)).inserted }
    self.secrets = secrets
    self.contents = contents
  }

  /// Says what was passed over.
  func warn() { for contents in contents { contents.warn() } }

  /// Refuses what a change of all would leave out unseen.
  ///
  /// - Throws: ``Failure`` when something cannot be read.
  func requireReadable() throws {
    let unreadable = contents.flatMap(\.unreadable)
    guard let first = unreadable.first else { return }
    throw Failure(
      .noInput, "\(Text.shown(first.path)): \(first.reason); nothing was changed",
      details: unreadable.dropFirst().map { "\(Text.shown($0.path)): \($0.reason)" },
      hint: "all files change, or none: make it readable, or name those that are to change")
  }
}

/// A sealed file as it was read: its structure, and which file it was in which state.
struct SealedFile {
  let path: String
  let version: FileVersion
  let byteCount: UInt64
  let envelope: JWE.Envelope
  let input: InputFile

  /// Opens a regular file, whatever it holds; a link that is named means its file, unlike one that is
  /// found.
  ///
  /// - Parameters:
  ///   - path: where it is.
  ///   - policy: what to put up with.
  ///   - use: what is read of it afterwards.
  ///   - progress: is told how far it was read.
  /// - Throws: ``Failure`` when it cannot be read, or is no envelope.
  init(
    path: String, policy: JWE.DecryptionPolicy = JWE.DecryptionPolicy(),
    for use: JWE.Envelope.Use = .description, progress: Progress? = nil
  ) throws {
    let input: InputFile
    do throws(FileError) {
      input = try InputFile(regularFile: path)
      // Before it is read, so that a change meanwhile shows.
      version = try input.version()
    } catch { throw Failure(reading: error) }
    self.path = path
    self.input = input
    byteCount = input.byteCount ?? 0
    guard let access = FileAccess(input) else {
      throw Failure(.noInput, "\(Text.shown(path)): is not a regular file")
    }
    do throws(JOSEError) {
      guard let progress else {
        envelope = try JWE.Envelope(access, policy: policy, for: use)
        return
      }
      envelope = try JWE.Envelope(
        WatchedBytes(bytes: access, progress: progress), policy: policy, for: use)
    } catch { throw SealedValues.failure(error, input) }
  }
}
