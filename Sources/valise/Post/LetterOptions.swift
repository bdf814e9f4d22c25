internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// What goes with a message's text.
struct LetterOptions: ParsableArguments {
  @Option(
    name: [.customShort("a"), .customLong("attach")],
    help: ArgumentHelp(
      "Send a file of any size with it; - for standard input. May be repeated.", valueName: "file"))
  var attachments: [String] = []

  @Option(
    help: ArgumentHelp(
      "A contact or @group that gets it too, unseen by the others. May be repeated.",
      valueName: "name"))
  var bcc: [String] = []

  @Option(
    help: ArgumentHelp(
      "Until when it is delivered: 12h, 30d, 4w, or a day; 30 days if nothing is said, or what the post allows.",
      valueName: "time"))
  var expires: Expiry?

  @Option(
    help: ArgumentHelp(
      "high goes out before the others, low after them.", valueName: "high|normal|low"),
    transform: Self.priority)
  var priority: Priority = .normal

  /// The message that says `body`, its attachments sealed into the mailbox.
  func draft(
    _ body: String, subject: String, to visible: [Correspondent], _ access: MailboxAccess,
    quiet: Bool
  ) throws -> Draft {
    if subject.isEmpty { try requireContent(body) }
    let people = People(access.book, isQuiet: quiet)
    var addressees = Addressees(visible)
    addressees.blind = try Self.correspondents(bcc, people)
    var draft = Draft(body: body, to: addressees)
    draft.subject = subject
    draft.priority = priority
    if let expires { draft.lifetime = try expires.time(from: people.now) - people.now }
    draft.attachments = try attachments.map { try Self.attach($0, access, quiet: quiet) }
    return draft
  }

  /// The text that `argument` is or leads to; none where standard input is attached.
  func text(_ argument: String?, draft: String = "") throws -> String {
    let count = attachments.count { $0 == "-" }
    guard count == 0 || count == 1 && argument != "-" else {
      throw Failure(.usage, "standard input can be one thing only, an attachment or the text")
    }
    return count == 1 ? argument ?? "" : try MessageText.read(argument, draft: draft)
  }

  /// Sees to it that there is a text, or a file: a program that failed and wrote nothing is no message.
  func requireContent(_ body: String) throws {
    if attachments.isEmpty { try MessageText.refuseEmpty(body) }
  }

  /// Those whom `names` mean.
  static func correspondents(_ names: [String], _ people: People) throws -> [Correspondent] {
    try names.flatMap { name in
      guard let meant = try people.meant(by: name) else {
        throw Failure(
          .unknownName, "there is no contact called \(Text.shown(name))",
          hint: try people.hint(unknown: name))
      }
      return meant.map(CorrespondentNames.correspondent)
    }
  }

  private static func priority(_ word: String) throws -> Priority {
    guard let priority = Priority(rawValue: word) else {
      throw ValidationError("--priority is high, normal or low")
    }
    return priority
  }

  private static func attach(
    _ path: String, _ access: MailboxAccess, quiet: Bool
  ) throws -> Attachment {
    let file: InputFile
    do { file = try path == "-" ? InputFile.standardInput() : InputFile(path: path) } catch {
      let failure = Failure(reading: error)
      throw error.code == .wrongKind
        ? failure.hinting("tar -cz DIR | valise send -a - sends a directory") : failure
    }
    let progress = Progress(total: file.byteCount, quiet: quiet)
    defer { progress.finish() }
    let name = path == "-" ? "stdin" : path.split(separator: "/").last.map(String.init) ?? path
    do {
      return try access.mailbox.attach(
        WatchedSource(source: FileSource(file), progress: progress), name: name,
        mediaType: "application/octet-stream", now: Platform.now())
    } catch {
      throw error.code == .limitExceeded
        ? Failure(.badData, "\(Text.shown(path)): \(error.reason)") : Failure(error)
    }
  }
}
