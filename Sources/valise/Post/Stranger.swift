internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// Whoever sent something that is in quarantine, as they present themselves.
struct Stranger {
  let entry: QuarantineEntry
  /// Their card, which holds in itself and signed the message; nil when there is none.
  let card: Card?
  /// What the message is about, if the card's key signed it.
  let subject: String?
  /// Why there is no card.
  let reason: String?
  /// Who they are known to be by now.
  let name: String?

  init(_ entry: QuarantineEntry, _ access: MailboxAccess) throws {
    self.entry = entry
    name = try access.names.signer(entry.claimedIssuer)?.name
    do {
      let message = try access.mailbox.quarantined(entry.id, with: access.keys()) { _, card in
        [try Card(parsing: card).signingKey]
      }
      card = try message.card.map { try Card(parsing: $0) }
      subject = message.subject
      reason = nil
    } catch let error as PostError
      where [.untrusted, .malformed, .unusableKey].contains(error.code)
    {
      (card, subject) = (nil, nil)
      reason = error.reason
    }
  }

  /// A few lines for a person.
  func words() throws -> String {
    let size = Text.size(UInt64(clamping: entry.byteCount))
    let time = Platform.localTime(of: entry.receivedAt)
    var lines = ["\(entry.id)  \(time)  \(size)  \(claim)"]
    if let subject, !subject.isEmpty { lines.append("    about \(Text.shown(subject))") }
    if let card {
      lines += Text.fingerprint("   ", try PublishedKeys.card(card).fingerprint())
    }
    return lines.joined(separator: "\n")
  }

  private var claim: String {
    if let name { return "is \(Text.shown(name)), a contact by now" }
    if let card { return "says to be \(Text.shown(card.name))" }
    return "\(ThumbprintURI.short(entry.claimedIssuer)): \(Text.shown(reason ?? "no card"))"
  }

  /// The same as data.
  func json() throws -> JSONText {
    var members: [JSONText.Member] = [
      .init("number", .integer(Int(entry.id))), .init("iss", .string(entry.claimedIssuer)),
      .init("received", .integer(entry.receivedAt)), .init("size", .integer(entry.byteCount)),
      .init("contact", name.map { .string($0) } ?? .null),
      .init("claims_to_be", card.map { .string($0.name) } ?? .null),
      .init("subject", subject.map { .string($0) } ?? .null),
    ]
    if let card { members += Text.members(try PublishedKeys.card(card).fingerprint()) }
    return .object(members)
  }
}
