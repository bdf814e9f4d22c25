/// Gathers tokens, keeps those of the block apart, and refuses two of one path.
struct TokenCollector {
  /// How a block is cut out of its file.
  enum Cut {
    /// The lines that its tokens are on, from the first key's.
    case lines
    /// A range that the format found.
    case range(Range<Int>)
  }

  private let bytes: [UInt8]
  private var tokens: [SecretToken] = []
  private var blockTokens: [SecretToken] = []
  private var blockStart = Int.max
  private var blockEnd = 0
  private var marks: [StructureMark] = []
  /// Mappings that may turn out to have nothing in them.
  private var containers: [StructureMark] = []
  private var paths: Set<SecretPath> = []
  var keyObject: Range<Int>?
  var places: [SecretPath: EntryPlace] = [:]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// How many tokens and marks there are.
  var count: Int { tokens.count + blockTokens.count + marks.count + containers.count }

  /// Takes `token`, whose key, or itself where it has none, begins at `key`.
  mutating func append(_ token: SecretToken, key: Int) throws(SecretsError) {
    try ScanLimits.check(tokenCount: count)
    guard paths.insert(token.path).inserted else {
      throw SecretsError(.malformed, "'\(token.path)' stands twice", at: key, of: bytes)
    }
    guard SealBlock.holds(token.path) else { return tokens.append(token) }
    guard token.path.components.count(where: \.isKey) > 1 else {
      throw SecretsError(.unsupported, "the key 'valise' is for the block", at: key, of: bytes)
    }
    noteBlock(min(key, token.range.lowerBound)..<token.range.upperBound)
    blockTokens.append(token)
  }

  /// Takes `mark`, which stands at `offset`.
  mutating func append(_ mark: StructureMark, at offset: Int) throws(SecretsError) {
    try ScanLimits.check(tokenCount: count)
    try check(mark, at: offset)
    marks.append(mark)
    marks[marks.count - 1].offset = offset
  }

  /// Takes a key without a value, which no other may be called like.
  mutating func appendEmpty(_ mark: StructureMark, key: Int) throws(SecretsError) {
    guard paths.insert(mark.path).inserted else {
      throw SecretsError(.malformed, "'\(mark.path)' stands twice", at: key, of: bytes)
    }
    try append(mark, at: key)
  }

  /// Takes a mapping that is a mark if nothing turns out to be in it.
  mutating func appendContainer(_ mark: StructureMark, at offset: Int) throws(SecretsError) {
    try ScanLimits.check(tokenCount: count)
    guard !SealBlock.holds(mark.path) else { return }
    containers.append(mark)
    containers[containers.count - 1].offset = offset
  }

  private func check(_ mark: StructureMark, at offset: Int) throws(SecretsError) {
    guard SealBlock.holds(mark.path) else { return }
    let isBlock = mark.path.components.count(where: \.isKey) > 1
    throw SecretsError(
      isBlock ? .malformed : .unsupported,
      isBlock
        ? "the valise block has no place for '\(mark.path)'" : "the key 'valise' is for the block",
      at: offset, of: bytes)
  }

  /// The marks, with those of containers that hold nothing.
  private var allMarks: [StructureMark] {
    guard !containers.isEmpty else { return marks }
    var parents: Set<SecretPath> = []
    for path in tokens.map(\.path) + marks.map(\.path) + containers.map(\.path) {
      var path = path
      while !path.components.isEmpty, parents.insert(path.parent).inserted { path = path.parent }
    }
    var seen: Set<SecretPath> = []
    return marks
      + containers.filter { !parents.contains($0.path) && seen.insert($0.path).inserted }
  }

  /// Notes that `range` is of the block too: its header, a list's brackets.
  mutating func noteBlock(_ range: Range<Int>) {
    blockStart = min(blockStart, range.lowerBound)
    blockEnd = max(blockEnd, range.upperBound)
  }

  func document(_ insertion: BlockInsertion, _ cut: Cut) throws(SecretsError) -> ScannedDocument {
    ScannedDocument(
      bytes: bytes, tokens: tokens, marks: allMarks, places: places, block: try blockPlace(cut),
      insertion: insertion)
  }

  private func blockPlace(_ cut: Cut) throws(SecretsError) -> BlockPlace? {
    guard !blockTokens.isEmpty else { return nil }
    let range =
      switch cut {
      case .lines: bytes.removableLines(blockStart..<blockEnd)
      case .range(let range): range
      }
    if let stranger = tokens.first(where: { $0.range.overlaps(range) }) {
      throw SecretsError(
        .malformed, "'\(stranger.path)' stands within the valise block",
        at: stranger.range.lowerBound, of: bytes)
    }
    return BlockPlace(range: range, tokens: blockTokens, keyObject: keyObject)
  }
}

extension SecretPath.Component {
  var isKey: Bool { if case .key = self { true } else { false } }
}
