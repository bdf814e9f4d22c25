internal import DurableFiles
internal import Primitives

/// A file's clear text while it is edited, in memory-backed storage.
///
/// The directory's name comes from the file's, so that a session that was cut short is found again, and
/// two at the same time are noticed.
struct EditSession {
  private let directory: Directory
  private let lock: FileLock
  private let name: String

  private static let limit = 1 << 26

  /// What the editor opens: called as the file is, for editors that go by names.
  var textPath: String { texts.file(name) }

  /// The file as it was sealed when the session began.
  var base: [UInt8] { get throws(FileError) { try directory.read("base", limit: Self.limit) } }

  /// The text as the editor left it.
  var text: [UInt8] { get throws(FileError) { try texts.read(name, limit: Self.limit) } }

  /// Whether an earlier session was cut short and its text is still there.
  var isLeftOver: Bool { texts.contains(name) }

  private var texts: Directory { directory.appending("text") }

  /// The session for the file at `path`.
  ///
  /// - Throws: ``Failure`` when another process edits it.
  init(for path: String) throws {
    let resolved = StagedFile.resolvingLinks(path)
    let hash = try Hash.sha256.digest(Array(resolved.utf8).span).prefix(12)
    let name = "edit-" + hash.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
    do {
      directory = try MemoryDirectory.make().appending(name).createPrivate()
      lock = try FileLock(path: directory.file("lock"), patience: .zero)
    } catch  where error.code == .busy {
      throw Failure(.tryAgain, "\(Text.shown(path)): is being edited by another process")
    } catch { throw Failure(writing: error) }
    self.name = resolved.split(separator: "/").last.map(String.init) ?? "text"
  }

  /// Puts the text there; the last thing that is written, as it is what tells of a session.
  func begin(base: [UInt8], text: SecretBytes) throws(FileError) {
    _ = try texts.createPrivate()
    try directory.write("base", base, existing: .replaceAlone)
    try texts.write(name, text.withBytes { Array(copying: $0) }, existing: .replaceAlone)
  }

  /// Removes all of it, and what the editor left beside.
  func end() throws(FileError) { try directory.removeTree() }
}
