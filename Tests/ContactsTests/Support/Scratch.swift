import Contacts
import Foundation
import JOSE

/// A keyring for one test, gone with it.
final class Scratch {
  let path: String

  init() throws {
    // Where there is memory to write to, the disk need not be waited for.
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
    path = "\(memory ?? NSTemporaryDirectory())/valise-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var keyring: Keyring { Keyring(path: "\(path)/home") }

  /// Another's keyring, or the same one after it was opened again.
  func keyring(_ name: String) -> Keyring { Keyring(path: "\(path)/\(name)") }

  func file(_ name: String) -> String { "\(path)/home/\(name)" }

  func put(_ text: [UInt8], _ name: String) throws {
    let url = URL(filePath: file(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text).write(to: url)
  }

  func put(_ text: String, _ name: String) throws { try put(Array(text.utf8), name) }

  /// All files below the keyring, with what they hold.
  func files(below name: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in FileManager.default.subpaths(atPath: file(name)) ?? [] {
      files[path] = FileManager.default.contents(atPath: file("\(name)/\(path)"))
    }
    return files
  }
}

/// The code of the error that `body` ends with; nil when it does not.
func code<Result>(_ body: () throws -> Result) -> ContactsError.Code? {
  do {
    _ = try body()
    return nil
  } catch { return (error as? ContactsError)?.code }
}

/// The reason of the error that `body` ends with; nil when it does not.
func reason<Result>(_ body: () throws -> Result) -> String? {
  do {
    _ = try body()
    return nil
  } catch { return (error as? ContactsError)?.reason ?? "\(error)" }
}
