internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Primitives
internal import Synchronization

/// Where passphrases come from: the terminal, unless a flag says otherwise.
struct PassphraseOptions: ParsableArguments {
  @Option(
    name: .customLong("passphrase-file"),
    help: ArgumentHelp("Read the passphrase from the first line of a file.", valueName: "file"))
  var file: String?

  @Option(
    name: .customLong("passphrase-fd"),
    help: ArgumentHelp(
      "Read the passphrase from the first line of an inherited descriptor.", valueName: "n"))
  var descriptor: Int32?

  mutating func validate() throws {
    if file != nil, descriptor != nil {
      throw ValidationError("--passphrase-file and --passphrase-fd exclude each other")
    }
  }

  /// Whether a flag hands a passphrase over.
  var areGiven: Bool { handed != nil }

  private var handed: HandedPassphrase? { HandedPassphrase(file: file, descriptor: descriptor) }

  /// The passphrase that opens something, `prompt` saying what.
  func existing(_ prompt: String) throws -> SecretBytes {
    if let handed { return try handed.read() }
    return try PassphraseQuestion.ask("\(prompt): ")
  }

  /// A passphrase that is to be set: asked for twice.
  ///
  /// `alternative` is another flag than those that hand one over, and what it does.
  func new(_ prompt: String, alternative: String? = nil) throws -> SecretBytes {
    if let handed { return try handed.read() }
    let flags = [alternative, "--passphrase-file or --passphrase-fd"].compactMap(\.self)
    return try PassphraseQuestion.askForNew(prompt, flags: flags.joined(separator: ", "))
  }
}

/// Where a passphrase that is to be set comes from, beside another one that opens something.
struct NewPassphraseOptions: ParsableArguments {
  @Option(
    name: .customLong("new-passphrase-file"),
    help: ArgumentHelp(
      "Read the new passphrase from the first line of a file.", valueName: "file"))
  var file: String?

  @Option(
    name: .customLong("new-passphrase-fd"),
    help: ArgumentHelp(
      "Read the new passphrase from the first line of an inherited descriptor.", valueName: "n"))
  var descriptor: Int32?

  @Flag(
    name: .customLong("no-passphrase"),
    help: "Leave the private keys readable for whoever can read the file.")
  var isUnprotected = false

  /// Those of the flags that were used.
  private var flags: [String] {
    [
      file.map { _ in "--new-passphrase-file" }, descriptor.map { _ in "--new-passphrase-fd" },
      isUnprotected ? "--no-passphrase" : nil,
    ].compactMap(\.self)
  }
  /// The flag that was used; nil when none was.
  var flag: String? { flags.first }

  mutating func validate() throws {
    guard flags.count < 2 else {
      throw ValidationError("\(flags[0]) and \(flags[1]) exclude each other")
    }
  }

  /// The passphrase to protect with; nil for none.
  ///
  /// `prompt` says what to ask for where no flag hands it over. The passphrase that `opening` hands
  /// over protects as well, if it is given and there is no other.
  func passphrase(_ prompt: String, orElse opening: PassphraseOptions? = nil) throws -> SecretBytes?
  {
    guard !isUnprotected else { return nil }
    if let handed = HandedPassphrase(file: file, descriptor: descriptor) {
      return try handed.read()
    }
    if let opening, opening.areGiven { return try opening.new(prompt) }
    return try PassphraseQuestion.askForNew(
      prompt, flags: "--new-passphrase-file or --new-passphrase-fd")
  }
}

/// A passphrase that the command line says where to read.
private enum HandedPassphrase: Hashable {
  case file(String)
  case descriptor(Int32)

  /// What was read: a pipe, by its number or by a name, can be read once, and a passphrase may be
  /// asked for again.
  private static let known = Mutex<[HandedPassphrase: SecretBytes]>([:])

  /// Nil when no flag was used.
  init?(file: String?, descriptor: Int32?) {
    if let file {
      self = .file(file)
    } else if let descriptor {
      self = .descriptor(descriptor)
    } else {
      return nil
    }
  }

  func read() throws -> SecretBytes {
    if let passphrase = Self.known.withLock({ $0[self] }) { return passphrase }
    let passphrase = try readFirstLine()
    Self.known.withLock { $0[self] = passphrase }
    return passphrase
  }

  private func opened() throws(FileError) -> InputFile {
    switch self {
    case .file(let path): try InputFile(path: path)
    case .descriptor(let number): try .inherited(number)
    }
  }

  private func readFirstLine() throws -> SecretBytes {
    do {
      let input = try opened()
      let passphrase = try SecretInput.readLine(descriptor: input.descriptorNumber)
      guard passphrase.byteCount > 0 else {
        throw Failure(.badData, "\(Text.shown(input.path)): the first line is empty")
      }
      return passphrase
    } catch let error as FileError {
      throw Failure(.noInput, "\(Text.shown(error.path)): \(error.reason)")
    } catch let error as PrimitiveError {
      throw Failure(.noInput, "the passphrase: \(error.reason)")
    }
  }
}

/// Asking for a passphrase on the terminal.
private enum PassphraseQuestion {
  /// A passphrase that nobody knows yet: twice, or nothing for one that is made.
  static func askForNew(_ prompt: String, flags: String) throws -> SecretBytes {
    let first = try ask("\(prompt) (nothing for a generated one): ", flags: flags)
    guard first.byteCount > 0 else { return try generated() }
    guard try ask("\(prompt), once more: ", flags: flags) == first else {
      throw Failure(.usage, "the two passphrases differ")
    }
    return first
  }

  /// A passphrase that nobody chose, shown once.
  private static func generated() throws -> SecretBytes {
    do {
      let passphrase = try GeneratedPassphrase.make()
      try SecretInput.tell("valise: the passphrase is ", passphrase)
      return passphrase
    } catch { throw Failure(.bug, error.reason) }
  }

  /// What is typed; `flags` are what helps where there is no terminal.
  static func ask(
    _ prompt: String, flags: String = "--passphrase-file or --passphrase-fd"
  ) throws -> SecretBytes {
    guard SecretInput.canAsk else {
      throw Failure(
        .usage, "a passphrase is needed, and there is no terminal to ask on",
        hint: "\(flags) hands one over")
    }
    do {
      guard let typed = try SecretInput.ask("valise: \(prompt)") else {
        throw Failure(.usage, "no passphrase was given")
      }
      return typed
    } catch let error as PrimitiveError {
      throw Failure(.usage, error.reason)
    }
  }
}
