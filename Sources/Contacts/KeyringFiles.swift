internal import DurableFiles
internal import JOSE

extension JournaledDirectory {
  /// The largest file that is read or written: a contact's card is a quarter of that at most, and an
  /// identity keeps some hundreds of keys from before its rotations.
  static let fileLimit = 1 << 20

  /// The names of all files of a kind, sorted.
  func names(_ kind: ContactBook.Kind) throws(ContactsError) -> [String] {
    try recovered()
    return try reporting { () throws(FileError) in
      try directory.appending(kind.rawValue).entryNames()
    }
  }

  /// The file of a kind called `name`; nil when there is none.
  func read(_ kind: ContactBook.Kind, _ name: String) throws(ContactsError) -> [UInt8]? {
    guard Name.isWellFormed(name) else { return nil }
    try recovered()
    do { return try directory.read(kind.path(name), limit: Self.fileLimit) } catch {
      guard error.code != .notFound else { return nil }
      throw ContactsError(error)
    }
  }

  /// Sees to it that no change is left half made.
  func recovered() throws(ContactsError) {
    try reporting { () throws(FileError) in try recover() }
  }

  /// What `body` reads in several files, none of them from before a change and another from after it.
  func consistently<Result>(
    _ body: () throws(ContactsError) -> Result
  ) throws(ContactsError) -> Result {
    for _ in 0..<10 {
      try recovered()
      guard let before = generation else { continue }
      let outcome: Swift.Result<Result, ContactsError>
      do { outcome = .success(try body()) } catch { outcome = .failure(error) }
      if generation == before { return try outcome.get() }
    }
    // Where others never hold still, they are made to.
    let lock = try locked()
    defer { withExtendedLifetime(lock) {} }
    return try body()
  }

  /// The right to change the directory.
  func locked() throws(ContactsError) -> FileLock {
    try reporting { () throws(FileError) in try lock() }
  }
}

extension JournaledDirectory.Change {
  /// A file of a kind called `name`.
  ///
  /// - Throws: ``ContactsError`` `limitExceeded` when it could not be read again.
  static func write(
    _ kind: ContactBook.Kind, _ name: String, _ text: [UInt8]
  ) throws(ContactsError) -> Self {
    guard text.count <= JournaledDirectory.fileLimit else {
      throw ContactsError(
        .limitExceeded,
        "\(name) would take a file of \(text.count) bytes, and "
          + "\(JournaledDirectory.fileLimit) are the most that is read")
    }
    return .write(kind.path(name), text)
  }

  static func write(_ group: Group) throws(ContactsError) -> Self {
    try .write(.groups, group.name, group.json.readable)
  }
}

extension Directory {
  /// The names of those whose files it holds, sorted; a file whose name is none of ours, a syncing
  /// program's or an editor's, is passed over.
  func entryNames() throws(FileError) -> [String] {
    try names().filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
      .filter(Name.isAllowed)
  }
}

/// What `body` yields, its errors as the keyring's.
func reporting<Result>(
  _ body: () throws(FileError) -> Result
) throws(ContactsError) -> Result {
  do { return try body() } catch { throw ContactsError(error) }
}

/// What `body` makes of the file at `path`, which is named where it is damaged: after a merge it is what
/// people look for.
func naming<Result>(
  _ path: String, _ body: () throws(ContactsError) -> Result
) throws(ContactsError) -> Result {
  do { return try body() } catch {
    guard error.code == .damaged else { throw error }
    throw ContactsError(.damaged, "\(error.reason) (\(path))", underlying: error.underlying)
  }
}

extension ContactsError {
  init(_ error: FileError) {
    self.init(
      error.code == .busy ? .busy : .inputOutput, "\(error.path): \(error.reason)",
      underlying: error)
  }
}
