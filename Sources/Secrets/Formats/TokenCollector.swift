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
  private var paths: Set<SecretPath> = []
  var keyObject: Range<Int>?

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// How many tokens there are.
  var count: Int { tokens.count + blockTokens.count }

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

  /// Notes that `range` is of the block too: its header, a list's brackets.
  mutating func noteBlock(_ range: Range<Int>) {
    blockStart = min(blockStart, range.lowerBound)
    blockEnd = max(blockEnd, range.upperBound)
  }

  func document(_ insertion: BlockInsertion, _ cut: Cut) throws(SecretsError) -> ScannedDocument {
    ScannedDocument(
      bytes: bytes, tokens: tokens, block: try blockPlace(cut), insertion: insertion)
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
