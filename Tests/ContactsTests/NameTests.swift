import JOSE
import Testing

@testable import Contacts

/// A name means one person, and what ends says whose word is missing.
@Suite struct NameTests {
  private let scratch: Scratch
  private let keyring: Keyring

  init() throws {
    scratch = try Scratch()
    keyring = scratch.keyring
  }

  @Test("nobody can have the name of one's own identity, nor an identity a contact's")
  func collision() throws {
    let work = try People.identity("work")
    try keyring.add(work.identity)
    #expect(code { try keyring.contacts.add(People.contact("work")) } == .nameTaken)
    try keyring.contacts.add(People.contact("bob"))
    #expect(code { try keyring.contacts.rename("bob", to: "work") } == .nameTaken)
    #expect(code { try keyring.add(People.identity("bob").identity) } == .nameTaken)
    #expect(code { try keyring.checkIdentityName("bob") } == .nameTaken)
    #expect(try keyring.contacts.contactNames() == ["bob"])
    #expect(try keyring.identities().map(\.name) == ["work"])
  }

  @Test("a keyring that has both of old means oneself, everywhere")
  func oldCollision() throws {
    let work = try People.identity("work")
    try keyring.add(work.identity)
    let mallory = try People.identity("work")
    let contact = try Contact(name: "work", published: mallory.published)
    try scratch.put(contact.json.readable, "contacts/work.json")
    let book = AddressBook(keyring: keyring, project: nil)
    let own = try work.identity.card.keys[0].thumbprintText()
    let other = try mallory.identity.card.keys[0].thumbprintText()
    let person = try #require(try book.person("work", at: People.now))
    #expect(try person.keys.map { try $0.thumbprintText() } == [own])
    #expect(try book.currentKeyIDs(of: "work", at: People.now) == [own])
    #expect(try book.owners(of: [own, other]) == [own: "work"])
    #expect(try book.signer(mallory.signingKey.publicKey.thumbprintText()) == nil)
  }

  @Test("a key that ended says who can put another in its place")
  func ended() throws {
    let ended = try People.identity("eve", end: 1)
    try keyring.contacts.add(Contact(name: "card", published: ended.published))
    try keyring.contacts.add(Contact(name: "bare", published: ended.bare))
    try keyring.add(ended.identity)
    let book = AddressBook(keyring: keyring, project: nil)
    for (name, holder) in [
      ("card", EndedKeys.Holder.signer), ("bare", .nobody), ("eve", .oneself),
    ] {
      var error: ContactsError?
      do throws(ContactsError) { _ = try book.person(name, at: People.now) } catch let caught {
        error = caught
      }
      #expect(error?.code == .expired)
      #expect((error?.underlying as? EndedKeys)?.holder == holder)
    }
  }
}
