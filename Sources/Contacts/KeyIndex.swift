internal import DurableFiles
internal import JOSE
internal import Primitives

/// Whose a `kid` is, among 100,000 contacts, without reading them.
///
/// A cache: sorted lines of a `kid` and a name, under a line that says which state of the directory
/// they are of. When that is not its state any more, because somebody else wrote there (git, an
/// editor), the contacts are read again. Of the directory's state its own time is looked at each
/// time; that of all the files in it, which takes a look at each of them, only when a key is nobody's
/// otherwise. An entry is only a hint where to look: who uses it checks that the contact has the key.
struct KeyIndex: Sendable {
  private let directory: Directory
  private let name: String
  private let contacts: Directory

  private static let version = "valise keys 4"
  /// What no key is called: the names of contacts that cannot be read are under it.
  private static let unreadable = "?"
  /// Each takes some 50 reads of the file; all of it, among 100,000 contacts, some 170.
  private static let fewSearches = 8
  private static let byteLimit = 1 << 28
  /// Among so many files a look at each takes some 30 ms.
  ///
  /// Among more, what is written to where it lies is noticed with the next change from outside.
  private static let closeLookCount = 20_000

  /// - Parameters:
  ///   - directory: where the index lies, apart from what it is of.
  ///   - name: the index's file.
  ///   - contacts: the directory of the contacts' files.
  init(in directory: Directory, name: String, of contacts: Directory) {
    self.directory = directory
    self.name = name
    self.contacts = contacts
  }

  /// The names of contacts that had each of the keys when the index was made.
  ///
  /// - Throws: ``ContactsError`` `inputOutput`.
  func names(for keyIDs: [String]) throws(ContactsError) -> [String: [String]] {
    var lines = try current()
    var names: [String: [String]] = [:]
    do throws(FileError) {
      if keyIDs.count > Self.fewSearches { lines = try lines.loaded() }
      for keyID in keyIDs {
        names[keyID] = try lines.rests(after: Array("\(Self.token(keyID)) ".utf8))
          .map { String(decoding: $0, as: UTF8.self) }
      }
    } catch { throw ContactsError(error) }
    return names
  }

