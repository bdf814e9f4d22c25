internal import Post

extension MessageID {
  /// Its first eight characters, which tell the messages of one mailbox apart.
  var short: String { String(description.prefix(8)) }
}

extension MailboxAccess {
  /// The message whose name begins with `prefix`.
  ///
  /// One that somebody sent to themselves is the received one.
  ///
  /// - Throws: ``Failure`` for none and for several.
  func entry(_ prefix: String) throws -> MailboxEntry {
    let entries = try entries(named: prefix)
    guard let first = entries.first else {
      throw Failure(
        .noInput, "there is no message \(Text.shown(prefix))",
        hint: "valise inbox and valise sent list them")
    }
    guard entries.allSatisfy({ $0.name == first.name }) else {
      throw Failure(
        .usage,
        "\(Text.shown(prefix)) may mean "
          + entries.map { String($0.name.description.prefix(12)) }.joined(separator: ", "))
    }
    for case .received(let entry) in entries { return .received(entry) }
    return first
  }

  private func entries(named prefix: String) throws -> [MailboxEntry] {
    do throws(PostError) { return try mailbox.entries(named: prefix) } catch {
      guard error.code == .malformed else { throw error }
      throw Failure(.usage, "\(Text.shown(prefix)): \(error.reason)")
    }
  }

  /// The received message whose name begins with `prefix`.
  func received(_ prefix: String) throws -> InboxEntry {
    guard case .received(let entry) = try entry(prefix) else {
      throw Failure(
        .noInput, "\(Text.shown(prefix)): is a message that you sent",
        hint: "valise read shows it, valise forward sends it on")
    }
    return entry
  }
}
