internal import JOSE
internal import Primitives

/// What a file's sealed values are, known to those who hold its key.
///
/// An encrypted list rather than a code over it: a code tells that something is wrong, the list tells
/// what. It also holds the selection, so that nobody can quietly take a pattern out of the block.
/// Values are listed by path, not in the order of the file: the order of keys means nothing, and that
/// of list elements is in their paths. What else a file's keys are, without their values, is listed
/// beside: a key that is added or an alias that means something else changes what a program reads.
struct Digest: Sendable, Equatable {
  /// How many bytes of each tag are listed.
  ///
  /// A value that was sealed at the same place before has another tag in these 64 bits but for one
  /// chance in 2^64, and nobody without the data key can make one.
  static let tagByteCount = 8

  let only: [String]
  let except: [String]
  let tags: [SecretPath: [UInt8]]
  /// What stands at the other paths.
  let structure: [SecretPath: [UInt8]]

  init(
    _ selection: Selection, _ seals: [(path: SecretPath, seal: CompactSeal)],
    _ structure: [SecretPath: [UInt8]]
  ) {
    self.structure = structure
    only = selection.only.map(\.text)
    except = selection.except.map(\.text)
    tags = Dictionary(
      seals.map { ($0.path, Array($0.seal.tag.prefix(Self.tagByteCount))) },
      uniquingKeysWith: { first, _ in first })
  }

  /// What there is to list of a file that is sealed.
  init(of file: SecretFile, _ selection: Selection) {
    self.init(
      selection, file.sealedTokens.map { (path: $0.token.path, seal: $0.seal) }, file.structure)
  }

  /// Whether `selection` is the one that was sealed.
  func agrees(with selection: Selection) -> Bool {
    Self.areExactly(only, selection.only) && Self.areExactly(except, selection.except)
  }

  private static func areExactly(_ texts: [String], _ patterns: [PathPattern]) -> Bool {
    texts.map { Array($0.utf8) } == patterns.map { Array($0.text.utf8) }
  }

  // MARK: Sealed

  /// The digest under the file's key.
  func sealed(under key: DataKey, _ random: RandomSource) throws(SecretsError) -> [UInt8] {
    let text = json.compact
    return try CompactSeal(text.span, under: key.digestKey(), random).text
  }

  private var json: JSONText {
    var members: [JSONText.Member] = []
    for (name, patterns) in [("only", only), ("except", except)] where !patterns.isEmpty {
      members.append(.init(name, .array(patterns.map { .string($0) })))
    }
    let paths = tags.keys.map { (path: $0, text: $0.utf8) }
      .sorted { $0.text.lexicographicallyPrecedes($1.text) }
    let values = paths.map { path, text in
      JSONText.Member(String(decoding: text, as: UTF8.self), .base64URL(tags[path] ?? []))
    }
    members.append(.init("values", .object(values)))
    guard !structure.isEmpty else { return .object(members) }
    return .object(members + [.init("structure", .object(structureMembers))])
  }

  private var structureMembers: [JSONText.Member] {
    structure.map { (path: $0.key.utf8, text: $0.value) }
      .sorted { $0.path.lexicographicallyPrecedes($1.path) }
      .map { path, text in
        .init(
          String(decoding: path, as: UTF8.self), .string(String(decoding: text, as: UTF8.self)))
      }
  }

  /// Opens a digest.
  ///
  /// - Throws: ``SecretsError`` `blockMismatch` when it is not of this key, `malformed`.
  init(opening text: [UInt8], under key: DataKey) throws(SecretsError) {
    guard let seal = CompactSeal(text) else {
      throw SecretsError(.malformed, "the block's digest is not a compact JWE")
    }
    guard let plaintext = try seal.open(under: key.digestKey()) else {
      throw SecretsError(.blockMismatch, "the block's digest was changed or is another file's")
    }
    let document = try jose(.malformed) { () throws(JOSEError) in
      try JSONDocument(parsing: plaintext, limits: JSONLimits(byteCount: 2 * ScanLimits.byteCount))
    }
    only = document.root["only"]?.elements.compactMap(\.string) ?? []
    except = document.root["except"]?.elements.compactMap(\.string) ?? []
    var tags: [SecretPath: [UInt8]] = [:]
    for (name, value) in document.root["values"]?.members ?? [] {
      let path = try SecretPath(parsing: name.string ?? "")
      tags[path] = try jose(.malformed) { () throws(JOSEError) in try value.base64URL("a tag") }
    }
    self.tags = tags
    var structure: [SecretPath: [UInt8]] = [:]
    for (name, value) in document.root["structure"]?.members ?? [] {
      structure[try SecretPath(parsing: name.string ?? "")] = value.utf8
    }
    self.structure = structure
  }
}
