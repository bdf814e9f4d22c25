import JOSE
import Primitives
import Testing

@testable import Secrets

/// A key pair to seal for and to open with.
struct Reader {
  let key: PrivateJWK

  init() throws { key = try PrivateJWK.generate(.x25519) }

  var recipient: JWE.Recipient { get throws { try JWE.Recipient(key.publicKey) } }
  var opener: JWE.DecryptionKey { .privateKey(key) }
}

/// Tests of one reader's files.
protocol OneReaderTests {
  var reader: Reader { get }
}

extension OneReaderTests {
  var keys: [JWE.DecryptionKey] { [reader.opener] }

  func opened(_ text: String, _ format: FileFormat) throws -> OpenedFile {
    try SecretFile(text, format).sealed(for: reader).opened(with: keys)
  }

  func clear(_ bytes: [UInt8], _ format: FileFormat) throws -> String {
    string(try SecretFile(bytes, format: format).opened(with: keys).decrypted.copy)
  }
}

extension SecretFile {
  init(_ text: String, _ format: FileFormat) throws {
    try self.init(Array(text.utf8), format: format)
  }

  func sealed(for readers: Reader..., selection: Selection = .all) throws -> SecretFile {
    let sealed = try encrypted(
      for: readers.map { try $0.recipient }, selection: selection)
    return try SecretFile(sealed, format: format)
  }

  /// The tokens as they stand in the file, by path.
  var sources: [String: String] {
    Dictionary(
      uniqueKeysWithValues: document.tokens.map { ("\($0.path)", string(document.source($0))) })
  }
}

extension SecretBytes {
  var copy: [UInt8] { withBytes { [UInt8](copying: $0) } }
}

func string(_ bytes: some Sequence<UInt8>) -> String {
  String(decoding: Array(bytes), as: UTF8.self)
}

func path(_ text: String) throws -> SecretPath { try SecretPath(parsing: text) }

/// The code of the error that `body` throws; nil when it throws none.
func refusal(_ body: () throws -> Void) -> SecretsError.Code? {
  do {
    try body()
    return nil
  } catch { return (error as? SecretsError)?.code }
}
