internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

/// The command valise contact.
struct ContactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contact", abstract: "Keep other people's public keys by name.",
    subcommands: [
      Add.self, List.self, Show.self, Verify.self, Export.self, Rename.self, Remove.self,
    ])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise contact --help lists them")
  }

  /// A contact as data.
  static func members(_ contact: Contact, isShared: Bool) throws -> [JSONText.Member] {
    let now = Platform.now()
    var members: [JSONText.Member] = [
      .init("name", .string(contact.name)), .init("project", .bool(isShared)),
    ]
    if let source = contact.source { members.append(.init("source", .string(source))) }
    if let addedOn = contact.addedOn { members.append(.init("added", .string(addedOn))) }
    if let verified = try contact.verified() {
      members.append(
        .init(
          "verified",
          .object([.init("on", .string(verified.day)), .init("by", .string(verified.by))])))
    }
    if let card = contact.published.card {
      members.append(.init("serial", .integer(card.serial)))
    }
    members.append(.init("fingerprint", .object(Text.members(try contact.published.fingerprint()))))
    let keys = try contact.keys.map { key in
      JSONText.object([
        .init("type", .string(key.kind)), .init("use", .string(key.canEncrypt ? "enc" : "sig")),
        .init("thumbprint", .string(try key.thumbprintText())),
        .init("state", .string(key.state(at: now))), .init("jwk", key.json),
      ])
    }
    return members + [.init("keys", .array(keys))]
  }

  /// How far a contact's keys are trusted, in a word.
  static func trust(_ contact: Contact) throws -> String {
    let states = contact.keys.filter(\.canEncrypt).map { $0.state(at: Platform.now()) }
    if !states.contains("valid"), let state = states.last { return state }
    return try contact.verified() == nil ? "unverified" : "verified"
  }

  /// Until when the first of the keys to encrypt to may be used, or since when it may not, in words.
  static func ends(_ contact: Contact) -> String {
    contact.keys.first(where: \.canEncrypt)?.lifetime(at: Platform.now()) ?? "without an end"
  }

  /// The contact called `name`, of a person's own or of the project, and whether it is the project's.
  static func find(_ name: String, in book: AddressBook) throws -> (Contact, isShared: Bool) {
    if let contact = try book.keyring.contacts.contact(name) { return (contact, false) }
    if let contact = try book.project?.contact(name) { return (contact, true) }
    throw Failure(
      .unknownName, "there is no contact called \(Text.shown(name))",
      hint: "valise contact list shows all")
  }
}

/// Whose book a command changes.
struct BookOptions: ParsableArguments {
  @Flag(
    name: .customLong("project"),
    help: "In the project's .valise, which a team shares, and not among your own.")
  var isShared = false

  func book() throws -> ContactBook { try Environment.book(isShared: isShared) }
}
