public import JOSE
internal import Primitives

extension SecretFile {
  /// Seals the values of a file that has none sealed.
  ///
  /// - Parameters:
  ///   - recipients: who can open it.
  ///   - selection: what is secret.
  /// - Returns: the sealed file. All that is not a sealed value or the block is as it was.
  /// - Throws: ``SecretsError`` `nothingToSeal` when `selection` matches no value, `unsupported` for a
  ///   value that cannot be sealed where it stands, `blockMismatch` for a file that holds sealed
  ///   values and no block.
  public func encrypted(
    for recipients: [JWE.Recipient], selection: Selection = .all
  ) throws(SecretsError) -> [UInt8] {
    try encrypted(for: recipients, selection: selection, random: .system)
  }

  func encrypted(
    for recipients: [JWE.Recipient], selection: Selection, random: RandomSource
  ) throws(SecretsError) -> [UInt8] {
    guard !isSealed else {
      throw SecretsError(
        .blockMismatch, "the file is sealed already; its key is needed to add to it")
    }
    let key = try DataKey.random(random)
    var sealer = Sealer(key: key, random: random)
    let parts = Sealer.BlockParts(
      key: try key.wrapped(for: recipients, random), selection: selection, digest: nil)
    return try sealer.seal(self, parts)
  }

  /// What came of sealing additions.
  public struct Additions: Sendable {
    /// The file; the very same one when there were none.
    public let bytes: [UInt8]
    /// Values that were added in clear.
    public let sealed: [SecretPath]
    /// Values in clear that stood where sealed ones had been.
    public let overwritten: [SecretPath]
    /// Values that were sealed once and are no longer in the file.
    public let dropped: [SecretPath]
    /// Keys without a sealed value that were added or removed, or are something else now.
    public let restructured: [SecretPath]

    init(_ bytes: [UInt8], added: [SecretPath], from old: Digest, to new: Digest) {
      self.bytes = bytes
      sealed = added.filter { old.tags[$0] == nil }
      overwritten = added.filter { old.tags[$0] != nil }
      let dropped = old.tags.keys.filter { new.tags[$0] == nil }.sorted()
      self.dropped = dropped
      let told = Set(added + dropped)
      restructured = Set(old.structure.keys).union(new.structure.keys)
        .filter { old.structure[$0] != new.structure[$0] && !told.contains($0) }.sorted()
    }
  }

  /// Seals what was added in clear to a sealed file, and values written over sealed ones.
  ///
  /// Values that were taken out are dropped from the digest, and so are other keys; those that came
  /// are listed. Anybody who can write the file can do
  /// all this: all of it is told, for whoever holds the key to look at.
  ///
  /// - Throws: ``SecretsError`` as ``opened(with:)`` for what cannot be the work of somebody who
  ///   edits the file.
  public func sealingAdditions(with keys: [JWE.DecryptionKey]) throws(SecretsError) -> Additions {
    let opened = try Verification(self, keys).opened(admitting: .clearValues)
    var sealer = Sealer(key: opened.key, random: .system)
    return try sealer.sealAdditions(opened)
  }
}
