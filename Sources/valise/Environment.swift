internal import Contacts
internal import DurableFiles

/// What the program takes from its surroundings.
enum Environment {
  /// The person's keyring.
  static func keyring() throws -> Keyring {
    guard let path = Keyring.standardPath(Platform.environment) else {
      throw Failure(
        .configuration, "neither VALISE_HOME nor HOME is set",
        hint: "VALISE_HOME names the directory of your keyring")
    }
    return Keyring(path: path)
  }

  /// Everybody whom a name may mean here: the person's own contacts, and the project's.
  static func addressBook() throws -> AddressBook {
    let keyring = try keyring()
    return AddressBook(keyring: keyring, project: try project(keyring))
  }

  private static func project(_ keyring: Keyring) throws -> ContactBook? {
    switch try ContactBook.project(for: keyring) {
    case .none: return nil
    case .found(let book): return book
    case .refused(let path, let reason):
      Console.warningOnce("\(Text.shown(path)) \(reason), so that there is no project")
      return nil
    }
  }

  /// The book that a change is meant for: the project's if `isShared`.
  static func book(isShared: Bool) throws -> ContactBook {
    let book = try addressBook()
    guard isShared else { return book.keyring.contacts }
    guard let project = book.project else {
      throw Failure(
        .configuration, "there is no project here, nor above",
        hint: "valise project init makes one in the working directory")
    }
    return project
  }

  /// The identity called `name`, or the default one.
  static func identity(_ name: String?, in keyring: Keyring) throws -> Identity {
    if let name {
      guard let identity = try keyring.identity(name) else {
        throw Failure(
          .unknownName, "there is no identity called \(Text.shown(name))",
          hint: "valise key list shows them")
      }
      return identity
    }
    guard let identity = try keyring.defaultIdentity() else {
      let hasSome = try !keyring.identities().isEmpty
      throw Failure(
        .unknownName,
        hasSome ? "none of your identities is the default" : "there is no identity yet",
        hint: hasSome ? "valise key default NAME makes one so" : "valise key generate makes one")
    }
    return identity
  }
}
