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
      let members = try names.map { try Group.Member($0) }
      for case .person(let name) in members where try !isKnown(name, in: book) {
        throw Failure(
          .unknownName, "there is no contact called \(name)",
          hint: "valise contact add \(name) FILE makes one")
      }
      let changed = try place.book().add(
        members, toGroup: GroupCommand.name(group), lookUp: book.group)
      try answer.say(
        "@\(changed.name) is \(GroupCommand.list(changed))",
        GroupCommand.members(changed, isShared: place.isShared))
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
      let name = GroupCommand.name(group)
      guard !names.isEmpty else {
        try book.removeGroup(name)
        return try answer.say("removed the group @\(name)", [.init("removed", .string("@\(name)"))])
      }
      let addressBook = try Environment.addressBook()
      let members = try names.map { try Group.Member($0) }
      let people = try Self.people(members, in: addressBook)
      let changed = try book.remove(members, fromGroup: name)
      let sealed = try Self.sealed(for: people, in: addressBook)
      try answer.say(
        "@\(changed.name) is \(changed.members.isEmpty ? "empty" : GroupCommand.list(changed))",
        GroupCommand.members(changed, isShared: place.isShared) + [
          .init(
            "sealed",
            .array(
              sealed.map { file, names in
                .object([
                  .init("file", .string(file)), .init("for", .array(names.map { .string($0) })),
                ])
              }))
        ])
      for (file, names) in sealed where !answer.json {
        Console.warning(
          "\(Text.shown(file)) is still sealed for \(names.joined(separator: ", "))")
      }
    }

    private static func people(
      _ members: [Group.Member], in book: AddressBook
    ) throws -> [String] {
      try members.flatMap { member in
        switch member {
        case .person(let name): [name]
        case .group(let name): try book.names(inGroup: name)
        }
      }
    }

    /// The files below the working directory that `people` can open, and which of them.
    private static func sealed(
      for people: [String], in book: AddressBook
    ) throws -> [(file: String, names: [String])] {
      var holders: [String: [String]] = [:]
      for name in people {
        for keyID in try book.keyIDs(of: name) { holders[keyID, default: []].append(name) }
      }
      return SealedTree(path: ".").files().compactMap { file in
        let names = Set(file.keyIDs.flatMap { holders[$0] ?? [] }).sorted()
        return names.isEmpty ? nil : (file.path, names)
      }
    }
  }
}
