import Foundation
import JOSE
import Testing

@testable import Contacts

/// A book's directory as git, a syncing program or somebody with a grudge left it.
@Suite struct HostileDirectoryTests {
  private let scratch: Scratch
  private let book: ContactBook

  init() throws {
    scratch = try Scratch()
    book = scratch.keyring.contacts
    try book.add(People.contact("alice", keyID: "a"))
    try book.add([.person("alice")], toGroup: "team") { _ in nil }
  }

  private var alice: [UInt8] {
    get throws { Array(try Data(contentsOf: URL(filePath: scratch.file("contacts/alice.json")))) }
  }

  @Test("files that are none of ours are passed over, in lists, searches and backups")
  func strangeNames() throws {
    for kind in ["contacts", "groups"] {
      for name in [
        ".alice.json.swp", ".syncthing.alice.json.tmp", ".json", "alice.json~", "README.md",
        "alice (conflicted copy).json", "ali\nce.json", "-x.json", "me.json", "é.json", "@x.json",
        "\(String(repeating: "x", count: 65)).json", "..json", "a\u{202E}b.json",
      ] {
        try scratch.put(try alice, "\(kind)/\(name)")
      }
    }
    #expect(try book.contactNames() == ["alice"])
    #expect(try book.groups().map(\.name) == ["team"])
    #expect(try book.owners(of: ["a"]) == ["a": "alice"])
    let backup = try scratch.keyring.backup()
    let restored = scratch.keyring("other")
    // A backup that holds what no keyring reads could never be restored.
    #expect(try restored.restore(backup, replacesOthers: false).restoredCount == 2)
    #expect(try restored.contacts.contactNames() == ["alice"])
  }

  @Test("a conflict copy is a contact of its own name, and never the one that it is a copy of")
  func conflictCopy() throws {
    let name = "alice.sync-conflict-20261121-112233-ABCDEFG"
    try scratch.put(try People.contact("alice", keyID: "a").json.readable, "contacts/\(name).json")
    #expect(try book.contactNames() == ["alice", name])
    #expect(try book.owners(of: ["a"]) == ["a": "alice"])
    try book.removeContact(name)
    #expect(try book.contactNames() == ["alice"])
  }

  @Test("what is no file is no contact, is never waited for, and is an error where it is named")
  func noFiles() throws {
    let files = FileManager.default
    for kind in ["contacts", "groups"] {
      try files.createDirectory(
        atPath: scratch.file("\(kind)/dir.json"), withIntermediateDirectories: true)
      #expect(mkfifo(scratch.file("\(kind)/pipe.json"), 0o600) == 0)
      try files.createSymbolicLink(
        atPath: scratch.file("\(kind)/nowhere.json"), withDestinationPath: "none.json")
    }
    #expect(try book.contactNames().filter { try book.contact($0) != nil } == ["alice"])
    #expect(try book.groups().map(\.name) == ["team"])
    #expect(try book.owners(of: ["a"]) == ["a": "alice"])
    for name in ["dir", "pipe"] {
      #expect(code { try book.contact(name) } == .inputOutput)
      #expect(code { try book.group(name) } == .inputOutput)
      #expect(code { try book.add(People.contact(name)) } == .inputOutput)
      #expect(code { try book.rename("alice", to: name) } == .inputOutput)
    }
    #expect(code { try book.removeContact("dir") } == .inputOutput)
    try book.removeContact("pipe")
    // Nothing of it is left in the way of the next command.
    #expect(try book.requiredContact("alice").name == "alice")
    #expect(try book.add(People.contact("bob")) == .added)
  }

  @Test("a link to a file is that file; one to an endless device or to itself is refused")
  func links() throws {
    let files = FileManager.default
    let linked = try People.contact("linked")
    try scratch.put(linked.json.readable, "shared.json")
    for (name, target) in [
      ("linked", "../shared.json"), ("zero", "/dev/zero"), ("loop", "loop.json"),
    ] {
      try files.createSymbolicLink(
        atPath: scratch.file("contacts/\(name).json"), withDestinationPath: target)
    }
    #expect(try book.requiredContact("linked").keys.count == 1)
    #expect(code { try book.contact("zero") } == .inputOutput)
    #expect(code { try book.contact("loop") } == .inputOutput)
    #expect(code { try book.add(People.contact("zero")) } == .inputOutput)
  }

