#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A directory whose files change together or not at all, whatever stops the process.
///
/// Changes to more than one file are first written down in a journal, itself one durable file; from
/// then on they count as made. Whoever comes next finishes what an interrupted process left of them:
/// each step can be taken twice.
package struct JournaledDirectory: Sendable {
  /// A file that is to be as it says, its path relative to the directory.
  package enum Change: Sendable {
    case write(String, [UInt8])
    case remove(String)
  }

  package let directory: Directory
  private let guardian: Directory
  private let journal: String

  private static let limit = 1 << 30

  /// - Parameters:
  ///   - directory: need not exist yet.
  ///   - guardian: where the lock and the journal are. It must belong to this user alone: whoever
  ///     could leave a journal there, in a repository that others clone, would have files written
  ///     wherever a link in the directory leads.
  ///   - journal: what the journal is called, a name for each directory of the same guardian.
  package init(_ directory: Directory, guardedBy guardian: Directory, journal: String = ".journal")
  {
    self.directory = directory
    self.guardian = guardian
    self.journal = journal
  }

  /// Waits for the right to change the directory, and finishes what was left unfinished.
  ///
  /// - Throws: ``FileError`` `busy`.
  package func lock() throws(FileError) -> FileLock {
    try guardian.create()
    let lock = try FileLock(path: guardian.file("lock"))
    try finish()
    return lock
  }

  /// Finishes what an interrupted process left; to be called before reading.
  package func recover() throws(FileError) {
    guard guardian.contains(journal) else { return }
    // Whoever holds the lock may be in the middle of it.
    _ = try lock()
  }

  /// Another whenever several files changed together since; nil while they do.
  package var generation: String? { guardian.contains(journal) ? nil : guardian.stamp ?? "" }

  /// Makes `changes`, all or none.
  ///
  /// - Throws: ``FileError`` `wrongKind` or `notPermitted` when one of them cannot be made; none is
  ///   then.
  package func apply(_ changes: [Change], holding lock: borrowing FileLock) throws(FileError) {
    try directory.create()
    guard changes.count > 1 else { return try make(changes) }
    // Once written down they count as made, and a change that can never be made would be in the way
    // of every command to come.
    for change in changes { try check(change) }
    try guardian.write(journal, JournalText.encode(changes), existing: .replaceAlone)
    try make(changes)
    try guardian.remove(journal)
  }

  private func finish() throws(FileError) {
    guard guardian.contains(journal) else { return }
    let text = try guardian.read(journal, limit: Self.limit)
    guard let changes = JournalText.decode(text) else {
      throw FileError(.failed, guardian.file(journal), "is damaged")
    }
    try make(changes)
    try guardian.remove(journal)
  }

  private func check(_ change: Change) throws(FileError) {
    switch change {
    case .write(let name, _):
      let parent = Directory(path: Self.parent(of: directory.file(name)))
      try parent.create()
      try parent.requireReplaceable(directory.file(name))
    case .remove(let name):
      let parent = Directory(path: Self.parent(of: directory.file(name)))
      try parent.requireRemovable(directory.file(name))
    }
  }

  private func make(_ changes: [Change]) throws(FileError) {
    // What is new appears before what is old goes: a reader in between finds one of them.
    for case .write(let path, let bytes) in changes {
      try Directory(path: Self.parent(of: directory.file(path))).create()
      try directory.write(path, bytes, existing: .replaceAlone)
    }
    for case .remove(let path) in changes where directory.contains(path) {
      try directory.remove(path)
    }
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return String(path[..<slash])
  }
}

/// Changes as bytes: a kind, and two strings with their lengths before them.
enum JournalText {
  private static let title = Array("valise journal 1\n".utf8)

  static func encode(_ changes: [JournaledDirectory.Change]) -> [UInt8] {
    var text = title
    for change in changes {
      switch change {
      case .write(let path, let bytes):
        text.append(UInt8(ascii: "W"))
        append(Array(path.utf8), to: &text)
        append(bytes, to: &text)
      case .remove(let path):
        text.append(UInt8(ascii: "R"))
        append(Array(path.utf8), to: &text)
      }
    }
    return text
  }

  private static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    let count = UInt64(bytes.count)
    text += (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) } + bytes
  }

  /// Nil when it is not a journal, or a path in it leads elsewhere.
  static func decode(_ text: [UInt8]) -> [JournaledDirectory.Change]? {
    guard text.starts(with: title) else { return nil }
    var rest = text.dropFirst(title.count)
    var changes: [JournaledDirectory.Change] = []
    while let kind = rest.popFirst() {
      guard let name = string(&rest), let path = String(validating: name, as: UTF8.self),
        !path.utf8.contains(0), staysInside(path)
      else { return nil }
      switch kind {
      case UInt8(ascii: "W"):
        guard let bytes = string(&rest) else { return nil }
        changes.append(.write(path, Array(bytes)))
      case UInt8(ascii: "R"): changes.append(.remove(path))
      default: return nil
      }
    }
    return changes
  }

  private static func staysInside(_ path: String) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !["", ".", ".."].contains($0)
    }
  }

  private static func string(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard rest.count >= 8 else { return nil }
    let count = rest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    rest = rest.dropFirst(8)
    guard count <= UInt64(rest.count) else { return nil }
    defer { rest = rest.dropFirst(Int(count)) }
    return rest.prefix(Int(count))
  }
}
