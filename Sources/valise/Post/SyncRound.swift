internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// One time of looking after posts, whatever befalls each of them.
struct SyncRound {
  private let access: MailboxAccess
  private let vouchesForClock: Bool

  /// What came of one post.
  struct Outcome {
    let post: JoinedPost
    let summary: Result<SyncSummary, Failure>
  }

  init(_ access: MailboxAccess, vouchesForClock: Bool) {
    self.access = access
    self.vouchesForClock = vouchesForClock
  }

  func run(_ posts: [JoinedPost]) throws -> [Outcome] {
    // Asked for before the first post is touched, a passphrase would else come in the middle.
    let keys = try access.keys()
    return posts.map { post in
      Outcome(post: post, summary: Result { try sync(post, keys) }.mapError(Report.failure))
    }
  }

  private func sync(_ post: JoinedPost, _ keys: Post.OwnKeys) throws -> SyncSummary {
    let report: SyncReport
    do throws(PostError) {
      let transport = try DirectoryTransport(path: post.location)
      var courier = Courier(
        access.mailbox, post.descriptor, over: transport, keys: keys, knowing: access.names)
      courier.vouchesForClock = vouchesForClock
      report = try courier.sync(now: Platform.now())
    } catch { throw Failure(error).naming(post.location) }
    for card in report.cards { try learn(card) }
    return SyncSummary(post: post, report: report)
  }

  /// Takes over new keys that their owner signed with the pinned one.
  private func learn(_ announced: AnnouncedCard) throws {
    guard let signer = try access.names.signer(announced.issuer), signer.standing != .own else {
      return
    }
    do throws(ContactsError) {
      let contact = try Contact(
        name: signer.name, published: .card(Card(parsing: announced.card)),
        source: "a message", addedOn: Platform.day(of: Platform.now()))
      if try access.book.keyring.contacts.add(contact) == .updated {
        Console.note(
          "\(signer.name) has new keys, signed by the pinned one", quiet: false)
      }
    } catch {
      guard error.code != .inputOutput else { throw error }
      // The message is theirs all the same; what they say of their keys is not taken.
      Console.warning(
        "\(signer.name) sent a card that does not hold: \(Text.shown(error.reason))")
    }
  }
}

extension Failure {
  /// The same about the post at `location`, unless it says so already.
  func naming(_ location: String) -> Failure {
    let location = Text.shown(location)
    guard !message.contains(location) else { return self }
    return Failure(status, "\(location): \(message)", details: details, hint: hint)
  }
}
