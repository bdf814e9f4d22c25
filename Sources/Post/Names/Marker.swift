/// What an empty file in a box says: this message waits for the box's owner.
struct Marker: Hashable, Sendable {
  static let characterCount = Day.characterCount + 1 + ContentHash.characterCount

  let day: Day
  let hash: ContentHash

  /// The file's name, `20261121-<hash>`.
  var name: String { "\(day.text)-\(hash.text)" }

  init(day: Day, hash: ContentHash) {
    self.day = day
    self.hash = hash
  }

  /// Reads a name in a box; nil for one that says nothing.
  ///
  /// What carriers add to the names of copies, ` (conflicted copy)` or `.sync-conflict-…`, changes
  /// nothing of what it says.
  init?(parsing name: String) {
    let bytes = name.utf8
    guard bytes.count >= Self.characterCount else { return nil }
    let dash = bytes.index(bytes.startIndex, offsetBy: Day.characterCount)
    let end = bytes.index(bytes.startIndex, offsetBy: Self.characterCount)
    guard bytes[dash] == UInt8(ascii: "-"), let day = Day(parsing: name[..<dash]),
      let hash = ContentHash(parsing: name[bytes.index(after: dash)..<end]),
      end == bytes.endIndex || !Base32.isAlphabetic(CollectionOfOne(bytes[end]))
    else { return nil }
    self.init(day: day, hash: hash)
  }
}
