internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// Tells the programs of the configuration of messages that came, at least once each.
///
/// Nothing about them is a reason not to collect: what came waits until it can be told of.
struct Notifier {
  private let access: MailboxAccess
  private let hooks: Result<[ReceiveHook], Failure>

  /// So many are told of in one go.
  private static let limit = 1_000
  /// No further program is started after that: mail must not wait for those that hang.
  private static let patience = Duration.seconds(60)

  init(_ access: MailboxAccess) {
    self.access = access
    hooks = Result { try Configuration(access.book.keyring).receiveHooks }
      .mapError(Report.failure)
  }

  /// Whether there is anybody to tell, as far as that can be known.
  var isNeeded: Bool { (try? hooks.get().isEmpty) != true }

  /// Tells of what is due; what fails, and what time is not left for, is told of later.
  ///
  /// - Returns: whether there is more.
  /// - Throws: ``Failure`` `configuration` for a configuration that cannot be followed; `PostError`.
  @discardableResult
  func run() throws -> Bool {
    let hooks = try hooks.get()
    guard !hooks.isEmpty else { return false }
    let end = ContinuousClock.now + Self.patience
    let entries = try access.mailbox.notifications(due: Platform.now(), limit: Self.limit)
    for entry in entries {
      guard ContinuousClock.now < end else { return true }
      try note(tell(hooks, of: entry), entry)
    }
    return entries.count == Self.limit
  }

  private func note(_ failure: String?, _ entry: InboxEntry) throws {
    guard let failure else { return try access.mailbox.noteNotified(entry.id) }
    let outcome = try access.mailbox.noteNotificationFailure(entry.id, now: Platform.now())
    let next =
      switch outcome {
      case .retried(let time): "it is tried again at \(Platform.localTime(of: time))"
      case .droppedNotification: "it is given up; the message is in the inbox"
      }
    Console.warning("the program for \(entry.name.short) failed: \(failure); \(next)")
  }

  /// - Returns: why one of the programs is to be run again; nil when all are done.
  private func tell(_ hooks: [ReceiveHook], of entry: InboxEntry) -> String? {
    do {
      let letter = try OpenedLetter(.received(entry), access)
      let sender = try access.names.signer(entry.issuer)?.name ?? ""
      let message = try letter.json().compact
      for hook in hooks where try hook.isFor(sender, in: access.book) {
        let outcome = try hook.run(id: entry.name.description, message: message)
        if case .failed(let reason) = outcome { return reason }
      }
      return nil
    } catch { return Report.failure(error).message }
  }
}
