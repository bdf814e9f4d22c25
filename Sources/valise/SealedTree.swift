internal import DurableFiles
internal import JOSE

/// The sealed files below a directory.
struct SealedTree {
  /// A file that is sealed, and for which keys.
  struct File {
    let path: String
    let keyIDs: Set<String>
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
    guard start.first == UInt8(ascii: "{") || start.elementsEqual("eyJ".utf8),
      let bytes = FileAccess(input), let envelope = try? JWE.Envelope(bytes)
    else { return nil }
    return File(path: path, keyIDs: Set(envelope.recipients.compactMap(\.keyID)))
  }
}
