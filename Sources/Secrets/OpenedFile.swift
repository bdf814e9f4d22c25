public import JOSE
internal import Primitives

/// A sealed file whose key was found and whose values were all found to be its own.
public struct OpenedFile: Sendable {
  /// The file as it is sealed.
  public let file: SecretFile
  let block: SealBlock
  let key: DataKey
  let digest: Digest
  /// The value of each of the document's tokens as it was written; nil for those in clear.
  let values: [SecretBytes?]

  /// The whole file in clear, as it was before it was sealed.
  public var decrypted: SecretBytes {
    var bytes = clearBytes
    return SecretBytes(wiping: &bytes)
  }

  var clearBytes: [UInt8] {
    var splices: [Splice] = []
    for (token, value) in zip(file.document.tokens, values) {
      guard let value else { continue }
      splices.append(Splice(range: token.range, text: value.withBytes { Array(copying: $0) }))
    }
    if let cut = file.document.block?.range { splices.append(Splice(range: cut, text: [])) }
    return file.bytes.applying(splices.sorted { $0.range.lowerBound < $1.range.lowerBound })
  }

  /// The text of the value at `path`, with quotes and escapes of the format resolved.
  ///
  /// - Throws: ``SecretsError`` `noSuchPath`.
  public func text(at path: SecretPath) throws(SecretsError) -> SecretBytes {
    let clear = try clearDocument()
    guard let token = clear.token(at: path) else { throw Self.missing(path) }
    var text = try file.format.syntax.text(of: token, in: clear)
    return SecretBytes(wiping: &text)
  }

  /// A value of the file in clear.
  public struct Value: Sendable {
    /// Where it stands.
    public let path: SecretPath
    /// What it means, with quotes and escapes of the format resolved.
    public let text: SecretBytes
    /// Whether the format reads it as a string, and not as a number, a truth value or the like.
    public let isString: Bool
  }

  /// All values in the order of the file, those that are not secret too.
  ///
  /// - Throws: ``SecretsError`` `internalFailure`.
  public func texts() throws(SecretsError) -> [Value] {
    let clear = try clearDocument()
    var texts = try file.format.syntax.texts(in: clear, of: clear.tokens)
    return clear.tokens.indices.map { index in
      let token = clear.tokens[index]
      return Value(
        path: token.path, text: SecretBytes(wiping: &texts[index]),
        isString: token.kind == .string)
    }
  }

  func clearDocument() throws(SecretsError) -> ScannedDocument {
    try file.format.syntax.scan(clearBytes)
  }

  static func missing(_ path: SecretPath) -> SecretsError {
    SecretsError(.noSuchPath, "there is no value at '\(path)'", path: path)
  }
}

extension SecretFile {
  /// Opens a sealed file and checks all of it.
  ///
  /// - Throws: ``SecretsError`` `notSealed`, `noMatchingKey`, `malformed`; `blockMismatch`,
  ///   `foreignValue`, `rolledBackValue`, `removedValue`, `addedValue` and `clearValue` when the file
  ///   is not as it was sealed, naming the path.
  public func opened(with keys: [JWE.DecryptionKey]) throws(SecretsError) -> OpenedFile {
    try Verification(self, keys).opened(admitting: .nothing)
  }
}
