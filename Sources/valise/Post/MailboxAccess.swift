internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// The person's mailbox, and what it takes to use it.
final class MailboxAccess {
  let book: AddressBook
  let mailbox: Mailbox
  /// Who wrote, and whose keys are whose.
  let names: CorrespondentNames
  private let passphrases: PassphraseOptions
  private var unlocked: (identity: Identity, keys: Post.OwnKeys)?

  /// Opens the mailbox; only whoever joins a post makes one.
  init(_ passphrases: PassphraseOptions, makesOne: Bool = false) throws {
    book = try Environment.addressBook()
    let directory = Self.directory(book)
    guard makesOne || Mailbox.exists(in: directory.path) else {
      throw Failure(
        .configuration, "you take part in no post yet",
        hint: "valise post join DIR takes part in one, valise post init DIR makes one")
    }
    mailbox = try Mailbox(path: directory.path)
    names = CorrespondentNames(book)
    self.passphrases = passphrases
  }

  private init(_ earlier: MailboxAccess) throws {
    book = try Environment.addressBook()
    mailbox = earlier.mailbox
    names = CorrespondentNames(book)
    passphrases = earlier.passphrases
    // A passphrase is asked for again only where there are other keys to open.
    let identity = try owner()
    unlocked = earlier.unlocked.flatMap { $0.identity.isSame(as: identity) ? $0 : nil }
  }

  /// The same mailbox, with people and keys as they are by now.
  func renewed() throws -> MailboxAccess { try MailboxAccess(self) }

  /// Where the mailbox is, in the keyring's directory.
  static func directory(_ book: AddressBook) -> Directory {
    Directory(path: book.keyring.path).appending("mailbox")
  }

  /// Whose mailbox it is.
  func owner() throws -> Identity { try Environment.identity(nil, in: book.keyring) }

  /// The owner's keys, a passphrase asked for once where they are under one.
  func keys() throws -> Post.OwnKeys {
    if let unlocked { return unlocked.keys }
    let own = try owner().unlock(asking: passphrases)
    let signer: JWS.Signer
    do { signer = try JWS.Signer(own.signingKey) } catch {
      throw Failure(error, naming: own.identity.name)
    }
    let keys = try Post.OwnKeys(
      signer: signer, encryptionKeys: own.deviceKeys,
      card: own.identity.card.serialized)
    unlocked = (own.identity, keys)
    return keys
  }

  // MARK: Posts

  /// The posts that `names` mean, all of them for none.
  func posts(_ names: [String]) throws -> [JoinedPost] {
    let all = try mailbox.posts()
    guard !names.isEmpty else {
      guard !all.isEmpty else {
        throw Failure(
          .configuration, "you take part in no post yet",
          hint: "valise post join DIR takes part in one, valise post init DIR makes one")
      }
      return all
    }
    return try names.map { try Self.post($0, in: all) }
  }

  /// The post to write to: the one that `name` means, or the only one.
  func post(_ name: String?) throws -> JoinedPost {
    let all = try posts(name.map { [$0] } ?? [])
    guard all.count == 1 else {
      throw Failure(
        .usage,
        "you take part in \(all.count) posts: "
          + all.map { Text.shown($0.location) }.joined(separator: ", "),
        hint: "--post NAME says which; the end of its path will do")
    }
    return all[0]
  }

  /// The post that a message came through, or went into.
  func post(of entry: MailboxEntry) throws -> PostDescriptor {
    let identifier =
      switch entry {
      case .received(let entry): entry.post
      case .sent(let entry): entry.post
      }
    guard let post = try mailbox.posts().first(where: { $0.descriptor.identifier == identifier })
    else {
      throw Failure(
        .configuration, "you take no part any more in the post that the message came through",
        hint: "valise post join DIR takes part in it again")
    }
    return post.descriptor
  }

  /// Where something changes when there is something to do: one's own boxes, the outbox, and the
  /// keys, which other boxes may belong to.
  func watchedDirectories(_ posts: [JoinedPost]) throws -> [String] {
    var paths = [bell.path, "\(book.keyring.path)/identities"]
    for post in posts {
      paths += try keys().boxes(in: post.descriptor.identifier).map { "\(post.location)/\($0)" }
    }
    return paths
  }

  /// Queues messages, and wakes a sync that is watching.
  func send(_ drafts: [Draft], in post: PostDescriptor) throws -> [MessageID] {
    let dayCount = post.limits.dayCount
    guard drafts.allSatisfy({ $0.lifetime ?? 0 <= dayCount * 86_400 }) else {
      throw Failure(
        .usage, "--expires: a message may wait \(dayCount) days in this post",
        hint: "--expires \(dayCount)d is the longest")
    }
    let sent = try mailbox.send(drafts, from: keys(), in: post, now: Platform.now())
    // Whoever does not hear it finds the messages with the next look.
    try? bell.create()
    try? bell.write("bell", [], existing: .replaceAlone, isDurable: false)
    return sent
  }

  /// A directory in which something happens whenever something was queued.
  private var bell: Directory { Self.directory(book).appending("outbox") }

  /// A post goes by its path, the end of that, or the beginning of its id.
  private static func post(_ name: String, in all: [JoinedPost]) throws -> JoinedPost {
    let path = PostLocation.absolute(name)
    // A post that was made anew in the place of another one has the same path.
    let exact = all.filter { $0.location == path }
    let matching =
      exact.isEmpty
      ? all.filter {
        $0.location.hasSuffix("/\(name)") || $0.descriptor.identifier.text.hasPrefix(name)
      } : exact
    guard matching.count == 1 else {
      throw Failure(
        matching.isEmpty ? .noInput : .usage,
        matching.isEmpty
          ? "you take part in no post called \(Text.shown(name))"
          : "\(Text.shown(name)) may mean \(matching.count) of your posts",
        hint: "valise post status shows them")
    }
    return matching[0]
  }
}
