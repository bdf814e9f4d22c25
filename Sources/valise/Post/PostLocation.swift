internal import DurableFiles
internal import Post

/// Where a post is.
enum PostLocation {
  /// The whole path, however it was written: the mailbox is used from anywhere, and the post may not
  /// be at hand.
  static func absolute(_ path: String) -> String {
    let resolved = StagedFile.resolvingLinks(path)
    return resolved.hasPrefix("/") ? resolved : "\(StagedFile.resolvingLinks("."))/\(resolved)"
  }

  /// Sees to it that a post in `directory` would neither be in another one nor have one in it: whoever
  /// looks after the outer one finds the inner one's files to have no place there.
  static func refuseNesting(_ directory: String) throws {
    let isThere = FileIdentity(path: directory) != nil
    var outer = isThere ? absolute(directory) : absolute(StagedFile.directory(of: directory))
    if isThere {
      for name in (try? Directory(path: outer).folderNames()) ?? [] where isPost("\(outer)/\(name)")
      {
        throw nested("has a post in it", directory, "\(outer)/\(name)")
      }
      outer = StagedFile.directory(of: outer)
    }
    while !isPost(outer) {
      guard outer != "/" else { return }
      outer = StagedFile.directory(of: outer)
    }
    throw nested("is in a post", directory, outer)
  }

  private static func isPost(_ path: String) -> Bool {
    guard let transport = try? DirectoryTransport(path: path) else { return false }
    return (try? PostDescriptor.read(from: transport)) != nil
  }

  private static func nested(_ how: String, _ directory: String, _ other: String) -> Failure {
    Failure(
      .cannotCreate, "\(Text.shown(directory)): \(how), \(Text.shown(other))",
      hint: "make it beside that one")
  }
}
