internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Primitives
internal import Secrets

extension SecretsCommand {
  /// The command valise secrets get.
  struct Get: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "get",
      abstract: "Print one value of a sealed file.",
      discussion: """
        Quotes and escapes of the format are resolved, and a line end is added. A mapping or a list is \
        printed as JSON.
        """)

    @OptionGroup var options: SecretsOptions

    @Flag(help: "Print it as JSON: a string in quotes, a number as it is.")
    var json = false

    @Argument(help: "The file; - for standard input.")
    var file: String

    @Argument(help: "Where the value stands: database/users[0]/password.")
    var path: String

    func run() throws {
      let path = try SecretsCommand.path(path)
      let access = try options.access()
      let source = try access.read(file)
      try SecretsSigning.check(source, access.rules)
      let opened = try access.opened(source.file, name: file)
      do {
        guard !json else { return try printJSON(path, opened) }
        let text = try opened.text(at: path)
        let bytes = text.withBytes { Array(copying: $0) }
        let output = try Output(nil, force: false)
        try output.refuseControls(hint: "--json prints it escaped") { try $0.write(bytes.span) }
        try output.write((bytes.last == 0x0A ? bytes : bytes + [0x0A]).span)
      } catch let error as SecretsError {
        guard error.code == .noSuchPath else { throw Failure(error, naming: file) }
        try printJSON(path, opened, orThrow: error)
      }
    }

    private func printJSON(
      _ path: SecretPath, _ opened: OpenedFile, orThrow error: SecretsError? = nil
    ) throws {
      let values: [OpenedFile.Value]
      do { values = try opened.texts() } catch { throw Failure(error, naming: file) }
      guard let json = try NestedValues.json(at: path, of: values, in: file) else {
        // The library's own words for what is not there.
        if let error { throw Failure(error, naming: file) }
        _ = try opened.text(at: path)
        return
      }
      try Console.print(json)
    }
  }

  /// The command valise secrets set.
  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set",
      abstract: "Change or add one value of a sealed file.",
      discussion: """
        Without VALUE it is asked for on the terminal, or read with --stdin: what stands on a command \
        line, others on the machine can see. It is a text, unless a number, a truth value or a date \
        stood there and it is one too; with --json it is what it is in JSON. A value that begins with \
        a hyphen has -- before it.
        """)

    @OptionGroup var options: SecretsOptions

    @Flag(
      name: .customLong("stdin"),
      help: "Read the value from standard input, to its end; a last line end is left out.")
    var readsInput = false

    @Flag(help: "Read the value as JSON: a text in quotes, a number, true, false or null.")
    var json = false

    @OptionGroup(title: "Signing") var signing: SigningOptions

    @Argument(help: "The file.")
    var file: String

    @Argument(help: "Where the value stands: database/users[0]/password.")
    var path: String

    @Argument(help: "The value.")
    var value: String?

    func run() throws {
      let path = try SecretsCommand.path(path)
      guard value == nil || !readsInput else {
        throw Failure(.usage, "--stdin and a value exclude each other")
      }
      let change = try SecretsChange(options, signing, file)
      let bytes = try change.run { (opened) throws in
        let text = try text().withBytes { Array(copying: $0) }
        let (value, writing) = json ? try parsed(text) : (text, .asBefore)
        do throws(SecretsError) {
          return try opened.setting(path, to: value, writing: writing)
        } catch { throw Failure(error, naming: file) }
      }
      if try change.isClear(path, in: bytes) {
        Console.warning(
          "\(Text.shown(file)): \(Text.shown(path.description)) stands in clear: it is not among "
            + "what is secret in the file")
      }
    }

    /// A value of JSON, and how it is written.
    private func parsed(_ text: [UInt8]) throws -> (text: [UInt8], writing: OpenedFile.Writing) {
      guard let root = try? JSONDocument(parsing: text).root, !root.isObject, !root.isArray else {
        throw Failure(
          .usage, "the value is not a text in quotes, a number, true, false or null",
          hint: "valise secrets edit changes mappings and lists")
      }
      if let text = root.utf8 { return (text, .string) }
      return (Array(text[root.writtenRange]), .bare)
    }

    private func text() throws -> SecretBytes {
      if let value { return SecretBytes(copying: Array(value.utf8).span) }
      do {
        guard readsInput else {
          guard let typed = try SecretInput.ask("valise: value of \(Text.shown(path)): ") else {
            throw Failure(
              .usage, "no value was given", hint: "--stdin reads it from standard input")
          }
          return typed
        }
        let input = try InputFile.standardInput()
        let text = try SecretInput.readAll(
          descriptor: input.descriptorNumber, limit: SecretsAccess.limit)
        // One line end is the pipe's, as `get` adds one.
        let isEnded = text.withBytes { !$0.isEmpty && $0[$0.count - 1] == 0x0A }
        return isEnded ? text.extracting(0..<(text.byteCount - 1)) : text
      } catch let error as FileError {
        throw Failure(reading: error)
      } catch let error as PrimitiveError {
        throw Failure(.badData, "standard input: \(error.reason)")
      }
    }
  }

  /// The command valise secrets unset.
  struct Unset: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "unset",
      abstract: "Remove one value and its key from a sealed file.")

    @OptionGroup var options: SecretsOptions

    @OptionGroup(title: "Signing") var signing: SigningOptions

    @Argument(help: "The file.")
    var file: String

    @Argument(help: "Where the value stands: database/users[0]/password.")
    var path: String

    func run() throws {
      let path = try SecretsCommand.path(path)
      _ = try SecretsChange(options, signing, file).run { (opened) throws in
        do throws(SecretsError) { return try opened.unsetting(path) } catch {
          throw Failure(error, naming: file)
        }
      }
    }
  }
}

/// A change of one sealed file in its place.
struct SecretsChange {
  private let access: SecretsAccess
  private let source: SecretsAccess.Source
  private let signing: SecretsSigning
  private let rule: Rules.Rule?

  init(_ options: SecretsOptions, _ signing: SigningOptions, _ file: String) throws {
    access = try options.access()
    source = try access.readToChange(file)
    try SecretsSigning.check(source, access.rules)
    rule = try access.rules.rule(for: file)
    self.signing = SecretsSigning(access, rule, signing)
  }

  /// Opens the file and puts what `change` makes of it in its place, sealed as its rule wants.
  func run(_ change: (OpenedFile) throws -> [UInt8]) throws -> [UInt8] {
    let changed = try change(access.opened(source.file, name: source.path))
    let bytes = try access.following(rule, changed, source.file.format, name: source.path)
    try access.write(signing.signed(bytes, source), to: source)
    return bytes
  }

  func isClear(_ path: SecretPath, in bytes: [UInt8]) throws -> Bool {
    do { return try SecretFile(bytes, format: source.file.format).clearPaths.contains(path) } catch
    {
      throw Failure(error, naming: source.path)
    }
  }
}
