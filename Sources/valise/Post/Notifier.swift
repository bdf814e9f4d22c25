internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// Tells the programs of the configuration of messages that came, at least once each.
struct Notifier {
  private let access: MailboxAccess
  private let hooks: [ReceiveHook]

  /// So many are told of in one go.
  private static let limit = 1_000

  init(_ access: MailboxAccess) throws {
    self.access = access
    hooks = try Configuration(access.book.keyring).receiveHooks
  }

  /// Whether there is anybody to tell.
  var isNeeded: Bool { !hooks.isEmpty }

  /// Tells of all that is due; what fails is tried again later.
  func run() throws {
    guard isNeeded else { return }
    for entry in try access.mailbox.notifications(due: Platform.now(), limit: Self.limit) {
      guard let reason = try tell(of: entry) else {
        try access.mailbox.noteNotified(entry.id)
        continue
      }
      let outcome = try access.mailbox.noteNotificationFailure(entry.id, now: Platform.now())
      let next =
        switch outcome {
        case .retried(let time): "it is tried again at \(Platform.localTime(of: time))"
        case .droppedNotification: "it is given up; the message is in the inbox"
        }
      Console.warning("the program for \(entry.name.short) failed: \(reason); \(next)")
    }
  }

  /// - Returns: why one of the programs is to be run again; nil when all are done.
  private func tell(of entry: InboxEntry) throws -> String? {
    let letter: OpenedLetter
    do { letter = try OpenedLetter(.received(entry), access) } catch let error as PostError {
      return error.reason
    }
    let sender = try access.names.signer(entry.issuer)?.name ?? ""
    let message = try letter.json().compact
    for hook in hooks where try hook.isFor(sender, in: access.book) {
      let outcome = try hook.run(id: entry.name.description, message: message)
      if case .failed(let reason) = outcome { return reason }
    }
    return nil
  }
}
