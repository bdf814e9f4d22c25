internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Primitives

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
  var areGiven: Bool { file != nil || descriptor != nil }

  /// The passphrase that opens something, `prompt` saying what.
  func existing(_ prompt: String) throws -> SecretBytes {
    if let given = try given() { return given }
    return try ask("\(prompt): ")
  }

  /// A passphrase that is to be set: asked for twice.
  func new(_ prompt: String) throws -> SecretBytes {
    if let given = try given() { return given }
    let first = try ask("\(prompt) (nothing for a generated one): ")
    guard first.byteCount > 0 else { return try generated() }
    guard try ask("\(prompt), once more: ") == first else {
      throw Failure(.usage, "the two passphrases differ")
    }
    return first
  }

  /// A passphrase that nobody chose, shown once.
  private func generated() throws -> SecretBytes {
    do {
      let passphrase = try GeneratedPassphrase.make()
      try SecretInput.tell("valise: the passphrase is ", passphrase)
      return passphrase
    } catch { throw Failure(.bug, error.reason) }
  }

  private func given() throws -> SecretBytes? {
    guard areGiven else { return nil }
    do {
      let input =
        if let file { try InputFile(path: file) } else {
          try InputFile.inherited(descriptor ?? 0)
        }
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

  private func ask(_ prompt: String) throws -> SecretBytes {
    guard SecretInput.canAsk else {
      throw Failure(
        .usage, "a passphrase is needed, and there is no terminal to ask on",
        hint: "--passphrase-file or --passphrase-fd hands one over")
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
