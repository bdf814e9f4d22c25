internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

extension ContactCommand {
  /// The command valise contact list.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List your contacts, and those of the project.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let book = try Environment.addressBook()
      let shared = try book.project?.contacts() ?? (readable: [], errors: [])
      let own = try book.keyring.contacts.contacts()
      try show(own.readable.map { ($0, false) } + shared.readable.map { ($0, true) })
      let errors = own.errors + shared.errors
      for error in errors.dropLast() { Console.warning(Report(error).message) }
      if let error = errors.last { throw error }
    }

    private func show(_ all: [(Contact, isShared: Bool)]) throws {
      guard !json else {
        let list = try all.map {
          JSONText.object(try ContactCommand.members($0, isShared: $1))
        }
        return try Console.print(JSONText.array(list))
      }
      guard !all.isEmpty else {
        return Console.note(
          "there is no contact yet; valise contact add NAME FILE makes one", quiet: false)
      }
      let rows = try all.flatMap { contact, isShared in
        let trust = isShared ? "project" : try ContactCommand.trust(contact)
        return try contact.keys.filter(\.canEncrypt).map {
          [contact.name, $0.kind, trust, try $0.thumbprintText()]
        }
      }
      try Pager.show([Text.table(rows)])
    }
  }

  /// The command valise contact show.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Show one contact.")

    @Argument(help: "Their name.")
    var name: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let (contact, isShared) = try ContactCommand.find(name, in: Environment.addressBook())
      guard !json else {
        return try Console.print(.object(ContactCommand.members(contact, isShared: isShared)))
      }
      var rows = [["name", contact.name], ["trust", try trust(contact, isShared)]]
      if let source = contact.source { rows.append(["from", Text.shown(source)]) }
      if let addedOn = contact.addedOn { rows.append(["added", Text.shown(addedOn)]) }
      if let card = contact.published.card { rows.append(["card", "serial \(card.serial)"]) }
      let fingerprint = try contact.published.fingerprint()
      rows += [["words", fingerprint.words], ["digits", fingerprint.digits]]
      let now = Platform.now()
      for key in contact.keys {
        let lifetime = key.lifetime(at: now).map { ", \($0)" } ?? ""
        rows.append(["key", "\(key.kind) \(try key.thumbprintText())\(lifetime)"])
      }
      try Console.print(Text.table(rows))
    }

    private func trust(_ contact: Contact, _ isShared: Bool) throws -> String {
      guard !isShared else { return "none yet: known to the project only" }
      guard let verified = try contact.verified() else { return try ContactCommand.trust(contact) }
      return "\(try ContactCommand.trust(contact)), compared on \(Text.shown(verified.day)) by "
        + Text.shown(verified.by)
    }
  }

  /// The command valise contact export.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export",
      abstract: "Print a contact's card or keys, to give to others.")

    @Argument(help: "Their name.")
    var name: String

    @OptionGroup var output: OutputOptions

    @Flag(help: "Say as JSON which file was written; what is exported is JSON itself.")
    var json = false

    func run() throws {
      let (contact, _) = try ContactCommand.find(name, in: Environment.addressBook())
      let output = try output.open()
      try output.write(contact.published.serialized.span)
      if json { try output.sayWhere() }
    }
  }

  /// The command valise contact rename.
  struct Rename: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rename",
      abstract: "Call a contact something else, in groups as well.")

    @Argument(help: "Their name.")
    var name: String

    @Argument(help: "What to call them.")
    var newName: String

    @OptionGroup var place: BookOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      try GroupCommand.warn(of: place.book().rename(name, to: newName))
      try answer.say(
        "\(name) is called \(newName) from now on",
        [.init("name", .string(newName)), .init("before", .string(name))])
    }
  }

  /// The command valise contact remove.
  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove",
      abstract: "Remove a contact. What was sealed for them stays sealed for them.",
      discussion: """
        Takes them out of their groups as well, and if they are in any says which files below the \
        working directory are still sealed for them.
        """)

    @Argument(help: "Their name.")
    var name: String

    @OptionGroup var place: BookOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      var sealed = try StillSealed(for: [name], in: Environment.addressBook())
      let groups = try place.book().removeContact(name)
      GroupCommand.warn(of: groups)
      var data: [JSONText.Member] = [
        .init("removed", .string(name)),
        .init("groups", .array(groups.changed.map { .string("@\($0)") })),
      ]
      guard !groups.changed.isEmpty else { return try answer.say("removed \(name)", data) }
      sealed.search()
      data += sealed.members
      let list = groups.changed.map { "@\($0)" }.joined(separator: ", ")
      try answer.say("removed \(name), who is not in \(list) any more", data)
      if !answer.json { sealed.warn() }
    }
  }
}