  /// The names of contacts that could not be read when the index was made.
  ///
  /// - Throws: ``ContactsError`` `inputOutput`.
  func unreadableNames() throws(ContactsError) -> [String] {
    let lines = try current()
    return try reporting { () throws(FileError) in
      try lines.rests(after: Array("\(Self.unreadable) ".utf8))
        .map { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// Makes the index anew if contacts were written to where they lie since it was made.
  ///
  /// - Returns: whether they were.
  /// - Throws: ``ContactsError`` `inputOutput`.
  func renew() throws(ContactsError) -> Bool {
    guard let stamp = contacts.stamp, let kept = read(stamp),
      kept.state.count <= Self.closeLookCount, kept.state != contacts.state
    else { return false }
    _ = try made(stamp)
    return true
  }

  /// The index as it is now; made anew when the contacts were changed behind its back.
  private func current() throws(ContactsError) -> SortedLines {
    guard let stamp = contacts.stamp else { return SortedLines(sorting: []) }
    if let kept = read(stamp) { return kept.lines }
    return try made(stamp)
  }

  private func made(_ stamp: String) throws(ContactsError) -> SortedLines {
    // What changes while the contacts are read makes it another state than this one.
    let state = contacts.state
    let lines = try built()
    if let state { write(lines, stamp, state) }
    return lines
  }

  /// Makes `change`, which takes `old` away and puts `new` in, and keeps the index right if it was.
  ///
  /// - Throws: what `change` throws.
  func updating(
    from old: [Contact], to new: [Contact], by change: () throws(FileError) -> Void
  ) throws(FileError) {
    let files = Set((old + new).map { "\($0.name).json" })
    let before = contacts.stamp.flatMap(read)
    let filesBefore = contacts.state(of: files)
    try change()
    // Without it, the index is of another state, and is made anew when somebody asks.
    guard let before, let stamp = contacts.stamp,
      let lines = try? before.lines.replacing(
        old.flatMap(Self.lines), with: new.flatMap(Self.lines))
    else { return }
    write(lines, stamp, before.state.replacing(filesBefore, with: contacts.state(of: files)))
  }

  /// What was kept of the directory when it had this `stamp`.
  private func read(_ stamp: String) -> (lines: SortedLines, state: DirectoryState)? {
    // A cache that cannot be read is made again.
    let start = Self.title(stamp)
    let byteCount = start.count + DirectoryState.textByteCount + 1
    var title: [UInt8] = []
    guard let file = try? InputFile(regularFile: directory.file(name)),
      let count = try? file.read(at: 0, upTo: byteCount, appendingTo: &title),
      count == byteCount, title.starts(with: start),
      let state = DirectoryState(String(decoding: title[start.count...].dropLast(), as: UTF8.self)),
      let lines = try? SortedLines(file, after: byteCount)
    else { return nil }
    return (lines, state)
  }

  private func write(_ lines: SortedLines, _ stamp: String, _ state: DirectoryState) {
    // Losing it, or not being allowed to write it, costs time and nothing else. So the old one goes
    // first, and the new one appears whole, under no other name that a kill could leave behind; of
    // two who write at once one is too late.
    guard let text = try? lines.text() else { return }
    try? directory.create()
    try? directory.remove(name, isDurable: false)
    let title = Self.title(stamp) + Array("\(state.text)\n".utf8)
    try? directory.write(name, title + text, isDurable: false)
  }

  private static func title(_ stamp: String) -> [UInt8] { Array("\(version) \(stamp) ".utf8) }

  private func built() throws(ContactsError) -> SortedLines {
    let names: [String]
    do { names = try contacts.entryNames() } catch { throw ContactsError(error) }
    let found = try Parallel.map(names) { (name) throws(ContactsError) in
      (name: name, lines: try lines(for: name))
    }
    let unreadable = Set(found.filter { $0.lines == nil }.map(\.name))
    return SortedLines(sorting: found.compactMap(\.lines).joined() + earlierLines(for: unreadable))
  }

  /// The lines of the contact called `name`; nil when its file says nothing.
  ///
  /// - Throws: ``ContactsError`` `inputOutput` for what may be over the next time.
  private func lines(for name: String) throws(ContactsError) -> [[UInt8]]? {
    let text: [UInt8]
    do { text = try contacts.read("\(name).json", limit: JournaledDirectory.fileLimit) } catch {
      guard error.code != .notFound else { return [] }
      guard !error.isLasting else { return nil }
      throw ContactsError(error)
    }
    guard let root = try? JSONDocument(parsing: text).root, let card = root["card"],
      let keys = try? JWKSet(card).publicKeys
    else { return nil }
    // A synchronizer's copy of another one is nobody.
    guard root["name"]?.string.map({ $0.isExactly(name) }) ?? true else { return [] }
    let former = root["former"]?.elements.compactMap(\.string) ?? []
    return Self.lines(for: name, keys: keys, former: former)
  }

  /// What was known of contacts before they were damaged: their keys are not free for others to claim.
  private func earlierLines(for names: Set<String>) -> [[UInt8]] {
    guard !names.isEmpty else { return [] }
    let text = (try? directory.read(name, limit: Self.byteLimit)) ?? []
    let isOurs = text.starts(with: Array("\(Self.version) ".utf8))
    let earlier = (isOurs ? text : []).split(separator: 0x0A).filter { line in
      guard let space = line.firstIndex(of: 0x20) else { return false }
      return names.contains(String(decoding: line[(space + 1)...], as: UTF8.self))
    }
    let marks = names.map { Array("\(Self.unreadable) \($0)\n".utf8) }
    return Array(Set(earlier.map { $0 + [0x0A] } + marks))
  }

  private static func lines(for contact: Contact) -> [[UInt8]] {
    lines(for: contact.name, keys: contact.keys, former: contact.formerKeyIDs)
  }

  private static func lines(
    for name: String, keys: [PublicJWK], former: [String]
  ) -> [[UInt8]] {
    let thumbprints = keys.compactMap { try? $0.thumbprintText() }
    let written = keys.compactMap(\.metadata.keyID).filter { !ThumbprintURI.isThumbprint($0) }
    return Set(thumbprints + former + written).map { Array("\(token($0)) \(name)\n".utf8) }
  }

  /// A `kid` is any text; what could not stand in a line is written as base64url.
  private static func token(_ keyID: String) -> String {
    guard !ThumbprintURI.isThumbprint(keyID) else { return keyID }
    let bytes = Array(keyID.utf8)
    return "=" + String(decoding: Base64URL.encode(bytes.span), as: UTF8.self)
  }
}
