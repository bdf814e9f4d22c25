internal import DurableFiles
internal import JOSE
internal import Primitives

/// Whose a `kid` is, among 100,000 contacts, without reading them.
///
/// A cache: sorted lines of a `kid` and a name, under a line that says which state of the directory
/// they are of. When that is not its state any more, because somebody else wrote there (git, an
/// editor), the contacts are read again. An entry is only a hint where to look: who uses it checks
/// that the contact has the key.
struct KeyIndex: Sendable {
  private let directory: Directory
  private let name: String
  private let contacts: Directory

  private static let version = "valise keys 1"
  private static let limit = 1 << 28

  /// - Parameters:
  ///   - directory: where the index lies, apart from what it is of.
  ///   - name: the index's file.
  ///   - contacts: the directory of the contacts' files.
  init(in directory: Directory, name: String, of contacts: Directory) {
    self.directory = directory
    self.name = name
    self.contacts = contacts
  }

  /// Lines sorted by their bytes, each with its end.
  struct Lines: Sendable {
    fileprivate private(set) var text: [UInt8]

    /// The names of contacts that had the key when the index was made.
    func names(for keyID: String) -> [String] {
      let wanted = Array("\(KeyIndex.token(keyID)) ".utf8)
      var names: [String] = []
      var start = lowerBound(wanted)
      while text[start...].starts(with: wanted) {
        let end = endOfLine(start)
        names.append(String(decoding: text[(start + wanted.count)..<end], as: UTF8.self))
        start = end + 1
      }
      return names
    }

    /// Where the first line begins that does not come before `wanted`.
    private func lowerBound(_ wanted: [UInt8]) -> Int {
      var low = 0
      var high = text.count
      while low < high {
        // Any place between means the line that it lies in.
        let middle = (low + high) / 2
        let start = text[low..<middle].lastIndex(of: 0x0A).map { $0 + 1 } ?? low
        let end = endOfLine(start)
        if text[start..<end].lexicographicallyPrecedes(wanted) {
          low = end + 1
        } else {
          high = start
        }
      }
      return low
    }

    private func endOfLine(_ start: Int) -> Int {
      text[start...].firstIndex(of: 0x0A) ?? text.count
    }

    fileprivate mutating func remove(_ line: [UInt8]) {
      let start = lowerBound(line)
      guard text[start...].starts(with: line) else { return }
      text.removeSubrange(start..<(start + line.count))
    }

    fileprivate mutating func insert(_ line: [UInt8]) {
      text.insert(contentsOf: line, at: lowerBound(line))
    }

    fileprivate init(sorting lines: some Sequence<[UInt8]>) {
      text = Array(lines.sorted { $0.lexicographicallyPrecedes($1) }.joined())
    }

    /// Nil when a line is not whole.
    fileprivate init?(_ text: some Sequence<UInt8>) {
      self.text = Array(text)
      guard self.text.last ?? 0x0A == 0x0A else { return nil }
    }
  }

  /// The index as it is now; made anew when the contacts were changed behind its back.
  ///
  /// - Throws: ``ContactsError`` `inputOutput`.
  func current() throws(ContactsError) -> Lines {
    guard let stamp = contacts.stamp else { return Lines(sorting: []) }
    if let lines = read(stamp) { return lines }
    let lines = try built()
    write(lines, stamp)
    return lines
  }

  /// Makes `change`, which takes `old` away and puts `new` in, and keeps the index right if it was.
  ///
  /// - Throws: what `change` throws.
  func updating(
    from old: [Contact], to new: [Contact], by change: () throws(FileError) -> Void
  ) throws(FileError) {
    let before = contacts.stamp.flatMap(read)
    try change()
    guard var lines = before, let stamp = contacts.stamp else { return }
    for line in old.flatMap(Self.lines) { lines.remove(line) }
    for line in new.flatMap(Self.lines) { lines.insert(line) }
    write(lines, stamp)
  }

  private func read(_ stamp: String) -> Lines? {
    // A cache that cannot be read is made again.
    guard let text = try? directory.read(name, limit: Self.limit) else { return nil }
    let title = Self.title(stamp)
    guard text.starts(with: title) else { return nil }
    return Lines(text[title.count...])
  }

  private func write(_ lines: Lines, _ stamp: String) {
    // Losing it, or not being allowed to write it, costs time and nothing else.
    try? directory.create()
    try? directory.write(
      name, Self.title(stamp) + lines.text, existing: .replaceAlone, isDurable: false)
  }

  private static func title(_ stamp: String) -> [UInt8] { Array("\(version) \(stamp)\n".utf8) }

  private func built() throws(ContactsError) -> Lines {
    let names: [String]
    do { names = try contacts.entryNames() } catch { throw ContactsError(error) }
    let lines = Parallel.map(names) { (name) -> [[UInt8]] in
      // One that is damaged has no keys; whoever asks for it by name is told.
      guard let text = try? contacts.read("\(name).json", limit: JournaledDirectory.fileLimit),
        let root = try? JSONDocument(parsing: text).root, let card = root["card"],
        let keys = try? JWKSet(card).publicKeys
      else { return [] }
      let former = root["former"]?.elements.compactMap(\.string) ?? []
      return Self.lines(for: name, keys: keys, former: former)
    }
    return Lines(sorting: lines.joined())
  }

  private static func lines(for contact: Contact) -> [[UInt8]] {
    lines(for: contact.name, keys: contact.keys, former: contact.formerKeyIDs)
  }

  private static func lines(
    for name: String, keys: [PublicJWK], former: [String]
  ) -> [[UInt8]] {
    let current = keys.flatMap { [try? $0.thumbprintText(), $0.metadata.keyID].compactMap { $0 } }
    return Set(current + former).map { Array("\(token($0)) \(name)\n".utf8) }
  }

  /// A `kid` is any text; what could not stand in a line is written as base64url.
  private static func token(_ keyID: String) -> String {
    let isPlain =
      keyID.utf8.count == 43
      && keyID.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
      }
    let bytes = Array(keyID.utf8)
    return isPlain ? keyID : "=" + String(decoding: Base64URL.encode(bytes.span), as: UTF8.self)
  }
}
