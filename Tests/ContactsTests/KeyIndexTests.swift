import Foundation
import JOSE
import Testing
import Seeded

@testable import Contacts

/// Whose a key is, as the index says, against what the contacts' files say.
@Suite struct KeyIndexTests {
  private let scratch: Scratch
  private let book: ContactBook

  init() throws {
    scratch = try Scratch()
    book = scratch.keyring.contacts
  }

  /// What a search through all contacts finds: who has or had the key itself, else who says so; nobody
  /// where there are two.
  private func naive(_ keyIDs: Set<String>) throws -> [String: String] {
    var holders: [String: Set<String>] = [:]
    var writers: [String: Set<String>] = [:]
    for name in try book.contactNames() {
      let contact = try book.requiredContact(name)
      let thumbprints = try contact.keys.map { try $0.thumbprintText() } + contact.formerKeyIDs
      for keyID in thumbprints { holders[keyID, default: []].insert(name) }
      for case let keyID? in contact.keys.map(\.metadata.keyID) {
        writers[keyID, default: []].insert(name)
      }
    }
    var owners: [String: String] = [:]
    for keyID in keyIDs {
      let claimed = holders[keyID] ?? (keyID.utf8.count == 43 ? [] : writers[keyID] ?? [])
      if claimed.count == 1 { owners[keyID] = claimed.first }
    }
    return owners
  }

  @Test("after any changes, also behind its back, it says what the files say", arguments: 1...6)
  func model(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var keyIDs: Set<String> = ["nobody's", ""]
    var identities: [String: UnlockedIdentity] = [:]
    for step in 0..<60 {
      let names = try book.contactNames()
      let name = names.randomElement(using: &generator) ?? "p0"
      switch Int.random(in: 0..<9, using: &generator) {
      case 0, 1:
        let own = try People.identity("p\(step)")
        identities["p\(step)"] = own
        try book.add(Contact(name: "p\(step)", published: own.published))
      case 2:
        // What somebody wrote as `kid` may be any text, and the same as others'.
        let others = keyIDs.filter { $0.utf8.count == 43 }.sorted().prefix(3)
        let keyID = (["shared", "a b\n", "é", "x"] + others).randomElement(using: &generator)
        try book.add(People.contact("p\(step)", keyID: keyID))
        keyIDs.insert(keyID ?? "")
      case 3:
        guard let rotated = try identities[name]?.rotated() else { continue }
        identities[name] = rotated
        try book.add(Contact(name: name, published: rotated.published))
      case 4 where !names.isEmpty:
        try book.rename(name, to: "r\(step)")
        identities["r\(step)"] = identities.removeValue(forKey: name)
      case 5 where !names.isEmpty: try book.removeContact(name)
      case 6:
        try scratch.put(file(People.contact("g\(step)", keyID: "git")), "contacts/g\(step).json")
      case 7 where !names.isEmpty: #expect(unlink(scratch.file("contacts/\(name).json")) == 0)
      case 8 where !names.isEmpty:
        try writeOver(name, with: People.contact(name))
        identities[name] = nil
      default: break
      }
      for name in try book.contactNames() {
        for key in try book.requiredContact(name).keys { keyIDs.insert(try key.thumbprintText()) }
      }
      if Bool.random(using: &generator) {
        #expect(try owners(keyIDs) == naive(keyIDs), "step \(step)")
      }
    }
    #expect(try owners(keyIDs) == naive(keyIDs))
    // Kept right through all of it, it is the one that would be made now: nothing that was removed
    // is still in it.
    let index = scratch.file("cache/contacts")
    let kept = FileManager.default.contents(atPath: index)
    #expect(kept != nil && unlink(index) == 0)
    _ = try book.owners(of: ["x"])
    #expect(FileManager.default.contents(atPath: index) == kept)
  }

  /// What the keyring says, for `keyIDs` of which one is nobody's.
  private func owners(_ keyIDs: Set<String>) throws -> [String: String] {
    try AddressBook(keyring: scratch.keyring, project: nil).names(for: Array(keyIDs))
  }

  private func file(_ contact: Contact) -> [UInt8] { contact.json.readable }

  /// Writes to a contact's file where it lies, as `cp` and some editors do; that leaves the directory's
  /// time as it was.
  private func writeOver(_ name: String, with contact: Contact) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: scratch.file("contacts/\(name).json")))
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: contact.json.readable)
    try handle.close()
  }

  @Test("a contact that is written to where it lies is noticed, of the same length as well")
  func writtenInPlace() throws {
    try book.add(People.contact("alice"))
    try book.add(People.contact("bob"))
    let before = try book.requiredContact("bob").keys[0].thumbprintText()
    #expect(try owners([before, "nobody's"]) == [before: "bob"])
    for _ in 0..<20 {
      try writeOver("bob", with: People.contact("bob"))
      let after = try book.requiredContact("bob").keys[0].thumbprintText()
      #expect(try owners([before]) == [:])
      #expect(try owners([after]) == [after: "bob"])
      // A change of one's own in between follows only what it changes.
      try writeOver("bob", with: People.contact("bob"))
      let last = try book.requiredContact("bob").keys[0].thumbprintText()
      let other = "p\(UInt32.random(in: 0...(.max)))"
      try book.add(People.contact(other))
      let others = try book.requiredContact(other).keys[0].thumbprintText()
      #expect(try owners([others]) == [others: other])
      #expect(try owners([last]) == [last: "bob"])
    }
  }

  @Test("an index that is damaged, cut off or somebody's invention misleads nobody")
  func damaged() throws {
    var keyIDs: Set<String> = ["shared"]
    for name in ["alice", "bob", "carol"] {
      try book.add(People.contact(name, keyID: "shared"))
      keyIDs.insert(try book.requiredContact(name).keys[0].thumbprintText())
    }
    let expected = try naive(keyIDs)
    #expect(try book.owners(of: Array(keyIDs)) == expected)
    let index = try Data(contentsOf: URL(filePath: scratch.file("cache/contacts")))
    let title = index.prefix { $0 != 0x0A } + [0x0A]
    for text in [
      Data(), index.dropLast(), Data("valise keys 0\n".utf8) + index, Data([0xFF, 0xFE]),
    ] {
      try scratch.put(Array(text), "cache/contacts")
      #expect(try book.owners(of: Array(keyIDs)) == expected)
    }
    // Of the right state, and wrong: what it says is held against the contact itself.
    for keyID in keyIDs {
      try scratch.put(
        Array(title + Data("\(keyID) carol\n\(keyID) ../bob\n\(keyID) \n".utf8)), "cache/contacts")
      let owner = try book.owners(of: [keyID])[keyID]
      #expect(owner == (expected[keyID] == "carol" ? "carol" : nil))
    }
  }

  @Test("a cache that cannot be written costs time and nothing else")
  func unwritable() throws {
    try book.add(People.contact("alice", keyID: "a"))
    try scratch.put("a file where a directory should be", "cache")
    #expect(try book.owners(of: ["a"]) == ["a": "alice"])
    try book.add(People.contact("bob", keyID: "b"))
    #expect(try book.owners(of: ["a", "b"]) == ["a": "alice", "b": "bob"])
  }

  @Test("a contact that is damaged hides no other")
  func damagedContact() throws {
    try book.add(People.contact("alice", keyID: "a"))
    try scratch.put("{", "contacts/bob.json")
    #expect(try book.owners(of: ["a", "b"]) == ["a": "alice"])
  }
}
