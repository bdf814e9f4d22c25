public import JOSE

/// A configuration file whose values are in clear, sealed, or some of each.
///
/// ```swift
/// let file = try SecretFile(bytes, format: .yaml)
/// let sealed = try file.encrypted(for: [JWE.Recipient(key.publicKey)])
/// let opened = try SecretFile(sealed, format: .yaml).opened(with: [.privateKey(key)])
/// ```
///
/// Reading one needs no key, and nothing of it is authentic before it is opened.
public struct SecretFile: Sendable {
  /// The file's format.
  public let format: FileFormat
  let document: ScannedDocument
  let block: SealBlock?
  /// What is sealed at each of the document's tokens.
  let seals: [CompactSeal?]

  /// Reads the structure of a file.
  ///
  /// - Throws: ``SecretsError`` `malformed`, `unsupported` or `limitExceeded`, naming the line.
  public init(_ bytes: [UInt8], format: FileFormat) throws(SecretsError) {
    self.format = format
    document = try format.syntax.scan(bytes)
    block = try SealBlock(document, format)
    seals = document.tokens.map { [document] in CompactSeal.find(in: document.source($0)) }
  }

  /// The file as it was read.
  public var bytes: [UInt8] { document.bytes }

  /// Whether the file has a `valise` block.
  public var isSealed: Bool { block != nil }

  /// Where its values are, in their order; those of the block are left out.
  public var paths: [SecretPath] { document.tokens.map(\.path) }

  /// Where sealed values are.
  public var sealedPaths: [SecretPath] { sealedTokens.map(\.token.path) }

  /// Where values stand in clear.
  public var clearPaths: [SecretPath] {
    zip(document.tokens, seals).filter { $0.1 == nil }.map(\.0.path)
  }

  /// What stands at the paths without a sealed value, as the digest lists it.
  var structure: [SecretPath: [UInt8]] { document.structure(clear: clearPaths) }

  /// What the block says is secret; nil for a file without one.
  public var selection: Selection? { block?.selection }

  var sealedTokens: [(token: SecretToken, seal: CompactSeal)] {
    zip(document.tokens, seals).compactMap { token, seal in seal.map { (token, $0) } }
  }

  /// What the block says of who can open it, in their order.
  ///
  /// - Throws: ``SecretsError`` `notSealed`; `malformed` when the wrapped key is damaged.
  public func recipients() throws(SecretsError) -> [JWE.RecipientDescription] {
    let key = try requiredBlock().key
    return try jose(.malformed) { () throws(JOSEError) in
      try JWE.Envelope(BytesInMemory(key)).recipients
    }
  }

  /// Looks, without a key, for what would keep all readers from opening it.
  func checkWrappedKey() throws(SecretsError) {
    let key = try requiredBlock().key
    do throws(JOSEError) {
      try JWE.Envelope(BytesInMemory(key), policy: DataKey.policy)
        .checkStructure(contentType: DataKey.contentType)
    } catch {
      throw SecretsError(.malformed, "the file's key: \(error.reason)", underlying: error)
    }
  }

  /// The data key as it is wrapped for the readers.
  ///
  /// - Throws: ``SecretsError`` `notSealed`.
  public var wrappedKey: [UInt8] { get throws(SecretsError) { try requiredBlock().key } }

  func requiredBlock() throws(SecretsError) -> SealBlock {
    guard let block else { throw SecretsError(.notSealed, "the file has no valise block") }
    return block
  }
}
