internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// Any error, as text, hint and exit status.
///
/// The one place where errors of the floors below become words.
struct Report {
  private let failure: Failure?
  /// Help and the version, which are asked for and go to standard output.
  private let answer: String?

  init(_ error: any Error) {
    answer = Valise.exitCode(for: error) == .success ? Valise.fullMessage(for: error) : nil
    failure = answer == nil ? Self.failure(error) : nil
  }

  /// What went wrong.
  var message: String { failure?.message ?? "" }

  /// Prints it and returns the exit status.
  func show() -> Int32 {
    if let answer {
      return (try? Console.print(answer)) == nil
        ? ExitStatus.inputOutput.rawValue : ExitStatus.done.rawValue
    }
    guard let failure else { return ExitStatus.bug.rawValue }
    failure.show()
    return failure.status.rawValue
  }

  /// Any error, in words.
  static func failure(_ error: any Error) -> Failure {
    switch error {
    case let error as Failure: error
    case let error as JOSEError: Failure(error, naming: nil)
    case let error as ContactsError: Failure(error)
    case let error as PostError: Failure(error)
    case let error as FileError: Failure(reading: error)
    default: usage(error)
    }
  }

  private static func usage(_ error: any Error) -> Failure {
    let text = Valise.message(for: error)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    guard !lines.isEmpty else { return Failure(.bug, "an error without words") }
    // argument-parser writes sentences; messages here begin small and end without a stop.
    var first = lines.removeFirst()
    if first.hasPrefix("Error: ") { first.removeFirst(7) }
    first = first.prefix(1).lowercased() + first.dropFirst()
    if first.hasSuffix(".") { first.removeLast() }
    // It quotes the arguments, and a name that the shell put there may be anybody's.
    let hint = "valise --help lists the commands and their options"
    // A number below zero, most likely.
    let isNumber =
      first.hasPrefix("unknown option '-") && first.dropFirst(17).first?.isNumber == true
    return Failure(
      .usage, Text.shown(first),
      hint: isNumber ? "-- stands before what begins with a hyphen and is no option" : hint)
  }
}

extension Failure {
  /// An error with something that is read.
  init(reading error: FileError) {
    let status: ExitStatus =
      switch error.code {
      case .notFound, .notPermitted, .wrongKind: .noInput
      case .tooLarge: .badData
      case .busy: .tryAgain
      case .exists, .noSpace, .closed, .failed: .inputOutput
      }
    self.init(status, "\(Text.shown(error.path)): \(error.reason)")
  }

  /// An error with something that is written.
  init(writing error: FileError) {
    switch error.code {
    case .exists:
      self.init(
        .cannotCreate, "\(Text.shown(error.path)): exists already and was left as it is",
        hint: "--force replaces it, -o names another file")
    case .notFound:
      self.init(.cannotCreate, "\(Text.shown(error.path)): there is no such directory")
    case .notPermitted, .wrongKind:
      self.init(.cannotCreate, "\(Text.shown(error.path)): \(error.reason)")
    case .noSpace:
      self.init(
        .inputOutput, "\(Text.shown(error.path)): \(error.reason)",
        hint: "free some space and try again")
    case .busy: self.init(.tryAgain, "\(Text.shown(error.path)): \(error.reason)")
    case .closed, .tooLarge, .failed:
      self.init(.inputOutput, "\(Text.shown(error.path)): \(error.reason)")
    }
  }

  /// An error of the JOSE floor about the thing called `name`.
  init(_ error: JOSEError, naming name: String?) {
    if let file = error.underlying as? FileError {
      self.init(fileInTransit: file)
      return
    }
    // What was said by a look-up of ours comes back as it was.
    if let failure = error.underlying as? Failure {
      self = failure
      return
    }
    if let error = error.underlying as? ContactsError {
      self.init(error)
      return
    }
    let status: ExitStatus =
      switch error.code {
      case .malformed, .unsupported, .refused, .reencryptionNeeded, .limitExceeded, .invalidKey,
        .unsuitableKey,
        .decryptionFailed:
        .badData
      case .noMatchingKey: .noKey
      case .verificationFailed: .refused
      case .inputOutput: .inputOutput
      case .internalFailure: .bug
      }
    let prefix = name.map { "\(Text.shown($0)): " } ?? ""
    self.init(status, prefix + Text.shown(error.reason))
  }

  /// Reading and writing failed while the content streamed: which of both, only the path tells.
  private init(fileInTransit error: FileError) {
    switch error.code {
    case .exists: self.init(writing: error)
    default:
      self.init(
        .inputOutput, "\(Text.shown(error.path)): \(error.reason)",
        hint: error.code == .noSpace
          ? "free some space and try again" : nil)
    }
  }

  /// An error of the keyring.
  init(_ error: ContactsError) {
    let reason = Text.shown(error.reason)
    switch error.code {
    case .unknownName: self.init(.unknownName, reason)
    case .nameTaken: self.init(.cannotCreate, reason)
    case .invalidName: self.init(.usage, reason)
    case .damaged, .cycle, .limitExceeded: self.init(.configuration, reason)
    case .unusableKey: self.init(.badData, reason)
    case .wrongPassphrase: self.init(.noKey, reason)
    case .busy: self.init(.tryAgain, reason, hint: "try again in a moment")
    case .internalFailure: self.init(.bug, reason)
    case .expired, .revoked:
      let hint = (error.underlying as? EndedKeys).map { $0.hint(isRevoked: error.code == .revoked) }
      self.init(.refused, reason, hint: hint)
    case .untrusted:
      self.init(untrusted: reason, error.underlying as? KeyConflict)
    case .inputOutput:
      if let file = error.underlying as? FileError {
        self.init(writing: file)
      } else {
        self.init(.inputOutput, reason)
      }
    }
  }

  private init(untrusted reason: String, _ conflict: KeyConflict?) {
    guard let conflict else {
      self.init(.refused, reason)
      return
    }
    // The same key signed both where its owner's own old card is offered.
    let details =
      conflict.reason == .otherKeys
      ? Text.fingerprint("pinned", conflict.pinned) + Text.fingerprint("offered", conflict.offered)
      : []
    self.init(.refused, reason, details: details, hint: conflict.hint)
  }
}

extension KeyConflict {
  fileprivate var hint: String {
    guard !isOwn else {
      return
        "it is your own identity; valise contact remove --project \(name) takes what is not its "
        + "card out of the project"
    }
    return switch reason {
    case .otherKeys:
      "ask \(name) which is right; if it is the new one, valise contact remove \(name) makes room for "
        + "it"
    case .older: "ask \(name) for the newest card; an old one may hold a key that was lost"
    case .takenBack:
      "whoever has that signing key now may be anybody; ask \(name) for a card of new keys"
    }
  }
}

extension EndedKeys {
  fileprivate func hint(isRevoked: Bool) -> String {
    switch (holder, isRevoked) {
    case (.oneself, false): "valise key rotate \(name) makes a fresh key"
    case (.oneself, true):
      "valise key generate --name NEW makes another identity, valise key default NEW makes it yours"
    case (.signer, false):
      "ask \(name) for their new card: valise contact add \(name) FILE takes it"
    case (.nobody, false):
      "ask \(name) for their renewed or new key: valise contact add \(name) FILE takes the renewed "
        + "one, after valise contact remove \(name) any"
    case (_, true):
      "ask \(name) for new keys: valise contact remove \(name) makes room, then valise contact add "
        + "\(name) FILE and valise contact verify \(name)"
    }
  }
}
