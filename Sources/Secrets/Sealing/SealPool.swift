internal import JOSE
internal import Primitives

/// Seals by path and value, each to be used once.
///
/// Two equal values of a list are sealed differently, and go on being.
struct SealPool {
  fileprivate struct Entry {
    let value: SecretBytes
    let seal: CompactSeal
  }

  /// The seals of one binding: the elements of a list, mostly one alone.
  fileprivate struct Shelf {
    var entries: [Entry?] = []
    var places: [SecretPath: Int] = [:]
    /// All before are taken.
    var head = 0

    mutating func take(_ index: Int) -> CompactSeal? {
      defer {
        entries[index] = nil
        while head < entries.count, entries[head] == nil { head += 1 }
      }
      return entries[index]?.seal
    }
  }

  /// By what the seals are bound to.
  private var shelves: [[UInt8]: Shelf] = [:]

  mutating func add(_ opened: OpenedFile) {
    for (index, token) in opened.file.document.tokens.enumerated() {
      guard let seal = opened.file.seals[index], let value = opened.values[index] else { continue }
      shelves[token.path.binding, default: Shelf()].append(seal, value, at: token.path)
    }
  }

  /// The seal of `source` at `path`, or of the same value elsewhere in the same lists.
  mutating func take(_ path: SecretPath, _ source: ArraySlice<UInt8>) -> CompactSeal? {
    let binding = path.binding
    guard let index = shelves[binding]?.index(of: source, preferring: path) else { return nil }
    return shelves[binding]?.take(index)
  }
}

extension SealPool.Shelf {
  fileprivate mutating func append(_ seal: CompactSeal, _ value: SecretBytes, at path: SecretPath) {
    places[path] = entries.count
    entries.append(SealPool.Entry(value: value, seal: seal))
  }

  fileprivate func index(of source: ArraySlice<UInt8>, preferring path: SecretPath) -> Int? {
    func holds(_ index: Int) -> Bool {
      entries[index]?.value.withBytes { ConstantTime.areEqual($0, source.span) } ?? false
    }
    if let place = places[path], holds(place) { return place }
    return (head..<entries.count).first(where: holds)
  }
}
