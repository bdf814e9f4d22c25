internal import DurableFiles
internal import JOSE

extension DirectoryTransport {
  /// Looks through a post without a key: whether everything is what its name says, and where it
  /// belongs.
  ///
  /// Hashes every message and every part, opens nothing but regular files, and holds one file at a
  /// time. While somebody writes to the post or carries it, what is on its way looks damaged. What
  /// carriers keep for themselves, under names with a dot in front, is passed over.
  ///
  /// - Parameters:
  ///   - now: the time in seconds since 1970.
  ///   - report: is told of each finding.
  /// - Returns: what the post holds.
  /// - Throws: ``PostError`` `noPost`, `malformed`, `unsupported` for `post.json`, `inputOutput`.
  public func check(
    now: Int, _ report: (PostFinding) -> Void
  ) throws(PostError) -> PostTotals {
    let post = try PostDescriptor.read(from: self)
    return try withoutActuallyEscaping(report) { (report) throws(PostError) in
      var check = PostCheck(directory: directory, limits: post.limits, now: now, report: report)
      do throws(FileError) { try check.run() } catch { throw PostError(error) }
      return check.totals
    }
  }
}

/// One walk through a post.
struct PostCheck {
  private let directory: ConfinedDirectory
  private let limits: PostLimits
  private let now: Int
  /// The days that messages may be of.
  private let days: ClosedRange<Day>
  private let report: (PostFinding) -> Void
  private(set) var totals = PostTotals()
  /// The messages that were found.
  private var messages: Set<ContentHash> = []

  fileprivate init(
    directory: ConfinedDirectory, limits: PostLimits, now: Int,
    report: @escaping (PostFinding) -> Void
  ) {
    self.directory = directory
    self.limits = limits
    self.now = now
    self.report = report
    // A day more at both ends: for clocks that differ, and for what is cleaned up a day late.
    let oldest = Day(of: now - (limits.dayCount + 2) * Day.secondCount)
    days = oldest...max(oldest, Day(of: now + Day.secondCount))
  }

  fileprivate mutating func run() throws(FileError) {
    try visit([]) { (check, name, kind) throws(FileError) in
      switch (name, kind) {
      case ("post.json", .file): break
      case ("messages", .folder): try check.checkMessages()
      case ("boxes", .folder): try check.checkBoxes()
      case ("parts", .folder): try check.checkParts()
      case (DirectoryTransport.temporaryFolder, .folder): try check.checkTemporaries()
      default: check.note([name], .stray)
      }
    }
  }

  private mutating func note(_ path: [String], _ problem: PostFinding.Problem) {
    totals.findingCount += 1
    report(PostFinding(path: path, problem: problem))
  }

  /// Visits what is in a folder; what is neither a file nor a folder, or has no name that is text,
  /// is noted.
  ///
  /// Carriers leave unfinished files of their own at any depth: rsync's `.<name>.x7Qf2a`, Syncthing's
  /// `.syncthing.<name>.tmp`.
  private mutating func visit(
    _ folder: [String],
    _ body: (inout PostCheck, String, ConfinedDirectory.Kind) throws(FileError) -> Void
  ) throws(FileError) {
    try directory.visitEntries(in: folder) { (name, kind) throws(FileError) in
      guard let name else {
        note(folder, .stray)
        return true
      }
      guard name.utf8.first != UInt8(ascii: ".") else { return true }
      if kind == .other {
        note(folder + [name], .notAFile)
      } else {
        try body(&self, name, kind)
      }
      return true
    }
  }

  /// Visits the files of a folder; a folder in it has no place there.
  private mutating func visitFiles(
    _ folder: [String], _ body: (inout PostCheck, String) throws(FileError) -> Void
  ) throws(FileError) {
    try visit(folder) { (check, name, kind) throws(FileError) in
      guard kind == .file else { return check.note(folder + [name], .stray) }
      try body(&check, name)
    }
  }