  @Test(
    "an empty or damaged file is named, never passed over",
    arguments: [
      "", " ", "{", "null", "[]", "7", "{}", #"{"card":null}"#, #"{"card":[]}"#, #"{"card":{}}"#,
      #"{"card":{"keys":[]}}"#, #"{"card":{"keys":{}}}"#, #"{"card":{"keys":[7]}}"#,
      #"{"card":{"keys":[{"kty":"unheard"}]}}"#, #"{"card":{"keys":[],"signature":null}}"#,
      #"{"card":{"keys":[],"signature":7}}"#, #"{"card":{"keys":[],"signature":".."}}"#,
      #"{"card":{"keys":[]},"card":{"keys":[]}}"#,
      // A key that signs and cannot be encrypted to.
      #"{"card":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}"#,
    ])
  func damaged(_ content: String) throws {
    try scratch.put(content, "contacts/bob.json")
    #expect(reason { try book.contact("bob") }?.hasPrefix("the contact bob is damaged: ") == true)
    #expect(code { try book.add(People.contact("bob")) } == .damaged)
    #expect(try book.owners(of: ["a"]) == ["a": "alice"])
    // It can be removed, and then be had again.
    try book.removeContact("bob")
    #expect(try book.add(People.contact("bob")) == .added)
  }

  @Test("bytes that are no text, and more of them than a contact has, are refused")
  func binary() throws {
    try scratch.put([0xFF, 0xFE, 0x00], "contacts/bob.json")
    #expect(code { try book.contact("bob") } == .damaged)
    try scratch.put([UInt8](repeating: 0x20, count: 1 << 21), "contacts/bob.json")
    #expect(code { try book.contact("bob") } == .inputOutput)
  }

  @Test("names that lead out of the directory are nobody's")
  func traversal() throws {
    try scratch.put(try alice, "outside.json")
    for name in ["../outside", "./alice", "alice/../alice", "", ".", "..", "a\0", "alice.json/.."] {
      #expect(try book.contact(name) == nil, "\(name)")
      #expect(try book.group(name) == nil)
      #expect(code { try book.removeContact(name) } == .unknownName)
      #expect(code { try book.removeGroup(name) } == .unknownName)
      #expect(code { try People.contact(name) } == .invalidName)
      #expect(try scratch.keyring.identity(name) == nil)
    }
  }

  @Test("a project's journal is not the project's to bring along")
  func projectJournal() throws {
    let root = scratch.file("repository")
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    let project = try ContactBook.makeProject(in: root, for: scratch.keyring)
    try FileManager.default.createSymbolicLink(
      atPath: "\(root)/.valise/link", withDestinationPath: scratch.file("contacts"))
    let text = try People.contact("alice").json.readable
    try scratch.put(journal(writing: text, to: "link/alice.json"), "repository/.valise/.journal")
    let before = try alice
    #expect(try project.contactNames().isEmpty)
    try project.add(People.contact("bob"))
    #expect(try alice == before)
  }

  private func journal(writing text: [UInt8], to path: String) -> [UInt8] {
    func counted(_ bytes: [UInt8]) -> [UInt8] {
      (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (56 - 8 * $0)) } + bytes
    }
    return Array("valise journal 1\nW".utf8) + counted(Array(path.utf8)) + counted(text)
  }

  @Test("a project that takes one's own keys back is believed")
  func ownRevocation() throws {
    let zoe = try People.identity("zoe")
    try scratch.keyring.add(zoe.identity)
    let root = scratch.file("repository")
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    let project = try ContactBook.makeProject(in: root, for: scratch.keyring)
    let book = AddressBook(keyring: scratch.keyring, project: project)
    try project.add(Contact(name: "zoe", published: zoe.rotated().published))
    #expect(try book.person("zoe", at: People.now)?.keys.count == 1)
    try project.add(Contact(name: "zoe", published: zoe.takenBack()))
    #expect(code { try book.person("zoe", at: People.now) } == .revoked)
  }
}
