internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// A message as it is shown: what it says, and where it stands in the mailbox.
struct OpenedLetter {
  let entry: MailboxEntry
  let message: Message
  private let names: CorrespondentNames

  init(_ entry: MailboxEntry, _ access: MailboxAccess) throws {
    self.entry = entry
    names = access.names
    message =
      switch entry {
      case .received(let entry): try access.mailbox.message(entry.id, with: access.keys())
      case .sent(let entry): try access.mailbox.message(entry, with: access.keys())
      }
  }

  private var isSent: Bool { if case .sent = entry { true } else { false } }

  /// Parts of attachments that are still to come.
  private var missingPartCount: Int {
    if case .received(let entry) = entry { entry.missingPartCount } else { 0 }
  }

  /// Whether nothing of it can come any more.
  var isLate: Bool { message.expiresAt <= Platform.now() }

  /// Those who were written to, without the unseen ones.
  func readers() throws -> [String] { try names.owners(of: message.audience) }

  /// Whom no other reader sees: only who sent it knows.
  private func blindReaders() throws -> [String] {
    guard case .sent(let entry) = entry else { return [] }
    return try names.owners(of: entry.blindReaders)
  }

  // MARK: For people

  /// All of it, fit for a terminal.
  func lines() throws -> [String] {
    var rows = [["From:", try names.sender(message.issuer)]]
    let readers = try readers()
    if !readers.isEmpty {
      rows.append(["To:", readers.map(Text.shown).joined(separator: ", ")])
    }
    let blind = try blindReaders()
    if !blind.isEmpty {
      rows.append(["Bcc:", blind.map(Text.shown).joined(separator: ", ")])
    }
    rows.append(["Date:", Platform.localTime(of: message.issuedAt)])
    if !message.subject.isEmpty { rows.append(["Subject:", Text.shown(message.subject)]) }
    if message.priority != .normal { rows.append(["Priority:", message.priority.rawValue]) }
    rows.append(["Id:", entry.name.short])
    for (index, attachment) in message.attachments.enumerated() {
      rows.append([index == 0 ? "Attached:" : "", Self.words(attachment)])
    }
    if missingPartCount > 0 {
      rows.append([
        "",
        isLate
          ? "lost: \(missingPartCount) parts had not arrived when the message expired"
          : "pending: \(missingPartCount) parts have not arrived",
      ])
    }
    var lines = Text.table(rows).split(separator: "\n").map(String.init)
    lines.append("")
    lines += body
    return lines
  }

  private var body: [String] {
    Text.paragraphs(message.body).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// The body behind marks, as an answer quotes it.
  var quotation: [String] {
    message.body.split(separator: "\n", omittingEmptySubsequences: false).map { "> \($0)" }
  }

  private static func words(_ attachment: Attachment) -> String {
    "\(Text.shown(attachment.name)) (\(Text.size(UInt64(clamping: attachment.byteCount))))"
  }

  // MARK: For programs

  private static func json(_ attachment: Attachment) -> JSONText {
    .object([
      .init("name", .string(attachment.name)), .init("type", .string(attachment.mediaType)),
      .init("size", .integer(attachment.byteCount)),
    ])
  }

  /// All of it, as data.
  func json() throws -> JSONText {
    var members = try members()
    members.append(.init("body", .string(message.body)))
    return .object(members)
  }

  /// What a listing says of it, as data.
  func members() throws -> [JSONText.Member] {
    let signer = try names.signer(message.issuer)
    var members: [JSONText.Member] = [
      .init("id", .string(entry.name.description)), .init("sent", .bool(isSent)),
      .init("from", signer.map { .string($0.name) } ?? .null),
      .init("standing", signer.map { .string($0.standing.word) } ?? .null),
      .init("to", .array(try readers().map { .string($0) })),
      .init("bcc", .array(try blindReaders().map { .string($0) })),
      .init("subject", .string(message.subject)), .init("iss", .string(message.issuer)),
      .init("jti", .string(message.identifier)), .init("iat", .integer(message.issuedAt)),
      .init("exp", .integer(message.expiresAt)), .init("thread", .string(message.thread)),
      .init("re", message.inReplyTo.map { .string($0) } ?? .null),
      .init("priority", .string(message.priority.rawValue)),
      .init("attachments", .array(message.attachments.map(Self.json))),
    ]
    if case .received(let entry) = entry {
      members += [
        .init("read", .bool(entry.isRead)), .init("accepted", .integer(entry.acceptedAt)),
        .init("missing_parts", .integer(entry.missingPartCount)),
      ]
    }
    return members
  }
}
