internal import Contacts
internal import DurableFiles

/// A program that the person wants to be run for each message that was received.
struct ReceiveHook: Hashable {
  /// How long it may take where the configuration does not say it.
  static let usualTimeout = Duration.seconds(60)

  /// The absolute path of the program, and its arguments.
  let words: [String]
  /// The contacts and groups whose messages it is for; nil for everybody's.
  let senders: [String]?
  let timeout: Duration

  /// What came of a run.
  enum Outcome: Hashable {
    case done
    /// It is to be tried again, for the reason given.
    case failed(String)
  }

  /// Whether it is for messages of the contact called `sender`.
  ///
  /// - Throws: ``ContactsError`` when a group cannot be read.
  func isFor(_ sender: String, in book: AddressBook) throws -> Bool {
    guard let senders else { return true }
    return try senders.contains { name in
      guard name.hasPrefix("@") else { return name.utf8.elementsEqual(sender.utf8) }
      return try book.names(inGroup: String(name.dropFirst())).contains {
        $0.utf8.elementsEqual(sender.utf8)
      }
    }
  }

  /// The program itself, wherever links lead to.
  ///
  /// - Throws: ``Failure`` `configuration` when it is not there, or others could have written it.
  func program() throws -> String {
    do { return try TrustedFile.program(words[0]) } catch { throw Failure(untrusted: error) }
  }

  /// Runs it for the message called `id`, which is `message` on its standard input.
  ///
  /// It may have been run for this message before, and not have come to its end: `id`, in
  /// VALISE_MESSAGE_ID, tells it so.
  ///
  /// - Throws: ``Failure`` `configuration` as ``program()``.
  func run(id: String, message: [UInt8]) throws -> Outcome {
    let variables = Self.variables + [Array("VALISE_MESSAGE_ID=\(id)".utf8)]
    let command = [try program()] + words.dropFirst()
    do {
      switch try Subprocess.runApart(
        command, variables: variables, input: message, within: timeout)
      {
      case .exited(0): return .done
      case .exited(let status): return .failed("it ended with status \(status)")
      case .killed(let signal): return .failed("it was ended by signal \(signal)")
      case nil: return .failed("it was ended after \(timeout.components.seconds) s")
      }
    } catch { return .failed(error.reason) }
  }

  /// What a program needs to find its way about, and nothing else that happens to be there: variables
  /// are where people put passwords.
  private static var variables: [[UInt8]] {
    [
      "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "TZ",
      "TMPDIR",
      "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY",
      "VALISE_HOME",
    ].compactMap { name in Platform.environment(name).map { Array("\(name)=\($0)".utf8) } }
  }
}
