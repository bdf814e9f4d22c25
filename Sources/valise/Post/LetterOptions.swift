internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// What goes with a message's text.
struct LetterOptions: ParsableArguments {
  @Option(
    name: [.customShort("a"), .customLong("attach")],
    help: ArgumentHelp("Send a file of any size with it. May be repeated.", valueName: "file"))
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
    if let expires {
      let lifetime = expires.time(from: people.now) - people.now
      guard lifetime > 0 else { throw Failure(.usage, "--expires: that time is over") }
      draft.lifetime = lifetime
    }
    draft.attachments = try attachments.map { try Self.attach($0, access, quiet: quiet) }
    return draft
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
          hint: "valise contact add \(Text.shown(name)) FILE makes one; valise contact list shows "
            + "all")
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
    do { file = try InputFile(path: path) } catch { throw Failure(reading: error) }
    let progress = Progress(total: file.byteCount, quiet: quiet)
    defer { progress.finish() }
    let name = path.split(separator: "/").last.map(String.init) ?? path
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
