import Seeded

/// What carries files between copies of a post, and does what carriers do: it reorders, delays,
/// doubles, tears, deletes and brings back.
///
/// Names are hashes of what is encrypted anew in each run. What happens to a file is drawn for the
/// files in the order in which they came to be, so that it depends on the seed alone.
struct ScheduledCarrier {
  private var numbers: [String: Int] = [:]
  /// What two copies both held when the carrier last went between them, which tells a deletion from
  /// an absence.
  private var common: [[Int]: Set<String>] = [:]

  /// Takes note of the files that were put, in order.
  mutating func note(_ names: [String]) {
    for name in names where numbers[name] == nil { numbers[name] = numbers.count }
  }

  func sorted(_ names: some Sequence<String>) -> [String] {
    names.sorted { numbers[$0, default: -1] < numbers[$1, default: -1] }
  }

  /// What a copy holds, without what differs from run to run.
  func outline(_ files: [String: [UInt8]]) -> [String] {
    sorted(files.keys).map { "\(numbers[$0] ?? -1):\(files[$0]?.count ?? 0)" }
  }

  /// Brings some of what one copy has to another, and some of what was deleted there.
  mutating func carry(
    from source: (index: Int, copy: MemoryTransport),
    to target: (index: Int, copy: MemoryTransport), _ random: inout SeededGenerator
  ) {
    let pair = [min(source.index, target.index), max(source.index, target.index)]
    let (both, origin) = (common[pair] ?? [], source.copy.files)
    var files = target.copy.files
    for name in sorted(origin.keys) {
      guard let bytes = origin[name], files[name] != bytes else { continue }
      if random.chance(3) { continue }
      if let own = files[name], own.count >= bytes.count { continue }
      // Deleted there. Some carriers bring such files back all the same.
      if files[name] == nil, both.contains(name), !random.chance(6) { continue }
      files[name] = random.chance(5) && name != "post.json" ? random.torn(bytes) : bytes
    }
    for name in sorted(both.subtracting(origin.keys)) where files[name] != nil {
      if !random.chance(3) { files[name] = nil }
    }
    target.copy.files = files
    // What was deleted on one side is remembered until it is gone on the other.
    let either = Set(files.keys).union(origin.keys)
    common[pair] = both.intersection(either).union(Set(files.keys).intersection(origin.keys))
  }

  /// What a careless or hostile carrier does to one copy.
  mutating func disturb(_ copy: MemoryTransport, _ random: inout SeededGenerator) {
    var files = copy.files
    let names = sorted(files.keys.filter { $0 != "post.json" })
    guard let name = names.randomElement(using: &random), let bytes = files[name] else { return }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: files[name] = nil
    case 1: files[name] = random.torn(bytes)
    case 2: double(name, as: "\(name).sync-conflict-20261121-120000-ABCDEFG", &files)
    case 3: double(name, as: "\(name) (conflicted copy)", &files)
    default:
      for name in names where random.chance(2) { files[name] = nil }
    }
    copy.files = files
  }

  private mutating func double(
    _ name: String, as copy: String, _ files: inout [String: [UInt8]]
  ) {
    note([copy])
    files[copy] = files[name]
  }
}

extension SeededGenerator {
  mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &self) == 0 }

  /// The beginning of `bytes`.
  mutating func torn(_ bytes: [UInt8]) -> [UInt8] {
    let thousandths = Int.random(in: 0..<1_000, using: &self)
    return Array(bytes.prefix(bytes.count * thousandths / 1_000))
  }
}
