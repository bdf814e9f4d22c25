internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Post

/// The command valise save.
struct Save: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "save",
    abstract: "Write what is attached to a message to files.",
    discussion: """
      The files are called as the sender called them, without what could lead out of the directory \
      or confuse a terminal. None is written over.
      """)

  @Argument(help: "The message's id, or as much of it as tells it from others.")
  var id: String

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The directory to write to.", valueName: "dir"))
  var output = "."

  @OptionGroup(title: "Passphrase options")
  var passphrases: PassphraseOptions

  @OptionGroup var answer: AnswerOptions

  func run() throws {
    let access = try MailboxAccess(passphrases)
    let letter = try OpenedLetter(access.entry(id), access)
    guard !letter.message.attachments.isEmpty else {
      throw Failure(.noInput, "nothing is attached to \(letter.entry.name.short)")
    }
    // All of them or none: whoever tries again must not get the first ones twice.
    for attachment in letter.message.attachments where !access.mailbox.isComplete(attachment) {
      throw Self.missing(attachment, letter)
    }
    _ = Platform.raiseOpenFileLimit()
    let directory: OutputDirectory
    do { directory = try OutputDirectory(path: output) } catch { throw Failure(writing: error) }
    var saved: [SavedFile] = []
    for attachment in letter.message.attachments {
      let file = try SavedFile(attachment, in: directory)
      try save(attachment, of: letter, to: file.staged, access)
      saved.append(file)
    }
    try SavedFile.place(saved)
    guard answer.json else {
      for file in saved {
        let size = Text.size(UInt64(clamping: file.byteCount))
        Console.note("\(Text.shown(output))/\(file.name) (\(size))", quiet: answer.quiet)
      }
      return
    }
    try Console.print(
      .array(
        saved.map {
          .object([
            .init("file", .string("\(output)/\($0.name)")), .init("size", .integer($0.byteCount)),
          ])
        }))
  }

  private func save(
    _ attachment: Attachment, of letter: OpenedLetter, to file: StagedFile,
    _ access: MailboxAccess
  ) throws {
    let progress = Progress(total: UInt64(clamping: attachment.byteCount), quiet: answer.quiet)
    defer { progress.finish() }
    let sink = HeldSink(sink: WatchedSink(sink: FileSink(file), progress: progress))
    do throws(PostError) { try access.mailbox.open(attachment, into: sink) } catch {
      guard error.code == .notArrived else { throw error }
      throw Self.missing(attachment, letter)
    }
  }

  private static func missing(_ attachment: Attachment, _ letter: OpenedLetter) -> Failure {
    guard !letter.isLate else {
      return Failure(
        .noInput,
        "\(Text.shown(attachment.name)): parts of it had not arrived when the message expired",
        hint: "whoever sent it may send it again")
    }
    return Failure(
      .tryAgain, "\(Text.shown(attachment.name)): parts of it have not arrived",
      hint: "valise sync looks for them")
  }
}

/// A sink whose bytes are whole when they are committed, and which somebody else shows then.
private struct HeldSink: StagedSink {
  let sink: WatchedSink

  func write(_ bytes: Span<UInt8>) throws(JOSEError) { try sink.write(bytes) }
  func reserve(_ byteCount: UInt64) throws(JOSEError) { try sink.reserve(byteCount) }
  func commit() throws(JOSEError) {}
}
