internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

/// The command valise encrypt.
struct Encrypt: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encrypt",
    abstract: "Encrypt a file for one or more people.",
    discussion: """
      The input is standard input unless a file is named, the output standard output. Each \
      recipient opens the result alone, with valise or any other JOSE program.
      """)

  @Option(
    name: [.customShort("r"), .customLong("recipient")],
    help: ArgumentHelp(
      "A contact, @group, me, or a file with a JWK, a JWK Set, PEM or a key of OpenSSH. May be "
        + "repeated.",
      valueName: "recipient"))
  var recipients: [String] = []

  @Option(
    name: [.customShort("R"), .customLong("recipients-file")],
    help: ArgumentHelp("A file with a recipient on each line. May be repeated.", valueName: "file"))
  var recipientFiles: [String] = []

  @Flag(
    name: [.customShort("p"), .customLong("passphrase")],
    help: "Encrypt for whoever knows a passphrase, and nobody else.")
  var usesPassphrase = false

  @OptionGroup(title: "Passphrase options")
  var passphrases: PassphraseOptions

  @OptionGroup var output: OutputOptions

  @Option(
    name: .customLong("enc"),
    help: ArgumentHelp(
      "The content encryption: A256GCM (default), A128GCM, A192GCM, A128CBC-HS256, A192CBC-HS384, "
        + "A256CBC-HS512, or XC20P of an expired draft.", valueName: "name"))
  var contentEncryption: String?

  @Flag(
    name: .customLong("hidden-recipients"),
    help: "Do not write who can open the result.")
  var hidesRecipients = false

  @OptionGroup(title: "Signing") var signing: SigningOptions

  @Flag(name: .shortAndLong, help: "Say nothing but errors and warnings.")
  var quiet = false

  @Argument(help: "The file to encrypt; - or nothing for standard input.")
  var input: String?

  func run() throws {
    var options = JWE.EncryptionOptions()
    options.contentEncryption = try chosenEncryption()
    let input = try Input.open(input)
    let output = try output.open(input: input)
    let book = try Environment.addressBook()
    let recipients = try chosenRecipients(book)
    options.signer = try signing.signer(OwnKeys(book, passphrases: passphrases))
    let progress = Progress(total: input.byteCount, quiet: quiet)
    let source = WatchedSource(source: FileSource(input), progress: progress)
    do {
      switch output {
      case .stream(let stream, _):
        try JWE.encrypt(from: source, into: StreamSink(stream), for: recipients, options: options)
      case .file(let file):
        let sink = FileSink(file)
        try JWE.encrypt(from: source, into: sink, for: recipients, options: options)
        try sink.commit()
      }
    } catch {
      guard error.code == .unsuitableKey else { throw Failure(error, naming: input.path) }
      throw Failure(error, naming: self.recipients.first ?? "a recipient")
    }
    progress.finish()
  }

  private func chosenEncryption() throws -> ContentEncryptionAlgorithm? {
    guard let contentEncryption else { return nil }
    guard let chosen = ContentEncryptionAlgorithm(rawValue: contentEncryption) else {
      let names = ContentEncryptionAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(
        .usage, "there is no content encryption \(Text.shown(contentEncryption))",
        hint: "there are \(names)")
    }
    return chosen
  }

  private func chosenRecipients(_ book: AddressBook) throws -> [JWE.Recipient] {
    let isNaming = !recipients.isEmpty || !recipientFiles.isEmpty
    guard usesPassphrase || isNaming else {
      throw Failure(
        .usage, "nobody is named who could open it",
        hint: "-r NAME names a recipient, -r me yourself, -p asks for a passphrase")
    }
    guard usesPassphrase else {
      guard !passphrases.areGiven || signing.areGiven else {
        throw Failure(.usage, "a passphrase is handed over, but not used without -p")
      }
      let resolved = try RecipientResolver.resolve(
        recipients, files: recipientFiles, in: book, quiet: quiet)
      guard !resolved.isEmpty else { throw Failure(.usage, "the recipients files name nobody") }
      try signing.check(resolved)
      return hidesRecipients ? resolved.map(\.hidden) : resolved
    }
    guard !isNaming else {
      throw Failure(
        .usage, "a passphrase stands alone: -p does not go with -r and -R",
        hint: "whoever guesses the passphrase would read what was meant for the others' keys")
    }
    guard !signing.areGiven else {
      throw Failure(
        .usage, "a file under a passphrase cannot be signed: a signature names its readers' keys",
        hint: "-r NAME names a reader")
    }
    let passphrase = try passphrases.new("passphrase")
    do { return [try JWE.Recipient(passphrase: passphrase)] } catch {
      throw Failure(error, naming: nil)
    }
  }
}