  private mutating func checkMessages() throws(FileError) {
    try visit(["messages"]) { (check, name, kind) throws(FileError) in
      guard kind == .folder, let day = Day(parsing: name) else {
        return check.note(["messages", name], .stray)
      }
      if !check.days.contains(day) { check.note(["messages", name], .wrongDay) }
      var isEmpty = true
      try check.visitFiles(["messages", name]) { (check, file) throws(FileError) in
        let byteCount = try check.checkContent(
          ["messages", name, file], limit: check.limits.messageByteCount)
        guard let byteCount else { return }
        if let hash = ContentHash(beginning: file), !check.messages.insert(hash).inserted {
          return check.note(["messages", name, file], .doubled)
        }
        check.totals.messageCount += 1
        check.totals.messageByteCount += byteCount
        isEmpty = false
      }
      if !isEmpty { check.totals.oldestDay = min(check.totals.oldestDay ?? name, name) }
    }
  }

  private mutating func checkParts() throws(FileError) {
    try visit(["parts"]) { (check, folder, kind) throws(FileError) in
      guard kind == .folder, folder.utf8.count == 2, Base32.isAlphabetic(folder.utf8) else {
        return check.note(["parts", folder], .stray)
      }
      try check.visitFiles(["parts", folder]) { (check, file) throws(FileError) in
        guard file.utf8.starts(with: folder.utf8) else {
          return check.note(["parts", folder, file], .stray)
        }
        let byteCount = try check.checkContent(
          ["parts", folder, file], limit: Attachment.maximumEnvelopeByteCount)
        guard let byteCount else { return }
        check.totals.partCount += 1
        check.totals.partByteCount += byteCount
      }
    }
  }

  /// Compares a file with the hash that its name begins with.
  ///
  /// - Returns: its size when it is whole and under the name that it should have.
  private mutating func checkContent(_ path: [String], limit: Int) throws(FileError) -> Int? {
    let name = path.last ?? ""
    guard let hash = ContentHash(beginning: name),
      name.utf8.count > ContentHash.characterCount
    else {
      note(path, .stray)
      return nil
    }
    let content: FileAccess?
    do throws(FileError) {
      content = try directory.openFile(path, limit: limit).flatMap(FileAccess.init)
    } catch {
      note(path, Self.problem(error))
      return nil
    }
    // Gone since it was listed: its sender took it away.
    guard let content else { return nil }
    guard Self.isHash(hash, of: content) else {
      note(path, .damaged)
      return nil
    }
    guard name.isExactly("\(hash.text).jwe") else {
      note(path, .conflictCopy)
      return nil
    }
    return Int(content.byteCount)
  }

  private static func isHash(_ hash: ContentHash, of content: FileAccess) -> Bool {
    guard let found = try? ContentHash(of: content) else { return false }
    return found == hash
  }

  private static func problem(_ error: FileError) -> PostFinding.Problem {
    switch error.code {
    case .tooLarge: .tooLarge
    case .wrongKind: .notAFile
    default: .unreadable
    }
  }

  private mutating func checkBoxes() throws(FileError) {
    try visit(["boxes"]) { (check, name, kind) throws(FileError) in
      guard kind == .folder, Tag(parsing: name) != nil else {
        return check.note(["boxes", name], .stray)
      }
      let before = check.totals.markerCount
      try check.visitFiles(["boxes", name]) { (check, file) throws(FileError) in
        try check.checkMarker(["boxes", name, file])
      }
      if check.totals.markerCount > before { check.totals.boxCount += 1 }
    }
  }

  private mutating func checkMarker(_ path: [String]) throws(FileError) {
    let name = path.last ?? ""
    guard let marker = Marker(parsing: name) else { return note(path, .stray) }
    guard marker.name.isExactly(name) else { return note(path, .conflictCopy) }
    guard let status = try directory.status(of: path) else { return }
    totals.markerCount += 1
    if status.byteCount > 0 { note(path, .markerNotEmpty) }
    if !days.contains(marker.day) { note(path, .wrongDay) }
    let message = try? directory.status(of: TransportPath.message(marker).names)
    if message == nil { note(path, .markerWithoutMessage) }
  }

  private mutating func checkTemporaries() throws(FileError) {
    let folder = [DirectoryTransport.temporaryFolder]
    try visitFiles(folder) { (check, name) throws(FileError) in
      guard let status = try check.directory.status(of: folder + [name]),
        status.modifiedAt < check.now - Day.secondCount
      else { return }
      check.note(folder + [name], .leftover)
    }
  }
}
