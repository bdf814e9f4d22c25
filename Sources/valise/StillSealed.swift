internal import Contacts
internal import JOSE

/// What people who leave can open all the same: leaving takes nothing away that was given.
struct StillSealed {
  private struct File {
    let path: String
    /// Those of the people who can open it.
    let names: [String]
  }

  /// Who holds which key.
  private var holders: [String: [String]] = [:]
  private var people: [String] = []
  /// Those whose keys are not known.
  private var unknown: [String] = []
  private var files: [File] = []
  private var hiding: [String] = []

  /// - Parameters:
  ///   - people: those who leave; asked for while they are known.
  ///   - book: where they are.
  /// - Throws: ``ContactsError`` `inputOutput`.
  init(for people: [String], in book: AddressBook) throws {
    self.people = people
    for name in people {
      let keyIDs = try Self.keyIDs(of: name, in: book)
      if keyIDs.isEmpty { unknown.append(name) }
      for keyID in keyIDs { holders[keyID, default: []].append(name) }
    }
  }

  /// A damaged contact has none that are known.
  private static func keyIDs(of name: String, in book: AddressBook) throws -> Set<String> {
    do { return try book.keyIDs(of: name) } catch {
      guard error.code == .damaged else { throw error }
      return []
    }
  }

  /// Looks at all files below the working directory.
  mutating func search() {
    guard !people.isEmpty else { return }
    for file in SealedTree(path: ".").files() {
      let names = Set(file.keyIDs.flatMap { holders[$0] ?? [] }).sorted()
      if !names.isEmpty { files.append(File(path: file.path, names: names)) }
      if file.hidesReaders { hiding.append(file.path) }
    }
  }

  /// The files, and who can open them, as data.
  var members: [JSONText.Member] {
    let list = { (texts: [String]) in JSONText.array(texts.map { .string($0) }) }
    return [
      .init(
        "sealed",
        .array(
          files.map { file in
            .object([.init("file", .string(file.path)), .init("for", list(file.names))])
          })),
      .init("untold", .object([.init("people", list(unknown)), .init("files", list(hiding))])),
    ]
  }

  /// Says which files they are.
  func warn() {
    for file in files {
      Console.warning(
        "\(Text.shown(file.path)) is still sealed for \(file.names.joined(separator: ", "))")
    }
    for name in unknown {
      Console.warning(
        "which files are still sealed for \(Text.shown(name)) cannot be told: no key of theirs is known"
      )
    }
    for path in hiding {
      Console.warning(
        "\(Text.shown(path)) has hidden readers: whether it is still sealed for "
          + "\(people.joined(separator: ", ")) cannot be told")
    }
  }
}
