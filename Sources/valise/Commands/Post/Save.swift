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
      throw Self.pending(attachment)
    }
    var saved: [(name: String, byteCount: Int)] = []
    for attachment in letter.message.attachments {
      let (name, file) = try freeFile(attachment.name)
      try save(attachment, to: file, access)
      saved.append((name, attachment.byteCount))
    }
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

  /// A file that is called as the sender called it, or nearly so.
  private func freeFile(_ name: String) throws -> (String, StagedFile) {
    let safe = SafeName.of(name)
    for number in 1...10_000 {
      let name = number == 1 ? safe : SafeName.numbered(safe, number)
      do throws(FileError) {
        let file = try StagedFile(path: "\(output)/\(name)")
        return (name, file)
      } catch {
        guard error.code == .exists else { throw Failure(writing: error) }
      }
    }
    throw Failure(.cannotCreate, "\(Text.shown(output)): has ten thousand files called \(safe)")
  }

  private func save(
    _ attachment: Attachment, to file: StagedFile, _ access: MailboxAccess
  ) throws {
    let progress = Progress(total: UInt64(clamping: attachment.byteCount), quiet: answer.quiet)
    defer { progress.finish() }
    let sink = WatchedSink(sink: FileSink(file), progress: progress)
    do throws(PostError) { try access.mailbox.open(attachment, into: sink) } catch {
      guard error.code == .notArrived else { throw error }
      throw Self.pending(attachment)
    }
  }

  private static func pending(_ attachment: Attachment) -> Failure {
    Failure(
      .tryAgain, "\(Text.shown(attachment.name)): parts of it have not arrived",
      hint: "valise sync looks for them")
  }
}
