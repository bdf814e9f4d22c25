internal import DurableFiles
internal import Secrets

/// The files that git-setup's lines in .gitattributes name.
///
/// Without rules these are all that says which files hold secrets.
struct AttributedFiles {
  private struct Names {
    /// The directory that they are in, with a slash, from the top of the repository.
    let prefix: String
    let globs: [PathPattern]
    /// With a slash before each.
    let paths: [String]
  }

  private let names: [Names]

  private static let fileName = ".gitattributes"

  init(_ git: Git) throws {
    let listing =
      try git.output(["ls-files", "--cached", "-z", "--", ":(glob)**/\(Self.fileName)"]) ?? []
    let paths = Set(listing.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    // It need not have been committed yet to hold.
    names = try paths.union([Self.fileName]).map { path in
      let patterns = try MarkedLines(in: Self.bytes(path, git)).lines
        .compactMap(GitAttributes.pattern)
      return Names(
        prefix: String(path.dropLast(Self.fileName.count)),
        // What was written into the file since may be no glob of ours.
        globs: patterns.filter { !$0.hasPrefix("/") }.compactMap { try? PathPattern($0) },
        paths: patterns.filter { $0.hasPrefix("/") })
    }
  }

  /// As git itself sees it: as it is in the working tree, else as it is staged.
  private static func bytes(_ path: String, _ git: Git) throws -> [UInt8] {
    do throws(FileError) {
      if let file = try InputFile.regular(path: "\(git.root)/\(path)") {
        return try file.readAll(limit: 1 << 24)
      }
    } catch {
      guard error.code == .notFound else { throw Failure(reading: error) }
    }
    return try git.output(["cat-file", "blob", ":\(path)"]) ?? []
  }

  /// Whether the file at `path`, from the top of the repository, is among them, and no example for
  /// others to fill in.
  func contains(_ path: String) -> Bool {
    guard !Self.exampleEndings.contains(where: { path.hasSuffix($0) }) else { return false }
    return names.contains { names in
      guard path.utf8.starts(with: names.prefix.utf8) else { return false }
      let rest = String(path.dropFirst(names.prefix.count))
      let steps = SecretPath(rest.utf8.split(separator: UInt8(ascii: "/")).map { .key(Array($0)) })
      return names.globs.contains { $0.matches(steps) }
        || names.paths.contains { GitAttributes.isPath($0, of: rest) }
    }
  }

  private static let exampleEndings = [".example", ".sample", ".template", ".dist"]
}
