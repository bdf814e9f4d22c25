internal import DurableFiles
internal import JOSE
internal import Primitives

// A backup is lines of JSON: a title, then a file of the keyring each, by its path. Lines, because a
// keyring of 100,000 contacts is more than one JSON text should hold.

extension Keyring {
  private static let title = JSONText.object([
    .init("valise", .string("keyring")), .init("version", .integer(1)),
  ]).compact
  private static let kinds: [ContactBook.Kind] = [.identities, .contacts, .groups]

  /// What a backup is in an envelope's `cty`.
  public static let backupContentType = "application/vnd.valise.keyring"

  /// All that the keyring holds, to be encrypted; private keys as they rest, under their passphrases.
  ///
  /// - Throws: ``ContactsError`` `inputOutput`.
  public func backup() throws(ContactsError) -> [UInt8] {
    let lock = try files.locked()
    defer { withExtendedLifetime(lock) {} }
    var paths = files.directory.contains("default") ? ["default"] : []
    for kind in Self.kinds { paths += try files.names(kind).map(kind.path) }
    var text = Self.title + [0x0A]
    for path in paths {
      let content = try reporting { () throws(FileError) in
        try files.directory.read(path, limit: JournaledDirectory.fileLimit)
      }
      guard let content = String(validating: content, as: UTF8.self) else {
        throw ContactsError(.damaged, "\(files.directory.file(path)) is not UTF-8")
      }
      text +=
        JSONText.object([.init("path", .string(path)), .init("text", .string(content))])
        .compact
      text.append(0x0A)
    }
    return text
  }

  /// What came of a backup.
  public struct Restoration: Sendable, Hashable {
    /// How many files were put back.
    public let restoredCount: Int
    /// How many were there already, just the same.
    public let unchangedCount: Int
  }

  /// Puts back all that `backup` holds, or nothing.
  ///
  /// - Parameters:
  ///   - backup: what ``backup()`` made.
  ///   - replacesOthers: whether files that are there and different are replaced.
  /// - Returns: how much was put back.
  /// - Throws: ``ContactsError`` `nameTaken`, naming one that is there and different; `damaged` when
  ///   it is not a backup.
  public func restore(
    _ backup: [UInt8], replacesOthers: Bool
  ) throws(ContactsError) -> Restoration {
    let lock = try files.locked()
    var changes: [JournaledDirectory.Change] = []
    var unchangedCount = 0
    for (path, text) in try Self.files(in: backup) {
      let known = try content(path)
      // Which identity is the default is not worth a conflict.
      if known == text || (path == "default" && known != nil && !replacesOthers) {
        unchangedCount += 1
      } else if known == nil || replacesOthers {
        changes.append(.write(path, text))
      } else {
        throw ContactsError(
          .nameTaken, "\(files.directory.file(path)) is there already and says something else")
      }
    }
    let restored = changes
    if !restored.isEmpty {
      try reporting { () throws(FileError) in try files.apply(restored, holding: lock) }
    }
    return Restoration(restoredCount: restored.count, unchangedCount: unchangedCount)
  }

  /// What a file holds; nil when there is none.
  private func content(_ path: String) throws(ContactsError) -> [UInt8]? {
    do { return try files.directory.read(path, limit: JournaledDirectory.fileLimit) } catch {
      guard error.code != .notFound else { return nil }
      throw ContactsError(error)
    }
  }

  /// The files that a backup holds, each one that the keyring could read.
  static func files(
    in backup: [UInt8]
  ) throws(ContactsError) -> [(path: String, text: [UInt8])] {
    let lines = backup.split(separator: 0x0A)
    guard lines.first?.elementsEqual(title) == true else {
      throw ContactsError(.damaged, "it is not a backup of a keyring")
    }
    var files: [(path: String, text: [UInt8])] = []
    for line in lines.dropFirst() {
      guard let root = try? JSONDocument(parsing: Array(line)).root,
        let path = root["path"]?.string, let text = root["text"]?.utf8
      else { throw ContactsError(.damaged, "the backup has a line that is not one of its own") }
      do { try check(path, text) } catch {
        throw ContactsError(
          .damaged, "the backup has a file that is none of a keyring's: \(error.reason)",
          underlying: error)
      }
      files.append((path, text))
    }
    return files
  }

  /// Nothing is written that the keyring could not read again, nor anywhere else.
  private static func check(_ path: String, _ text: [UInt8]) throws(ContactsError) {
    if path.isExactly("default") {
      let name = String(decoding: text.filter { $0 != 0x0A }, as: UTF8.self)
      return try Name.check(name)
    }
    for kind in kinds {
      guard path.hasPrefix(kind.rawValue + "/"), path.hasSuffix(".json") else { continue }
      let name = String(path.dropFirst(kind.rawValue.utf8.count + 1).dropLast(5))
      try Name.check(name)
      switch kind {
      case .identities: _ = try Identity(parsing: SecretBytes(copying: text.span), name: name)
      case .contacts: _ = try Contact(parsing: text, name: name)
      case .groups: _ = try Group(parsing: text, name: name)
      }
      return
    }
    throw ContactsError(.damaged, "it is neither an identity nor a contact nor a group")
  }
}
