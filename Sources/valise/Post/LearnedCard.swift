internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Post

/// A newer card that came with somebody's message.
struct LearnedCard {
  private let name: String
  private let isOwn: Bool
  private let bytes: [UInt8]
  private let book: AddressBook

  /// Nil when nobody is known to sign so any more.
  init?(_ announced: AnnouncedCard, in book: AddressBook) throws {
    guard let signer = try book.signer(named: announced.issuer) else { return nil }
    name = signer.name
    isOwn = signer.standing == .own
    bytes = announced.card
    self.book = book
  }

  /// Takes over the keys that their owner signed with the pinned one, and says so.
  ///
  /// A card that does not hold is told of: the message is its sender's all the same.
  func take() throws {
    do throws(ContactsError) {
      if let note = try isOwn ? takeOwn() : takeOther() { Console.note(note, quiet: false) }
    } catch {
      guard error.code != .inputOutput, error.code != .busy else { throw error }
      Console.warning("\(name) sent a card that does not hold: \(Text.shown(error.reason))")
    }
  }

  private func takeOther() throws(ContactsError) -> String? {
    // What only a project says of somebody is not pinned by the way.
    guard try book.keyring.contacts.contact(name) != nil else { return nil }
    let contact = try Contact(
      name: name, published: .card(Card(parsing: bytes)), source: "a message",
      addedOn: Platform.day(of: Platform.now()))
    guard try book.keyring.contacts.add(contact) == .updated else { return nil }
    return contact.isRevoked
      ? "\(name) took all keys back" : "\(name) has new keys, signed by the pinned one"
  }

  /// Another device of the same person made it.
  private func takeOwn() throws(ContactsError) -> String? {
    guard let identity = try book.keyring.identity(name) else { return nil }
    switch try identity.update(to: Card(parsing: bytes)) {
    case .unchanged: return nil
    case .newer(let newer):
      try book.keyring.replace(identity, with: newer)
      return "another of your devices changed the card of \(name), which is taken over"
    case .diverged:
      return "two of your devices changed the card of \(name) at once; valise key update makes "
        + "one of both"
    }
  }
}
