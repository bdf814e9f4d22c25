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

  /// What there is.
  struct Contents {
    var files: [File] = []
    /// Directories and files that cannot be read.
    var unreadable: [FileError] = []
    /// What looks sealed and is not understood, and why.
    var doubtful: [(path: String, reason: String)] = []

    /// Says what was passed over.
    func warn() {
      for error in unreadable { Console.warning("\(Text.shown(error.path)): \(error.reason)") }
      for (path, reason) in doubtful {
        Console.warning(
          "\(Text.shown(path)): looks sealed, and is passed over: \(Text.shown(reason))")
      }
    }
  }

  let path: String

  /// All of them, as far as they can be read; what cannot is warned of.
  func files() -> [File] {
    let contents = contents()
    contents.warn()
    return contents.files
  }

  /// All of them, and what cannot be told.
  func contents() -> Contents {
    var contents = Contents()
    let (paths, unreadable) = FileTree(path: path).files()
    contents.unreadable = unreadable
    for path in paths {
      do { try Self.look(at: path, &contents) } catch { contents.unreadable.append(error) }
    }
    return contents
  }

  /// An envelope's reader looks no further for where it begins, nor need we.
  private static let startByteCount = 1 << 16

  private static func look(at path: String, _ contents: inout Contents) throws(FileError) {
    guard let input = try InputFile.regular(path: path) else { return }
    var start: [UInt8] = []
    _ = try input.read(at: 0, upTo: 3, appendingTo: &start)
    if start.first.map(isSpace) == true {
      start.removeAll()
      _ = try input.read(at: 0, upTo: startByteCount, appendingTo: &start)
    }
    let isJSON = start.first { !isSpace($0) } == UInt8(ascii: "{")
    var doubt: JOSEError?
    // The compact form's header begins so in base64url.
    if isJSON || start.elementsEqual("eyJ".utf8), let bytes = FileAccess(input) {
      do throws(JOSEError) {
        let envelope = try JWE.Envelope(bytes)
        contents.files.append(File(path, holdsSecrets: false, envelope.recipients))
        return
      } catch { doubt = error }
    }
    if let file = try fileOfSecrets(path) { return contents.files.append(file) }
    if let doubt, isJSON, try hasEnvelopeMembers(input) {
      contents.doubtful.append((path, doubt.reason))
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  /// Whether it begins like what nothing but an envelope does: one that was cut short, for one.
  private static func hasEnvelopeMembers(_ input: InputFile) throws(FileError) -> Bool {
    var start: [UInt8] = []
    _ = try input.read(at: 0, upTo: startByteCount, appendingTo: &start)
    let text = String(decoding: start, as: UTF8.self)
    guard !text.contains("\"payload\""), !text.contains("\"signatures\"") else { return false }
    return text.contains("\"ciphertext\"") || text.contains("\"encrypted_key\"")
      || text.contains("\"protected\":\"ey")
  }

  /// What has no block has no sealed values, and what begins without any and has a name that tells no
  /// format is not read further.
  private static func fileOfSecrets(_ path: String) throws(FileError) -> File? {
    guard let input = try InputFile.regular(path: path), let byteCount = input.byteCount,
      byteCount <= UInt64(SecretsAccess.limit)
    else { return nil }
    var bytes: [UInt8] = []
    if FileFormat(fileName: path) == nil {
      _ = try input.read(at: 0, upTo: startByteCount, appendingTo: &bytes)
      guard SealedMark.isIn(bytes) else { return nil }
    }
    // Reads without a place go on from the start: those above had one.
    bytes = try input.readAll(limit: SecretsAccess.limit)
    return SealedValues(bytes).map { File(path, holdsSecrets: true, $0.recipients) }
  }
}

extension SealedTree.File {
  fileprivate init(
    _ path: String, holdsSecrets: Bool, _ recipients: [JWE.RecipientDescription]
  ) {
    self.path = path
    self.holdsSecrets = holdsSecrets
    keyIDs = Set(recipients.compactMap(\.keyID))
    hidesReaders = recipients.contains { $0.keyID == nil && $0.means == .privateKey }
  }
}
