import Foundation
import JOSE
import Testing

@testable import Contacts

/// Whose a key is while a contact that may have it cannot be read.
@Suite struct DamagedContactTests {
  private let scratch: Scratch
  private let ann: UnlockedIdentity
  private let key: String

  init() throws {
    scratch = try Scratch()
    ann = try People.identity("ann")
    key = try ann.identity.card.signingKey.thumbprintText()
    try scratch.keyring.contacts.add(Contact(name: "ann", published: ann.published))
  }

  private func book(_ project: ContactBook? = nil) -> AddressBook {
    AddressBook(keyring: scratch.keyring, project: project)
  }

  /// Writes where the file lies, which leaves the directory's time as it was.
  private func writeOver(_ name: String, _ text: Data) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: scratch.file("contacts/\(name).json")))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: text)
    try handle.close()
  }

  @Test("their key is not another's who only lists it, and is theirs again when they are mended")
  func contested() throws {
    let keys = try [People.publicKey(), ann.identity.card.signingKey]
    try scratch.keyring.contacts.add(Contact(name: "mallory", published: .bare(keys)))
    #expect(try book().signer(key)?.name == "ann")
    let whole = try #require(
      FileManager.default.contents(atPath: scratch.file("contacts/ann.json")))
    // Cut off, and whole but for its signature.
    let forged = String(decoding: whole, as: UTF8.self)
      .replacing(/"signature": "..../, with: #""signature": "AAAA"#)
    for damaged in [Data("{".utf8), Data(forged.utf8)] {
      try writeOver("ann", damaged)
      for round in 0..<3 {
        #expect(try book().signer(key) == nil)
        #expect(try book().owners(of: [key]).isEmpty)
        #expect(try book().damage(hiding: [key]).map(\.code) == [.damaged])
        try scratch.keyring.contacts.add(People.contact("p\(damaged.count)-\(round)"))
      }
      try writeOver("ann", whole)
      #expect(try book().signer(key)?.name == "ann")
      #expect(try book().damage(hiding: [key]).isEmpty)
    }
  }

  @Test("a stranger's key may be theirs where nothing is known of them, and another's is not")
  func unknown() throws {
    _ = unlink(scratch.file("cache/contacts"))
    try writeOver("ann", Data("{".utf8))
    try scratch.keyring.contacts.add(People.contact("bob"))
    #expect(try book().signer(key) == nil)
    let damage = try book().damage(hiding: [key])
    #expect(
      damage.count == 1 && damage.first?.reason.hasPrefix("the contact ann is damaged") == true)
    let bobs = try scratch.keyring.contacts.requiredContact("bob").keys[0].thumbprintText()
    #expect(try book().owners(of: [bobs, key]) == [bobs: "bob"])
    try scratch.keyring.contacts.removeContact("ann")
    #expect(try book().damage(hiding: [key]).isEmpty)
  }

  @Test("a link to itself or to a device is damaged, and stops nobody else's look-up")
  func kinds() throws {
    let path = scratch.file("contacts/ann.json")
    for target in [path, "/dev/zero"] {
      #expect(unlink(path) == 0 && symlink(target, path) == 0)
      try scratch.keyring.contacts.add(People.contact("p\(UInt32.random(in: 0...(.max)))"))
      #expect(try book().signer(key) == nil)
      #expect(try book().damage(hiding: [key]).count == 1)
    }
  }

  @Test("what a project has of somebody and cannot be read takes nobody's key from them")
  func project() throws {
    let project = scratch.keyring("project").contacts
    try FileManager.default.createDirectory(
      atPath: "\(scratch.path)/project/contacts", withIntermediateDirectories: true)
    let forged = String(
      decoding: try Contact(name: "eve", published: ann.published).json.readable, as: UTF8.self)
    try Data(forged.replacing("\"signature\"", with: "\"signatur\"").utf8)
      .write(to: URL(filePath: "\(scratch.path)/project/contacts/eve.json"))
    let shared = ContactBook(
      project.files, isShared: true, indexedIn: .init(path: "\(scratch.path)/cache"), as: "project")
    #expect(try book(shared).signer(key)?.name == "ann")
    try writeOver("ann", Data("{".utf8))
    #expect(try book(shared).signer(key) == nil)
  }
}
