internal import Contacts
internal import DurableFiles
internal import JOSE

/// From the names that are written on the command line to those whom they mean.
struct People {
  /// Somebody, with the keys to encrypt to.
  struct Meant {
    let name: String
    let keys: [PublicJWK]
  }

  private let book: AddressBook
  private let isQuiet: Bool
  let now = Platform.now()

  init(_ book: AddressBook, isQuiet: Bool) {
    self.book = book
    self.isQuiet = isQuiet
  }

  /// Those whom `name` means: `me`, a `@group` or somebody; nil when nobody is called so.
  ///
  /// - Throws: ``Failure`` for a group that is empty or has somebody unknown in it, what
  ///   ``AddressBook/person(_:at:)`` throws.
  func meant(by name: String) throws -> [Meant]? {
    if name == "me" { return [try myself()] }
    if name.hasPrefix("@") { return try group(String(name.dropFirst())) }
    return try person(name).map { [$0] }
  }

  /// What to do about a name that nobody has.
  func hint(unknown name: String) throws -> String {
    guard try book.group(name) == nil else { return "there is a group of that name: @\(name)" }
    let name = Text.shown(name)
    return "valise contact add \(name) FILE makes one; valise contact list shows all"
  }

  private struct Renamed: Error {}

  private func group(_ name: String) throws -> [Meant] {
    for _ in 0..<10 {
      do { return try members(of: name) } catch is Renamed { continue }
    }
    throw Failure(
      .tryAgain, "the group @\(Text.shown(name)) is being changed", hint: "try again in a moment")
  }

  private func members(of name: String) throws -> [Meant] {
    let names: [String]
    do { names = try book.names(inGroup: name) } catch {
      throw Failure(error).hinting("valise group list shows the groups")
    }
    guard !names.isEmpty else {
      throw Failure(
        .unknownName, "nobody is in the group @\(Text.shown(name))",
        hint: "valise group add @\(Text.shown(name)) NAME puts somebody in")
    }
    for hidden in try book.hiddenGroups(in: name) {
      Console.warning(
        "the project has another @\(Text.shown(hidden)) than you; the project's is used")
    }
    return try names.map { member in
      guard let person = try person(member, in: name) else {
        // Somebody may be renamed between the look at the group and the one at them.
        if try book.names(inGroup: name) != names { throw Renamed() }
        throw Failure(
          .unknownName,
          "there is no contact called \(Text.shown(member)), who is in the group "
            + "@\(Text.shown(name))",
          hint: "valise contact add \(Text.shown(member)) FILE makes one")
      }
      return person
    }
  }

  /// Somebody who is in a group, which whoever reads of them may not know.
  private func person(_ name: String, in group: String) throws -> Meant? {
    do { return try person(name) } catch let error as ContactsError
      where error.code == .expired || error.code == .revoked
    {
      let failure = Failure(error)
      throw Failure(
        failure.status, "\(failure.message), who is in the group @\(Text.shown(group))",
        hint: failure.hint)
    }
  }

  private func person(_ name: String) throws -> Meant? {
    guard let person = try book.person(name, at: now) else { return nil }
    if let notice = person.notice { book.say(notice, of: person.name, quiet: isQuiet) }
    return Meant(name: person.name, keys: person.keys)
  }

  private func myself() throws -> Meant {
    let identity: Identity
    do { identity = try Environment.identity(nil, in: book.keyring) } catch let error as Failure {
      throw Failure(error.status, "me means nobody: \(error.message)", hint: error.hint)
    }
    return Meant(name: identity.name, keys: try identity.encryptionKeys(at: now))
  }
}

extension AddressBook {
  /// Tells what was noticed about somebody.
  func say(_ notice: Notice, of name: String, quiet: Bool) {
    switch notice {
    case .firstSight where isReadOnly:
      Console.note("\(name) is new here: the project's keys would be pinned", quiet: quiet)
    case .firstSight(_, let cardName):
      let remark = cardName.map { " (their card calls them \($0))" } ?? ""
      Console.note(
        "\(name) is new here: the project's keys are pinned\(remark); valise contact verify \(name) "
          + "compares them", quiet: quiet)
    case .notPinned:
      Console.warning("\(name) is new here, and the keyring cannot be written to remember the keys")
    case .updated:
      Console.note("\(name) has new keys, signed by the pinned one", quiet: quiet)
    case .projectIsBehind:
      Console.warning(
        "the project has an old card of \(name); the newer one of your own contacts is used")
    case .identityIsBehind:
      Console.warning(
        "the project has a newer card of \(name), which is used; valise key update takes it")
    }
  }
}
