internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Primitives
internal import Secrets

/// The command valise secrets diff.
struct SecretsDiff: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show what changed between two versions of a file.",
    discussion: """
      Values are in clear where your keys open the file. Where they do not, each is a mark that \
      changes when the value does. git calls it with --textconv once valise secrets git-setup has \
      told it to.
      """)

  @OptionGroup var options: SecretsOptions

  @Option(
    help: ArgumentHelp("Print this file for git to compare.", valueName: "file"))
  var textconv: String?

  @Argument(help: "The older file, then the newer one.")
  var files: [String] = []

  mutating func validate() throws {
    guard files.count == (textconv == nil ? 2 : 0) else {
      throw ValidationError("diff takes two files, or --textconv and one")
    }
  }

  func run() throws {
    if let textconv { return try write(Self.legible(textconv, options)) }
    var access = try options.access()
    // A copy of an old version is called anything, but is of the same format.
    access.format = try files.compactMap { try access.formatByName($0) }.last
    let texts = try files.map { path in
      try Self.legible(access.readRegular(path).file, name: path, access)
    }
    let diff = UnifiedDiff(from: texts[0], to: texts[1])
    let text = diff.text(naming: Text.shown(files[0]), Text.shown(files[1]))
    guard OutputStream.standardOutput().isTerminal else { return try write(text) }
    // What is shown is only looked at: a value that would drive the terminal is shown escaped.
    try write(Array(Text.paragraphs(String(decoding: text, as: UTF8.self)).utf8))
  }

  private func write(_ bytes: [UInt8]) throws {
    do { try OutputStream.standardOutput().write(bytes.span) } catch {
      throw Failure(writing: error)
    }
  }

  /// The file as it can be read here, whatever it is.
  ///
  /// A failure would end a whole git log, and a question would be asked for each version of each file:
  /// so what is not to be had without asking is shown sealed, and what cannot be read as it is.
  private static func legible(_ path: String, _ options: SecretsOptions) throws -> [UInt8] {
    let bytes: [UInt8]
    do { bytes = try InputFile(path: path).readAll(limit: 1 << 30) } catch {
      throw Failure(reading: error)
    }
    // git calls an older version by a name of its own, for which there is no rule.
    guard let format = options.format ?? FileFormat(ofSealed: bytes) else { return bytes }
    do {
      let file = try SecretFile(bytes, format: format)
      do {
        let own = OwnKeys(
          try Environment.addressBook(), keyFiles: options.identities,
          passphrases: options.passphrases, mayAsk: false)
        return try legible(file, name: path, SecretsAccess(own: own))
      } catch { return file.outline }
    } catch { return bytes }
  }

  /// The file in clear, or its outline for those who have no key to it.
  private static func legible(
    _ file: SecretFile, name: String, _ access: SecretsAccess
  ) throws -> [UInt8] {
    guard file.isSealed else { return file.bytes }
    do {
      return try access.opened(file, name: name).decrypted.withBytes { Array(copying: $0) }
    } catch let error as Failure where error.status == .noKey { return file.outline }
  }
}
