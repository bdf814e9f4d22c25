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

  /// Seals what was added in clear to a sealed file, and values written over sealed ones.
  ///
  /// Values that were taken out are dropped from the digest. A file without such changes comes
  /// back as it is.
  ///
  /// - Throws: ``SecretsError`` as ``opened(with:)`` for what cannot be the work of somebody who
  ///   edits the file.
  public func sealingAdditions(with keys: [JWE.DecryptionKey]) throws(SecretsError) -> [UInt8] {
    let opened = try Verification(self, keys).opened(admitting: .clearValues)
    var sealer = Sealer(key: opened.key, random: .system)
    return try sealer.sealAdditions(opened)
  }
}
