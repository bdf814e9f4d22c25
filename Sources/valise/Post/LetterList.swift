internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// A list of messages, a line each.
struct LetterList {
  private let access: MailboxAccess

  init(_ access: MailboxAccess) { self.access = access }

  /// One row: id, whether it is new, when, who, what about.
  func row(_ entry: MailboxEntry) throws -> [String] {
    switch entry {
    case .received(let received):
      let letter = try opened(entry)
      let sender = try access.names.signer(received.issuer)?.name
      return [
        received.name.short, received.isRead ? " " : "*", Platform.localTime(of: received.issuedAt),
        sender ?? "the unknown key \(ThumbprintURI.short(received.issuer))", about(letter),
      ]
    case .sent(let sent):
      let letter = try opened(entry)
      return [
        sent.name.short, "", Platform.localTime(of: sent.createdAt),
        "to \(try access.names.owners(of: sent.readers).map(Text.shown).joined(separator: ", "))",
        about(letter),
      ]
    }
  }

  /// The same, as data.
  func json(_ entry: MailboxEntry) throws -> JSONText {
    guard let letter = try opened(entry) else {
      return .object([
        .init("id", .string(entry.name.description)), .init("opened", .bool(false)),
      ])
    }
    return .object(try letter.members())
  }

  /// The message; nil when none of the present keys opens it, which must not hide the others.
  private func opened(_ entry: MailboxEntry) throws -> OpenedLetter? {
    do { return try OpenedLetter(entry, access) } catch let error as PostError
      where [.unusableKey, .damaged].contains(error.code)
    { return nil }
  }

  private func about(_ letter: OpenedLetter?) -> String {
    guard let message = letter?.message else { return "(none of your keys opens it)" }
    let first = message.body.split(separator: "\n").first.map(String.init) ?? ""
    let text = Text.shown(message.subject.isEmpty ? String(first.prefix(60)) : message.subject)
    let count = message.attachments.count
    var marks = message.priority == .normal ? [] : [message.priority.rawValue]
    if count > 0 { marks.append("\(count) attached") }
    return marks.isEmpty ? text : "\(text) [\(marks.joined(separator: ", "))]"
  }
}
