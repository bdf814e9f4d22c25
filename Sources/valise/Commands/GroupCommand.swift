internal import ArgumentParser
internal import Contacts
internal import JOSE

/// The command valise group.
struct GroupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "group", abstract: "Name several people at once.",
    subcommands: [Add.self, List.self, Show.self, Remove.self])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise group --help lists them")
  }

  /// A group's name, with or without its @.
  static func name(_ text: String) -> String {
    text.hasPrefix("@") ? String(text.dropFirst()) : text
  }

  /// A group as data.
  static func members(_ group: Group, isShared: Bool) -> [JSONText.Member] {
    [
      .init("name", .string("@\(group.name)")), .init("project", .bool(isShared)),
      .init("members", .array(group.members.map { .string($0.description) })),
    ]
  }

  static func list(_ group: Group) -> String {
    group.members.map(\.description).joined(separator: ", ")
  }

  /// Says which groups could not be looked at.
  static func warn(of groups: ContactBook.GroupChanges) {
    for name in groups.damaged {
      Console.warning("the group @\(name) is damaged and was left as it is")
    }
  }
}

extension GroupCommand {
  /// The command valise group add.
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add",
      abstract: "Put people, or other groups, into a group.",
      discussion: "The group is made when there is none. @group then stands wherever a name may.")

    @Argument(help: "The group, @team or team.")
    var group: String

    @Argument(help: "Contacts, and groups with their @.")
    var names: [String]

    @OptionGroup var place: BookOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let book = try Environment.addressBook()
      guard !names.contains("me") else {
        throw Failure(
          .usage, "me is somebody else to each who reads the group",
          hint: "your own name will do: valise key list shows it")
      }
      let members = try names.map { try Group.Member($0) }
      for case .person(let name) in members where try !isKnown(name, in: book) {
        throw Failure(
          .unknownName, "there is no contact called \(name)",
          hint: "valise contact add \(name) FILE makes one")
      }
      let changed = try place.book().add(
        members, toGroup: GroupCommand.name(group), lookUp: lookUp(book))
      try answer.say(
        "@\(changed.name) is \(GroupCommand.list(changed))",
        GroupCommand.members(changed, isShared: place.isShared))
    }

    /// A project's groups are made of what all of the team have; one's own hold outside of it too, where
    /// a project's group of the same name hides none of them.
    private func lookUp(_ book: AddressBook) -> (String) throws(ContactsError) -> Group? {
      let isShared = place.isShared
      return { (name) throws(ContactsError) in
        if !isShared, let own = try book.keyring.contacts.group(name) { return own }
        return try book.project?.group(name)
      }
    }

    private func isKnown(_ name: String, in book: AddressBook) throws -> Bool {
      // A project's groups are for people whom all of the team know.
      if place.isShared { return try book.project?.contact(name) != nil }
      return try book.project?.contact(name) != nil
        || book.keyring.contacts.contact(name) != nil || book.keyring.identity(name) != nil
    }
  }

  /// The command valise group list.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List your groups, and those of the project.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let book = try Environment.addressBook()
      let all =
        try book.keyring.contacts.groups().map { ($0, false) }
        + (book.project?.groups() ?? []).map { ($0, true) }
      guard !json else {
        return try Console.print(
          JSONText.array(all.map { .object(GroupCommand.members($0, isShared: $1)) }))
      }
      guard !all.isEmpty else {
        return Console.note(
          "there is no group yet; valise group add @GROUP NAME makes one", quiet: false)
      }
      let rows = all.map { group, isShared in
        ["@\(group.name)", isShared ? "project" : "own", GroupCommand.list(group)]
      }
      try Console.print(Text.table(rows))
    }
  }

  /// The command valise group show.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Show everybody in a group, also through other groups.")

    @Argument(help: "The group, @team or team.")
    var group: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let names = try Environment.addressBook().names(inGroup: GroupCommand.name(group))
      guard !json else {
        return try Console.print(JSONText.array(names.map { .string($0) }))
      }
      guard !names.isEmpty else { return Console.note("nobody is in it", quiet: false) }
      try Console.print(names.joined(separator: "\n"))
    }
  }

  /// The command valise group remove.
  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove",
      abstract: "Take people out of a group, or remove the group.",
      discussion: """
        Says which files below the working directory are still sealed for those who were taken out: \
        leaving a group takes nothing away that was given.
        """)

    @Argument(help: "The group, @team or team.")
    var group: String

    @Argument(help: "Whom to take out; nothing to remove the group itself.")
    var names: [String] = []

    @OptionGroup var place: BookOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let book = try place.book()
      let addressBook = try Environment.addressBook()
      let name = GroupCommand.name(group)
      // A group that is broken must not be in the way of its own repair.
      let before = try addressBook.reach(ofGroup: name)
      let members = try names.map { try Group.Member($0) }
      let changed: Group?
      if members.isEmpty {
        try GroupCommand.warn(of: book.removeGroup(name))
        changed = nil
      } else {
        changed = try book.remove(members, fromGroup: name)
      }
      let after = try changed == nil ? [] : addressBook.reach(ofGroup: name).people
      for gap in before.gaps where !answer.json { Console.warning(Text.shown(gap)) }
      var sealed = try StillSealed(
        for: before.people.filter { !after.contains($0) }, in: addressBook)
      sealed.search()
      try answer.say(note(changed, name), data(changed, name) + sealed.members)
      if !answer.json { sealed.warn() }
    }

    private func note(_ changed: Group?, _ name: String) -> String {
      guard let changed else { return "removed the group @\(name)" }
      return
        "@\(changed.name) is \(changed.members.isEmpty ? "empty" : GroupCommand.list(changed))"
    }

    private func data(_ changed: Group?, _ name: String) -> [JSONText.Member] {
      changed.map { GroupCommand.members($0, isShared: place.isShared) }
        ?? [.init("removed", .string("@\(name)"))]
    }
  }
}
