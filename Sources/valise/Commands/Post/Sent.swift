internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// The command valise sent.
struct Sent: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sent",
    abstract: "List what you sent, and who has it.",
    discussion: "A message counts as had by somebody when one of their devices has acknowledged it."
  )

  @Flag(help: "List all of them, not only the newest 50.")
  var all = false

  @Flag(help: "List only those that somebody has not acknowledged.")
  var waiting = false

  @OptionGroup(title: "Passphrase options")
  var passphrases: PassphraseOptions

  @Flag(help: "Print JSON.")
  var json = false

  private static let pageCount = 50

  func run() throws {
    let access = try MailboxAccess(passphrases)
    let list = LetterList(access)
    var deliveries: [(SentEntry, [DeliveryState])] = []
    var last: SentEntry?
    repeat {
      let page = try access.mailbox.sent(limit: Self.pageCount, after: last)
      last = page.count == Self.pageCount ? page.last : nil
      for entry in page {
        let states = try access.names.deliveries(of: entry)
        if !waiting || states.contains(where: { !$0.isAcknowledged }) {
          deliveries.append((entry, states))
        }
      }
    } while last != nil && (all || deliveries.count < Self.pageCount)
    if !all { deliveries = Array(deliveries.prefix(Self.pageCount)) }
    if json {
      return try Console.print(
        .array(deliveries.map { try Self.json($0.0, $0.1, list) }))
    }
    guard !deliveries.isEmpty else {
      return Console.note("there are no such messages", quiet: false)
    }
    try Pager.show([
      Text.table(
        deliveries.map { entry, states in
          var row = try list.row(.sent(entry))
          row.append(Self.words(entry, states))
          return row
        })
    ])
  }

  private static func words(_ entry: SentEntry, _ states: [DeliveryState]) -> String {
    let waiting = states.filter { !$0.isAcknowledged }.map { Text.shown($0.name) }
    guard !waiting.isEmpty else { return "all have it" }
    let names = waiting.joined(separator: ", ")
    if entry.expiresAt <= Platform.now() { return "expired; \(names) never had it" }
    if entry.isOver { return "given up; \(names) never had it" }
    let state =
      entry.attemptCount == 0
      ? "not sent yet" : "waits for \(names) since \(Platform.day(of: entry.createdAt))"
    let obstacle = entry.obstacle.map { ": \(words($0))" } ?? ""
    return "\(state)\(obstacle); expires on \(Platform.day(of: entry.expiresAt))"
  }

  private static func words(_ obstacle: PostingObstacle) -> String {
    switch obstacle {
    case .noSpace: "the post's disk has no room for it"
    case .obstructed: "something else is in its place in the post"
    case .notPermitted: "the post may not be written to"
    case .lostAttachment: "its attachment is lost; delete it and send it again"
    case .inputOutput: "the post cannot be written"
    }
  }

  private static func json(
    _ entry: SentEntry, _ states: [DeliveryState], _ list: LetterList
  ) throws -> JSONText {
    .object([
      .init("message", try list.json(.sent(entry))), .init("posted", .integer(entry.attemptCount)),
      .init("over", .bool(entry.isOver)),
      .init("obstacle", entry.obstacle.map { .word($0.rawValue) } ?? .null),
      .init(
        "deliveries",
        .array(
          states.map { state in
            .object([
              .init("name", .string(state.name)),
              .init("acknowledged", state.acknowledgedAt.map { .integer($0) } ?? .null),
            ])
          })),
    ])
  }
}

/// Whether somebody has a message.
struct DeliveryState {
  let name: String
  /// When the first of their devices said so.
  let acknowledgedAt: Int?

  var isAcknowledged: Bool { acknowledgedAt != nil }
}

extension CorrespondentNames {
  /// Who was written to, each once, however many devices they have.
  func deliveries(of entry: SentEntry) throws -> [DeliveryState] {
    var order: [String] = []
    var times: [String: Int?] = [:]
    for key in entry.readers {
      let name = try owners(of: [key])[0]
      if times[name] == nil { order.append(name) }
      let earlier = times[name] ?? nil
      times[name] = .some([earlier, entry.acknowledgedAt[key]].compactMap(\.self).min())
    }
    return order.map { DeliveryState(name: $0, acknowledgedAt: times[$0] ?? nil) }
  }
}
