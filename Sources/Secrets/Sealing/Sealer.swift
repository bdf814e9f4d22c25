internal import Primitives

/// Seals values into a file, and takes again what is sealed already where the value is the same.
struct Sealer {
  /// What a block is made of, but for the digest over values that are still to be sealed.
  struct BlockParts {
    var key: [UInt8]
    var selection: Selection
    /// The digest that the file had, kept when it still holds.
    var digest: (opened: Digest, text: [UInt8])?
    /// The signature that the file had, kept when nothing changed that it is over.
    var signature: [UInt8]?
  }

  let key: DataKey
  let random: RandomSource
  private var pool = SealPool()

  init(key: DataKey, random: RandomSource) {
    self.key = key
    self.random = random
  }

  /// Makes the seals of `opened` available again; it must have the same key.
  mutating func reuse(_ opened: OpenedFile) { pool.add(opened) }

  /// Seals all that `parts` selects of a file in clear.
  mutating func seal(
    _ file: SecretFile, _ parts: BlockParts
  ) throws(SecretsError) -> [UInt8] {
    let splices = try splices(sealing: file, parts)
    return try checked(file.bytes.applying(splices), splices, file)
  }

  /// What seals a file in clear: a splice for each value that is selected and not within one of
  /// `regions`, and the block's.
  mutating func splices(
    sealing file: SecretFile, _ parts: BlockParts, outside regions: [Range<Int>] = []
  ) throws(SecretsError) -> [Splice] {
    if let path = file.sealedPaths.first {
      throw SecretsError(
        .blockMismatch, "the value at '\(path)' looks sealed, but the file has no block", path: path
      )
    }
    let document = file.document
    let tokens = document.tokens.filter { parts.selection.contains($0.path) }
    guard !tokens.isEmpty else {
      throw SecretsError(.nothingToSeal, "nothing in the file is selected to be sealed")
    }
    var splices: [Splice] = []
    var seals: [(SecretPath, CompactSeal)] = []
    for token in tokens where !regions.contains(where: { $0.overlaps(token.range) }) {
      let seal = try seal(token, of: document)
      seals.append((token.path, seal))
      let old = document.source(token)
      splices.append(
        Splice(range: token.range, text: file.format.syntax.sealed(seal.text, like: old)))
    }
    let clear = file.paths.filter { !parts.selection.contains($0) }
    let digest = try digestText(
      Digest(parts.selection, seals, document.structure(clear: clear)), parts.digest)
    var block = try SealBlock(key: parts.key, selection: parts.selection, digest: digest)
    if digest == parts.digest?.text { block.signature = parts.signature }
    return splices + [try file.format.syntax.splice(block, into: document)]
  }

  /// Seals what stands in clear in a sealed file, where it stands.
  mutating func sealAdditions(
    _ opened: OpenedFile
  ) throws(SecretsError) -> SecretFile.Additions {
    let document = opened.file.document
    var splices: [Splice] = []
    var seals = opened.file.sealedTokens.map { ($0.token.path, $0.seal) }
    for (token, present) in zip(document.tokens, opened.file.seals) {
      // What was sealed stays sealed, also where patterns would let it be.
      let isWanted =
        opened.block.selection.contains(token.path) || opened.digest.tags[token.path] != nil
      guard present == nil, isWanted else { continue }
      let seal = try seal(token, of: document)
      seals.append((token.path, seal))
      let text = opened.file.format.syntax.sealed(seal.text, like: document.source(token))
      splices.append(Splice(range: token.range, text: text))
    }
    guard !seals.isEmpty else {
      throw SecretsError(.nothingToSeal, "no sealed value is left in the file")
    }
    let added = seals.suffix(splices.count).map(\.0)
    let sealed = Set(seals.map(\.0))
    let clear = opened.file.clearPaths.filter { !sealed.contains($0) }
    let digest = Digest(opened.block.selection, seals, document.structure(clear: clear))
    let place = document.block?.tokens.first { $0.path.lastKey == Array("digest".utf8) }
    guard digest != opened.digest, let place else {
      return SecretFile.Additions(opened.file.bytes, added: [], from: digest, to: digest)
    }
    let text = try digestText(digest, nil)
    let written = opened.file.format.syntax.sealed(text, like: document.source(place))
    splices.append(Splice(range: place.range, text: written))
    let ordered = splices.sorted { $0.range.lowerBound < $1.range.lowerBound }
    let file = try SecretFile(document.bytes.applying(ordered), format: opened.file.format)
    guard file.paths == opened.file.paths,
      Digest(of: file, opened.block.selection) == digest
    else { throw Self.mismatch }
    return SecretFile.Additions(
      file.block?.signature == nil ? file.bytes : try file.replacingSignature(nil),
      added: added, from: opened.digest, to: digest)
  }

  private mutating func seal(
    _ token: SecretToken, of document: ScannedDocument
  ) throws(SecretsError) -> CompactSeal {
    if let obstacle = token.obstacle {
      throw SecretsError(
        .unsupported, "the value at '\(token.path)' cannot be sealed: \(obstacle)",
        path: token.path)
    }
    let source = document.source(token)
    if let seal = pool.take(token.path, source) { return seal }
    return try CompactSeal(source.span, under: key.key(for: token.path), random)
  }

  private func digestText(
    _ digest: Digest, _ old: (opened: Digest, text: [UInt8])?
  ) throws(SecretsError) -> [UInt8] {
    if let old, old.opened == digest { return old.text }
    return try digest.sealed(under: key, random)
  }

  /// Makes sure that a reader finds just what was put in, and that taking it out leaves the file as
  /// it was, whatever the format made of it.
  func checked(
    _ sealed: [UInt8], _ splices: [Splice], _ file: SecretFile
  ) throws(SecretsError) -> [UInt8] {
    let again = try SecretFile(sealed, format: file.format)
    var restoring: [Splice] = []
    let tokens = again.sealedTokens.map(\.token)
    guard tokens.count == splices.count - 1 else { throw Self.mismatch }
    for (token, splice) in zip(tokens, splices) {
      restoring.append(Splice(range: token.range, text: Array(file.bytes[splice.range])))
    }
    guard let cut = again.document.block?.range else { throw Self.mismatch }
    restoring.append(Splice(range: cut, text: []))
    guard sealed.applying(restoring) == file.bytes, again.paths == file.paths,
      again.document.structure(clear: []) == file.document.structure(clear: [])
    else { throw Self.mismatch }
    return sealed
  }

  private static let mismatch = SecretsError(
    .unsupported, "the file is written in a way that could not be restored; nothing was sealed")
}
