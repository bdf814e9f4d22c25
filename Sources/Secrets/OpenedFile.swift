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
    let cut = file.document.block.map { Splice(range: $0.range, text: []) }
    let splices = clearSplices + [cut].compactMap { $0 }
    return file.bytes.applying(splices.sorted { $0.range.lowerBound < $1.range.lowerBound })
  }

  /// The file with its values in clear where they stand, and its block as it is.
  ///
  /// ``SecretFile/sealingAdditions(with:)`` seals them again.
  public var legible: SecretBytes {
    var bytes = file.bytes.applying(clearSplices)
    return SecretBytes(wiping: &bytes)
  }

  private var clearSplices: [Splice] {
    zip(file.document.tokens, values).compactMap { token, value in
      value.map { Splice(range: token.range, text: $0.withBytes { Array(copying: $0) }) }
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

  /// Opens a version of a file with the data key of another.
  ///
  /// Whoever joined later can open an older version so, as long as the key is the same.
  ///
  /// - Throws: ``SecretsError`` as ``opened(with:)``; `blockMismatch` when it has another key.
  public func opened(withKeyOf other: OpenedFile) throws(SecretsError) -> OpenedFile {
    try Verification(self, other.key).opened(admitting: .nothing)
  }
}
