internal import Contacts

/// Who is to leave, by their keys.
enum Leavers {
  /// Whose each key is of those that people called `names` have, or had; `me` and `@groups` among them.
  ///
  /// - Throws: ``Failure`` `unknownName` for somebody without keys here; `hint` says what else helps.
  static func owners(
    _ names: [String], in book: AddressBook, orElse hint: String = "valise contact list shows all"
  ) throws -> [String: String] {
    var owners: [String: String] = [:]
    for person in try names.flatMap({ try people($0, in: book) }) {
      let keyIDs = try book.keyIDs(of: person)
      guard !keyIDs.isEmpty else {
        throw Failure(
          .unknownName, "there is no contact called \(Text.shown(person))",
          hint: hint)
      }
      for keyID in keyIDs { owners[keyID] = person }
    }
    return owners
  }

  private static func people(_ name: String, in book: AddressBook) throws -> [String] {
    if name == "me" { return [try Environment.identity(nil, in: book.keyring).name] }
    guard name.hasPrefix("@") else { return [name] }
    return try book.names(inGroup: String(name.dropFirst()))
  }
}
