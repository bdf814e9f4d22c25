import Foundation
import Testing

@testable import Contacts

/// Groups in groups.
@Suite struct GroupTests {
  private let scratch: Scratch
  private let book: ContactBook
  private let addressBook: AddressBook

  init() throws {
    scratch = try Scratch()
    book = scratch.keyring.contacts
    addressBook = AddressBook(keyring: scratch.keyring, project: nil)
  }

  private func make(_ name: String, _ members: String...) throws {
    try book.add(
      members.map { try Group.Member($0) }, toGroup: name, lookUp: addressBook.group)
  }

  private func write(_ name: String, _ members: [String]) throws {
    let list = members.map { "\"\($0)\"" }.joined(separator: ",")
    try scratch.put("{\"name\":\"\(name)\",\"members\":[\(list)]}", "groups/\(name).json")
  }

  @Test("everybody is named once, through every way that leads to them")
  func diamond() throws {
    try make("base", "zoe", "adam")
    try make("left", "@base", "lea")
    try make("right", "@base", "lea", "rob")
    try make("top", "@left", "@right", "adam")
    #expect(try addressBook.names(inGroup: "top") == ["adam", "zoe", "lea", "rob"])
    #expect(try addressBook.names(inGroup: "base") == ["adam", "zoe"])
  }

  @Test("a chain of 40 pairs, 2^40 ways, is looked at once")
  func chain() throws {
    try write("a0", ["alice"])
    try write("b0", ["alice", "bob"])
    for level in 1...40 {
      for letter in ["a", "b"] {
        try write("\(letter)\(level)", ["@a\(level - 1)", "@b\(level - 1)"])
      }
    }
    #expect(try addressBook.names(inGroup: "a40") == ["alice", "bob"])
    try make("top", "@a40", "@b40")
    #expect(try addressBook.names(inGroup: "top") == ["alice", "bob"])
  }

  @Test("a cycle is refused with the way that it goes, and nothing is written")
  func cycles() throws {
    try make("a", "alice")
    try make("b", "@a")
    try make("c", "@b", "carol")
    let before = try scratch.files(below: "groups")
    #expect(code { try make("a", "@a") } == .cycle)
    #expect(
      reason { try make("a", "bob", "@c") } == "the groups contain themselves: @a > @c > @b > @a")
    #expect(try scratch.files(below: "groups") == before)
    // One that somebody else wrote is found where it begins, not where one came in.
    try write("a", ["@c"])
    try write("d", ["@c"])
    #expect(
      reason { try addressBook.names(inGroup: "d") }
        == "the groups contain themselves: @c > @b > @a > @c")
    #expect(code { try make("e", "@d") } == .cycle)
  }

  @Test("a group that is not there is named with the group that names it")
  func unknownNested() throws {
    #expect(code { try make("a", "@ghost") } == .unknownName)
    try write("a", ["alice", "@ghost"])
    #expect(
      reason { try addressBook.names(inGroup: "a") }
        == "there is no group called @ghost, which the group @a names")
    #expect(reason { try addressBook.names(inGroup: "ghost") } == "there is no group called @ghost")
    #expect(code { try addressBook.names(inGroup: "../groups/a") } == .unknownName)
  }

  @Test("groups in groups go 200 deep and no deeper")
  func depth() throws {
    try write("g0", ["alice"])
    for level in 1...1_000 { try write("g\(level)", ["@g\(level - 1)"]) }
    #expect(try addressBook.names(inGroup: "g199") == ["alice"])
    #expect(code { try addressBook.names(inGroup: "g200") } == .limitExceeded)
    #expect(code { try addressBook.names(inGroup: "g1000") } == .limitExceeded)
  }

  @Test("a group is never written larger than it is read")
  func size() throws {
    let names = (0..<10_000).map { Group.Member.person("p\($0)") }
    try book.add(names, toGroup: "crowd", lookUp: addressBook.group)
    #expect(try book.group("crowd")?.members.count == 10_000)
    #expect(code { try make("crowd", "one-more") } == .limitExceeded)
    #expect(try book.group("crowd")?.members.count == 10_000)
    try write("flood", (0...10_000).map { "p\($0)" })
    #expect(code { try book.group("flood") } == .damaged)
  }

  @Test("members that are no names are damage, named with the group")
  func damaged() throws {
    for content in [
      "", "{", "[]", "null", "{}", #"{"members":{}}"#, #"{"members":"alice"}"#,
      #"{"members":[7]}"#, #"{"members":["a b"]}"#, #"{"members":["../x"]}"#, #"{"members":[""]}"#,
      #"{"members":["@"]}"#, #"{"members":["@@x"]}"#, #"{"members":["me"]}"#,
      #"{"members":[["a"]]}"#,
      #"{"members":["a"],"members":["b"]}"#, #"{"members":["é"]}"#,
    ] {
      try scratch.put(content, "groups/x.json")
      #expect(
        reason { try book.group("x") }?.hasPrefix("the group @x is damaged: ") == true, "\(content)"
      )
    }
    try scratch.put(#"{"members":[]}"#, "groups/x.json")
    #expect(try book.group("x")?.members.isEmpty == true)
  }

  @Test("who is renamed or removed is so in every group, and in none by half")
  func renamedInGroups() throws {
    for name in ["bob", "carol"] { try book.add(People.contact(name)) }
    try make("a", "bob", "carol")
    try make("b", "bob", "@a")
    try make("c", "carol")
    try book.rename("bob", to: "robert")
    #expect(try addressBook.names(inGroup: "b") == ["carol", "robert"])
    #expect(try addressBook.names(inGroup: "a") == ["carol", "robert"])
    #expect(code { try book.rename("robert", to: "carol") } == .nameTaken)
    #expect(code { try book.rename("bob", to: "x") } == .unknownName)
    #expect(code { try book.rename("robert", to: "../x") } == .invalidName)
    try book.removeContact("robert")
    #expect(try addressBook.names(inGroup: "b") == ["carol"])
    try book.removeGroup("a")
    #expect(try addressBook.names(inGroup: "b").isEmpty)
  }
}
