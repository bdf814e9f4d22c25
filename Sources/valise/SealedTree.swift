internal import DurableFiles
internal import JOSE
internal import Secrets

/// The sealed files below a directory.
struct SealedTree {
  /// A file that is sealed, and for which keys.
  struct File {
    let path: String
    /// Whether only values in it are.
    let holdsSecrets: Bool
    let keyIDs: Set<String>
    /// Whether there are readers whose keys it does not name.
    let hidesReaders: Bool
  }

  let path: String

  /// All of them, as far as they can be read; what cannot is warned of.
  func files() -> [File] {
    let (paths, unreadable) = FileTree(path: path).files()
    for error in unreadable { Console.warning("\(Text.shown(error.path)): \(error.reason)") }
    var files: [File] = []
    for path in paths {
      do {
        if let file = try Self.file(path) { files.append(file) }
      } catch { Console.warning("\(Text.shown(path)): \(error.reason)") }
    }
    return files
  }

  /// Opens a file that is named, whatever it holds.
  static func open(_ path: String) throws -> InputFile {
    do {
      // A link that is named means its file, unlike one that is found.
      return try InputFile(path: path)
    } catch { throw Failure(reading: error) }
  }

  /// - Returns: nil for a file that is not sealed.
  private static func file(_ path: String) throws(FileError) -> File? {
    guard let input = try InputFile.regular(path: path) else { return nil }
    var start: [UInt8] = []
    _ = try input.read(at: 0, upTo: 3, appendingTo: &start)
    // JSON, or the compact form, whose header begins so in base64url.
    if start.first == UInt8(ascii: "{") || start.elementsEqual("eyJ".utf8),
      let bytes = FileAccess(input), let envelope = try? JWE.Envelope(bytes)
    {
      return File(path, holdsSecrets: false, envelope.recipients)
    }
    return try fileOfSecrets(path)
  }

  /// What has no block, or is none of a format that is known, has no sealed values.
  private static func fileOfSecrets(_ path: String) throws(FileError) -> File? {
    guard let format = FileFormat(fileName: path), let input = try InputFile.regular(path: path),
      let byteCount = input.byteCount, byteCount <= UInt64(SecretsAccess.limit)
    else { return nil }
    let bytes = try input.readAll(limit: SecretsAccess.limit)
    guard let recipients = try? SecretFile(bytes, format: format).recipients() else { return nil }
    return File(path, holdsSecrets: true, recipients)
  }
}

extension SealedTree.File {
  fileprivate init(
    _ path: String, holdsSecrets: Bool, _ recipients: [JWE.RecipientDescription]
  ) {
    self.path = path
    self.holdsSecrets = holdsSecrets
    keyIDs = Set(recipients.compactMap(\.keyID))
    hidesReaders = recipients.contains { $0.keyID == nil && !$0.takesPassphrase }
  }
}
