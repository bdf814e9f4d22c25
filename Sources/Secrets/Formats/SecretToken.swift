/// A value of a file, exactly as it is written there.
struct SecretToken: Sendable, Hashable {
  /// What a reader of the format makes of the value.
  enum Kind: Sendable, Hashable { case string, number, boolean, null, date }

  let path: SecretPath
  /// The value's bytes: quotes, a block scalar's header and a YAML tag are part of it, an anchor is
  /// not.
  let range: Range<Int>
  let kind: Kind
  /// What goes away with the value when its key is removed: nil where more than lines would have to
  /// change.
  var entry: Range<Int>?
  /// Why the value cannot be sealed where it stands; nil where it can.
  var obstacle: String?

  init(
    _ path: SecretPath, _ range: Range<Int>, _ kind: Kind, entry: Range<Int>? = nil,
    obstacle: String? = nil
  ) {
    self.path = path
    self.range = range
    self.kind = kind
    self.entry = entry
    self.obstacle = obstacle
  }
}

/// A file's values, and where its block stands or would stand.
struct ScannedDocument: Sendable {
  let bytes: [UInt8]
  /// The values in the order of the file, without those of the block.
  let tokens: [SecretToken]
  /// What else stands there and means something.
  var marks: [StructureMark] = []
  /// Where a mapping takes another key, for those that take one without more.
  var places: [SecretPath: EntryPlace] = [:]
  let block: BlockPlace?
  let insertion: BlockInsertion

  /// The bytes of `token`.
  func source(_ token: SecretToken) -> ArraySlice<UInt8> { bytes[token.range] }

  func token(at path: SecretPath) -> SecretToken? { tokens.first { $0.path == path } }

  /// What goes away with the key at `path`, and nil where there is none or more would have to change.
  func mark(at path: SecretPath) -> StructureMark? { marks.first { $0.path == path } }
}

/// Where a mapping takes another key.
struct EntryPlace: Sendable, Hashable {
  /// Where a line begins, or in JSON, where its last value ends.
  var offset: Int
  /// What the mapping's keys have before them on their lines; nil where they share one.
  var indentation: [UInt8]?
}

/// Where a `valise` block stands.
struct BlockPlace: Sendable {
  /// What is cut out to have the file as it was.
  var range: Range<Int>
  var tokens: [SecretToken]
  /// The wrapped key where it is a JSON object; nil where it is a list of lines.
  var keyObject: Range<Int>?
}

/// Where and how a new `valise` block is written.
struct BlockInsertion: Sendable {
  var offset: Int
  /// What stands before each line of the block.
  var indentation: [UInt8] = []
  /// A YAML document of its own, where the file's root has no place for a key.
  var isSeparateDocument = false
  /// JSON without line breaks.
  var isCompact = false
}

/// How much a file may hold, decided before work is done.
enum ScanLimits {
  static let byteCount = 16 << 20
  static let depth = 64
  static let tokenCount = 100_000
  static let keyByteCount = 1024
  /// Patterns in a block, each of which every value is compared with.
  static let patternCount = 200

  static func check(_ bytes: [UInt8]) throws(SecretsError) {
    guard bytes.count <= byteCount else {
      throw SecretsError(.limitExceeded, "the file is over \(byteCount) bytes")
    }
  }

  static func check(depth: Int) throws(SecretsError) {
    guard depth <= self.depth else {
      throw SecretsError(.limitExceeded, "the file is nested deeper than \(self.depth)")
    }
  }

  static func check(tokenCount: Int) throws(SecretsError) {
    guard tokenCount < self.tokenCount else {
      throw SecretsError(.limitExceeded, "the file has more than \(self.tokenCount) values")
    }
  }

  static func check(key: [UInt8]) throws(SecretsError) {
    guard key.count <= keyByteCount else {
      throw SecretsError(.limitExceeded, "a key is over \(keyByteCount) bytes")
    }
  }
}
