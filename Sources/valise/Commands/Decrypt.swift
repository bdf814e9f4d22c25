internal import ArgumentParser
internal import DurableFiles
internal import JOSE

/// The command valise decrypt.
struct Decrypt: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decrypt",
    abstract: "Decrypt a file with your keys.",
    discussion: """
      Without -i every identity of your keyring is tried, those that the file names first. Nothing \
      is shown or written before all of it was found to be whole, and from whom it says it is.
      """)

  @Option(
    name: [.customShort("i"), .customLong("identity")],
    help: ArgumentHelp(
      "A file with a private JWK, a JWK Set, an encrypted JWK or PEM. May be repeated.",
      valueName: "file"))
  var identities: [String] = []

  @OptionGroup(title: "Passphrase options")
  var passphrases: PassphraseOptions

  @OptionGroup var output: OutputOptions

  @Option(
    help: ArgumentHelp("Open it only if this contact sealed it, or me.", valueName: "name"))
  var from: String?

  @Flag(
    name: .customLong("require-signed"),
    help: "Open it only if somebody whom you know sealed it.")
  var requiresSignature = false

  @Flag(
    name: .customLong("require-commitment"),
    help: "Refuse a file that does not prove that all its recipients read the same.")
  var requiresCommitment = false

  @Flag(
    name: .customLong("allow-zip"),
    help: "Open a file whose content another program compressed, up to 1 GiB.")
  var allowsCompression = false

  @Flag(help: "Print who sealed it as JSON; goes with -o FILE.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors and warnings.")
  var quiet = false

  @Argument(help: "The file to decrypt; - or nothing for standard input.")
  var input: String?

  func run() throws {
    let input = try Input.open(input)
    let output = try output.open(input: input)
    if json, output.isStandard {
      throw Failure(.usage, "--json needs standard output for itself", hint: "-o FILE goes with it")
    }
    let book = try Environment.addressBook()
    let sender = try SenderCheck(
      book, file: input.path, from: from, isRequired: requiresSignature)
    let envelope = try Self.envelope(
      input, policy: policy(sender), for: .decryption, quiet: quiet)
    let own = OwnKeys(book, keyFiles: identities, passphrases: passphrases)
    let search = try KeyChoice(for: envelope, name: input.path, keys: own)
    let unlocked = try search.unlock(envelope)
    let opening: JWE.Opening
    do {
      switch output {
      case .file(let file): opening = try unlocked.decrypt(into: FileSink(file))
      case .stream(let stream, _):
        let verified = try unlocked.verify()
        opening = verified.opening
        try output.refuseControls { try verified.emit(into: $0) }
        try verified.emit(into: StreamSink(stream))
      }
    } catch let error as JOSEError { throw search.failure(error) }
    if opening.consistency == .unproven {
      Console.warning(
        "\(Text.shown(input.path)): consistency: unproven: its maker may have shown another "
          + "recipient another text")
    }
    try report(opening, sender, makers: envelope.makers)
  }

  private func report(_ opening: JWE.Opening, _ sender: SenderCheck, makers: String) throws {
    try sender.pin(opening.authorship, quiet: quiet)
    guard json else {
      return Console.note(try sender.words(opening.authorship, makers: makers), quiet: quiet)
    }
    let consistency =
      switch opening.consistency {
      case .proven: "proven"
      case .unproven: "unproven"
      case .notNeeded: "not needed"
      }
    try Console.print(
      .object([
        .init("signature", try sender.json(opening.authorship)),
        .init("consistency", .string(consistency)),
      ]))
  }

  private func policy(_ sender: SenderCheck) -> JWE.DecryptionPolicy {
    var policy = JWE.DecryptionPolicy()
    policy.signature = sender.policy
    if requiresCommitment { policy.requiredCommitment = .severalRecipients }
    if allowsCompression { policy.compression = .allowed(maximumByteCount: 1 << 30) }
    return policy
  }

  /// The structure of `input`; a pipe is kept in a nameless file to be read again.
  static func envelope(
    _ input: InputFile, policy: JWE.DecryptionPolicy, for use: JWE.Envelope.Use, quiet: Bool
  ) throws -> JWE.Envelope {
    var read: (any RandomAccessBytes)?
    do throws(JOSEError) {
      let bytes: any RandomAccessBytes =
        if let file = FileAccess(input) { file } else { try SpooledBytes(input) }
      read = bytes
      let progress = Progress(total: bytes.byteCount, quiet: quiet)
      return try JWE.Envelope(
        WatchedBytes(bytes: bytes, progress: progress), policy: policy, for: use)
    } catch {
      if error.code == .malformed, let foreign = read.flatMap(foreign) {
        throw foreign.failure(input.path)
      }
      throw SealedValues.failure(error, input)
    }
  }

  private static func foreign(_ source: any RandomAccessBytes) -> ForeignText? {
    var bytes: [UInt8] = []
    let count = min(source.byteCount, UInt64(ForeignText.byteCount))
    _ = try? source.read(at: 0, upTo: Int(count), appendingTo: &bytes)
    return ForeignText(fileOf: bytes.span)
  }
}
