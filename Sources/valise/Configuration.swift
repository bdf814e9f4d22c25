internal import Contacts
internal import DurableFiles
internal import Secrets

/// What a person has set up for the program to do by itself: `config.toml` beside the keyring.
///
/// ```toml
/// [[on-receive]]
/// run = ["/usr/local/bin/notify", "--quiet"]
/// from = ["alice", "@team"]
/// timeout = 60
/// ```
struct Configuration {
  /// The file, in the directory of the keyring.
  static let fileName = "config.toml"
  private static let byteLimit = 1 << 20
  private static let longestTimeout = 86_400

  /// What to run for messages that were received, in the order of the file.
  let receiveHooks: [ReceiveHook]

  /// The configuration of the person whose keyring it is; nothing is set up where there is none.
  ///
  /// - Throws: ``Failure`` `configuration`, naming the line, or why the file is not believed.
  init(_ keyring: Keyring) throws { try self.init(path: "\(keyring.path)/\(Self.fileName)") }

  /// The one in the file at `path`.
  init(path: String) throws {
    let bytes: [UInt8]
    do { bytes = try TrustedFile.read(path, limit: Self.byteLimit) } catch {
      guard error.code != .notFound else {
        receiveHooks = []
        return
      }
      throw Failure(untrusted: error)
    }
    do throws(SecretsError) {
      let list = try TOMLTableList(
        parsing: bytes, name: "on-receive",
        members: ["run": .strings, "from": .strings, "timeout": .number])
      var hooks: [ReceiveHook] = []
      for table in list.tables { hooks.append(try Self.hook(table)) }
      receiveHooks = hooks
    } catch { throw Failure(error, naming: path) }
  }

  private static func hook(_ table: TOMLTableList.Table) throws(SecretsError) -> ReceiveHook {
    guard let words = table["run"] else { throw table.refusal("an [[on-receive]] has no 'run'") }
    guard words[0].utf8.first == UInt8(ascii: "/") else {
      throw table.refusal("'\(words[0])' is not the absolute path of a program")
    }
    guard !words.contains(where: { $0.utf8.contains(0) }) else {
      throw table.refusal("a word of 'run' has a zero byte in it")
    }
    var timeout = ReceiveHook.usualTimeout
    if let text = table["timeout"]?.first {
      guard let seconds = Int(text), (1...longestTimeout).contains(seconds) else {
        throw table.refusal("'timeout' is not a number of seconds from 1 to \(longestTimeout)")
      }
      timeout = .seconds(seconds)
    }
    return ReceiveHook(words: words, senders: table["from"], timeout: timeout)
  }
}

extension Failure {
  /// A file of the person's own that is not as it must be to be believed.
  init(untrusted error: FileError) {
    let hint = error.code == .notPermitted ? "it is to be yours or root's, and chmod go-w" : nil
    self.init(.configuration, "\(Text.shown(error.path)): \(error.reason)", hint: hint)
  }
}
