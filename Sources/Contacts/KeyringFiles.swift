internal import DurableFiles

extension JournaledDirectory {
  /// The names of all files of a kind, sorted.
  func names(_ kind: ContactBook.Kind) throws(ContactsError) -> [String] {
    try recovered()
    return try reporting { () throws(FileError) in
      try directory.appending(kind.rawValue).names()
        .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
    }
  }

  /// The file of a kind called `name`; nil when there is none.
  func read(_ kind: ContactBook.Kind, _ name: String) throws(ContactsError) -> [UInt8]? {
    guard Name.isWellFormed(name) else { return nil }
    try recovered()
    do { return try directory.read(kind.path(name), limit: 1 << 20) } catch {
      guard error.code != .notFound else { return nil }
      throw ContactsError(error)
    }
  }

  /// Sees to it that no change is left half made.
  func recovered() throws(ContactsError) {
    try reporting { () throws(FileError) in try recover() }
  }

  /// The right to change the directory.
  func locked() throws(ContactsError) -> FileLock {
    try reporting { () throws(FileError) in try lock() }
  }
}

/// What `body` yields, its errors as the keyring's.
func reporting<Result>(
  _ body: () throws(FileError) -> Result
) throws(ContactsError) -> Result {
  do { return try body() } catch { throw ContactsError(error) }
}

extension ContactsError {
  init(_ error: FileError) {
    self.init(
      error.code == .busy ? .busy : .inputOutput, "\(error.path): \(error.reason)",
      underlying: error)
  }
}
