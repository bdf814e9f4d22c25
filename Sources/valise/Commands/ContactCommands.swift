internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

/// The command valise contact.
struct ContactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contact", abstract: "Keep other people's public keys by name.",
    subcommands: [Add.self, List.self, Show.self, Remove.self])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise contact --help lists them")
  }

  static func json(_ contact: Contact) throws -> JSONText {
    var members: [JSONText.Member] = [.init("name", .string(contact.name))]
    if let source = contact.source { members.append(.init("source", .string(source))) }
    if let addedOn = contact.addedOn { members.append(.init("added", .string(addedOn))) }
    members.append(
      .init(
        "keys",
        .array(
          try contact.keys.map { key in
            .object([
              .init("type", .string(key.kind)),
              .init("thumbprint", .string(try key.thumbprintText())), .init("jwk", key.json),
            ])
          })))
    return .object(members)
  }

  static func print(_ json: JSONText) throws {
    try Console.print(String(decoding: json.readable.dropLast(), as: UTF8.self))
  }
}

extension ContactCommand {
  /// The command valise contact add.
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a contact from a public JWK, a JWK Set, PEM or OpenSSH public keys.")

    @Argument(help: "What to call them.")
    var name: String

    @Argument(help: "The file with their public keys; - for standard input.")
    var file: String

    @Flag(name: .shortAndLong, help: "Say nothing but errors and warnings.")
    var quiet = false

    func run() throws {
      let keys = try KeyFile(file).publicKeys()
      let publicKeys = keys.compactMap { key in
        if case .publicKey(let key) = key { key } else { nil }
      }
      // Whoever hands out a private key has lost it: it must not look like a contact's.
      guard publicKeys.count == keys.count else {
        throw Failure(
          .badData, "\(Text.shown(file)): holds a private or shared key, not a contact's",
          hint: "ask for their public keys: valise key export prints them")
      }
      do {
        let contact = try Contact(
          name: name, keys: publicKeys, source: file == "-" ? nil : file,
          addedOn: Platform.today())
        try Environment.keyring().add(contact)
      } catch let error as ContactsError {
        guard error.code == .nameTaken else { throw Failure(error) }
        throw Failure(
          .cannotCreate, "there is a contact called \(name) already, left as it is",
          hint: "valise contact remove \(name) comes first")
      }
      let kinds = publicKeys.map(\.kind).joined(separator: ", ")
      Console.note("added \(name) (\(kinds))", quiet: quiet)
    }
  }

  /// The command valise contact list.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List your contacts.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let contacts = try Environment.keyring().contacts()
      guard !json else {
        return try ContactCommand.print(.array(contacts.map(ContactCommand.json)))
      }
      guard !contacts.isEmpty else {
        return Console.note(
          "there is no contact yet; valise contact add NAME FILE makes one", quiet: false)
      }
      let rows = try contacts.flatMap { contact in
        try contact.keys.map { [contact.name, $0.kind, try $0.thumbprintText()] }
      }
      try Console.print(Text.table(rows))
    }
  }

  /// The command valise contact show.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one contact.")

    @Argument(help: "Their name.")
    var name: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      guard let contact = try Environment.keyring().contact(name) else {
        throw Failure(
          .unknownName, "there is no contact called \(Text.shown(name))",
          hint: "valise contact list shows all")
      }
      guard !json else { return try ContactCommand.print(ContactCommand.json(contact)) }
      var rows = [["name", contact.name]]
      if let source = contact.source { rows.append(["from", Text.shown(source)]) }
      if let addedOn = contact.addedOn { rows.append(["added", Text.shown(addedOn)]) }
      for key in contact.keys {
        rows.append(["key", "\(key.kind) \(try key.thumbprintText())"])
      }
      try Console.print(Text.table(rows))
    }
  }

  /// The command valise contact remove.
  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a contact. What was sealed for them stays sealed for them.")

    @Argument(help: "Their name.")
    var name: String

    @Flag(name: .shortAndLong, help: "Say nothing but errors and warnings.")
    var quiet = false

    func run() throws {
      try Environment.keyring().removeContact(name)
      Console.note("removed \(name)", quiet: quiet)
    }
  }
}
