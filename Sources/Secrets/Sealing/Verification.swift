internal import JOSE
internal import Primitives

/// Compares a file with its digest, and says of the first difference what it is and where.
struct Verification {
  /// What the holder of a key may have changed by hand since the file was sealed.
  enum Admission {
    case nothing
    /// Values in clear, new ones and in place of sealed ones, and removed ones, which are all sealed
    /// or dropped next; and keys without a sealed value.
    case clearValues
  }

  private let file: SecretFile
  private let block: SealBlock
  private let key: DataKey
  private let digest: Digest
  private let seals: [SecretPath: CompactSeal]

  init(_ file: SecretFile, _ keys: [JWE.DecryptionKey]) throws(SecretsError) {
    try self.init(file, DataKey(unwrapping: file.requiredBlock().key, with: keys))
  }

  init(_ file: SecretFile, _ key: DataKey) throws(SecretsError) {
    self.file = file
    self.key = key
    block = try file.requiredBlock()
    digest = try Digest(opening: block.digest, under: key)
    seals = Dictionary(
      file.sealedTokens.map { ($0.token.path, $0.seal) }, uniquingKeysWith: { first, _ in first })
  }

  func opened(admitting admission: Admission) throws(SecretsError) -> OpenedFile {
    guard digest.agrees(with: block.selection) else {
      throw SecretsError(.blockMismatch, "what the block says is secret was changed")
    }
    for (token, seal) in file.sealedTokens { try check(token.path, seal) }
    if admission == .nothing {
      try checkMissing()
      try checkKeys()
    }
    let values = try openAll()
    let opened = OpenedFile(file: file, block: block, key: key, digest: digest, values: values)
    try checkStructure(opened)
    return opened
  }

  /// Makes sure that what is seen sealed is what there is in clear.
  ///
  /// Whoever has the key can seal a text that is more than one value: a value, a line break and
  /// another key.
  private func checkStructure(_ opened: OpenedFile) throws(SecretsError) {
    let clear = try opened.clearDocument()
    let tokens = file.document.tokens
    for (index, token) in tokens.enumerated() {
      guard index < clear.tokens.count, clear.tokens[index].path == token.path,
        opened.values[index].map({ Self.holds($0, clear.source(clear.tokens[index])) }) ?? true
      else {
        throw SecretsError(
          .foreignValue, "the value at '\(token.path)' is not one value", path: token.path)
      }
    }
    guard clear.tokens.count == tokens.count, clear.block == nil,
      clear.structure(clear: []) == file.document.structure(clear: [])
    else {
      let path = clear.tokens.dropFirst(tokens.count).first?.path
      throw SecretsError(.foreignValue, "a value is not one value", path: path)
    }
  }

  private static func holds(_ value: SecretBytes, _ source: ArraySlice<UInt8>) -> Bool {
    value.withBytes { ConstantTime.areEqual($0, source.span) }
  }

  private func check(_ path: SecretPath, _ seal: CompactSeal) throws(SecretsError) {
    let tag = Array(seal.tag.prefix(Digest.tagByteCount))
    guard let listed = digest.tags[path] else {
      throw try explain(
        path, seal, otherwise: .addedValue, "the sealed value at '\(path)' was added")
    }
    guard listed != tag else { return }
    throw try explain(
      path, seal, otherwise: .rolledBackValue,
      "the value at '\(path)' is not the latest one that was sealed there")
  }

  /// Why a value that is not listed as it stands is there.
  private func explain(
    _ path: SecretPath, _ seal: CompactSeal, otherwise code: SecretsError.Code, _ reason: String
  ) throws(SecretsError) -> SecretsError {
    let tag = Array(seal.tag.prefix(Digest.tagByteCount))
    if let home = digest.tags.filter({ $0.value == tag }).map(\.key).min() {
      return SecretsError(
        .foreignValue, "the value at '\(path)' was sealed for '\(home)'", path: path)
    }
    guard try seal.open(under: key.key(for: path)) != nil else { return Self.foreign(path) }
    return SecretsError(code, reason, path: path)
  }

  private static func foreign(_ path: SecretPath) -> SecretsError {
    SecretsError(
      .foreignValue,
      "the value at '\(path)' was changed, or was sealed at another path or in another file",
      path: path)
  }

  private func checkMissing() throws(SecretsError) {
    if let path = digest.tags.keys.filter({ seals[$0] == nil }).min() {
      guard !file.clearPaths.contains(path) else {
        throw SecretsError(
          .clearValue, "the value at '\(path)' was sealed and now stands in clear", path: path)
      }
      throw SecretsError(.removedValue, "the sealed value at '\(path)' is missing", path: path)
    }
    if let path = file.clearPaths.first(where: { block.selection.contains($0) }) {
      throw SecretsError(
        .clearValue, "the value at '\(path)' stands in clear and should be sealed", path: path)
    }
  }

  /// Compares what stands at the other paths.
  private func checkKeys() throws(SecretsError) {
    let (old, new) = (digest.structure, file.structure)
    guard old != new else { return }
    let changed = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
    guard let path = changed.min() else { return }
    switch (old[path], new[path]) {
    case (nil, _): throw SecretsError(.addedValue, "'\(path)' was added", path: path)
    case (_, nil): throw SecretsError(.removedValue, "'\(path)' is missing", path: path)
    default:
      throw SecretsError(
        .changedStructure, "'\(path)' is something else than what was sealed there", path: path)
    }
  }

  private func openAll() throws(SecretsError) -> [SecretBytes?] {
    var values: [SecretBytes?] = []
    values.reserveCapacity(file.seals.count)
    for (token, seal) in zip(file.document.tokens, file.seals) {
      guard let seal else {
        values.append(nil)
        continue
      }
      guard let value = try seal.open(under: key.key(for: token.path)) else {
        throw Self.foreign(token.path)
      }
      values.append(value)
    }
    return values
  }
}
