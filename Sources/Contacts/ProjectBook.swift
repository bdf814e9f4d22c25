internal import DurableFiles
internal import Primitives

extension ContactBook {
  /// What a project's book is called, in the project's own directory.
  public static let projectDirectory = ".valise"

  /// Where the project is whose tree the working directory is in.
  public enum ProjectSearch: Sendable {
    /// There is none.
    case none
    /// There is one, with its book.
    case found(ContactBook)
    /// There is something of its name that is not believed: a link, in a repository perhaps to a place
    /// outside of it, or what somebody else could put any keys into.
    case refused(path: String, reason: String)
  }

  /// Looks for a project's book in the working directory and those above it.
  ///
  /// - Parameter keyring: whose lock, journal and cache are used: a project has no place for them.
  /// - Returns: the book, or why there is none.
  /// - Throws: ``ContactsError`` `inputOutput` when there is no working directory.
  public static func project(for keyring: Keyring) throws(ContactsError) -> ProjectSearch {
    let current = try reporting { () throws(FileError) in try Directory.current() }
    for directory in current.ancestors {
      let place = directory.appending(projectDirectory)
      // The keyring itself may be called so: what is put there is nobody's to share.
      guard let identity = FileIdentity(path: place.path),
        identity != FileIdentity(path: keyring.path)
      else { continue }
      let kinds = [Kind.contacts, .groups].map { place.appending($0.rawValue) }
      for directory in [place] + kinds {
        do { try TrustedFile.checkDirectory(directory.path) } catch {
          return .refused(path: error.path, reason: error.reason)
        }
      }
      return .found(ContactBook(projectAt: place, keyring))
    }
    return .none
  }

  /// Makes a project's book in `directory`.
  ///
  /// - Throws: ``ContactsError`` `nameTaken` when there is one, `inputOutput`.
  public static func makeProject(
    in directory: String, for keyring: Keyring
  ) throws(ContactsError) -> ContactBook {
    let place = Directory(path: directory).appending(projectDirectory)
    guard !Directory(path: directory).contains(projectDirectory) else {
      throw ContactsError(.nameTaken, "\(place.path) exists already")
    }
    try reporting { () throws(FileError) in
      for kind in [Kind.contacts, .groups] { try place.appending(kind.rawValue).create() }
    }
    return ContactBook(projectAt: place, keyring)
  }

  private init(projectAt place: Directory, _ keyring: Keyring) {
    let home = keyring.files.directory
    // Named by a hash: a path may be longer than a name, and tells where people work.
    let hash = (try? Hash.sha256.digest(Array(place.path.utf8).span)) ?? []
    let name = String(decoding: Base64URL.encode(hash.span), as: UTF8.self)
    self.init(
      JournaledDirectory(place, guardedBy: home, journal: ".journal-\(name)"), isShared: true,
      indexedIn: home.appending("cache"), as: "project-\(name)")
  }
}
