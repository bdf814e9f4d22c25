internal import DurableFiles
internal import Secrets

/// Which files git is to ask us about, in .gitattributes at the top of the project.
struct AttributesFile: GitSetupPart {
  private let git: Git
  private let directory: Directory
  /// The file as it was found; nil when there is none.
  private let present: InputFile?
  private let bytes: [UInt8]

  private static let limit = 1 << 24
  private static let name = ".gitattributes"
  private var path: String { directory.file(Self.name) }

  init(_ git: Git) throws {
    self.git = git
    let above = try Directory.current().ancestors.filter {
      $0.path.utf8.starts(with: git.root.utf8)
    }
    directory =
      above.first { $0.appending(".valise").contains("rules.toml") } ?? Directory(path: git.root)
    present = try Self.open(directory.file(Self.name))
    do { bytes = try present?.readAll(limit: Self.limit) ?? [] } catch {
      throw Failure(reading: error)
    }
  }

  /// The file at `path`, and nothing that it leads to.
  ///
  /// A link would have come with the repository, and so do the rules' globs: what is written would be a
  /// stranger's text in a file of their choice.
  private static func open(_ path: String) throws -> InputFile? {
    do throws(FileError) {
      if let file = try InputFile.regular(path: path) { return file }
    } catch {
      guard error.code == .notFound else { throw Failure(reading: error) }
      return nil
    }
    throw Failure(
      .cannotCreate, "\(Text.shown(path)): is not a regular file, so that git does not read it",
      hint: "find out who put it there; rm makes room for one")
  }

  func setUp() throws -> [String] {
    let globs = try globs()
    // What a glob names already needs no line of its own.
    let patterns = try globs.compactMap { text in
      do throws(SecretsError) { return try PathPattern(text) } catch {
        throw Failure(error, naming: Self.name)
      }
    }
    let paths = try sealedPaths().filter { path in
      let steps = path.utf8.split(separator: UInt8(ascii: "/")).map { Array($0) }
      return !patterns.contains { $0.matches(SecretPath(steps.map { .key($0) })) }
    }
    let lines = GitAttributes.lines(globs: globs, paths: paths)
    let new = MarkedLines(in: bytes).replaced(by: lines)
    guard new != bytes else { return [] }
    try write(new)
    return ["\(Text.shown(path)): names what git asks valise about; commit it"]
  }

  func remove() throws -> [String] {
    let old = MarkedLines(in: bytes).removed
    guard old != bytes else { return [] }
    if old.isEmpty { try directory.remove(Self.name) } else { try write(old) }
    return ["\(Text.shown(path)): \(old.isEmpty ? "removed" : "our lines removed")"]
  }

  private func write(_ new: [UInt8]) throws {
    let staged = try StagedFile(
      path: path, existing: present == nil ? .keep : .replace, followsLinks: false)
    try staged.write(new.span)
    if let present { try staged.takePermissions(of: present) } else { try staged.share() }
    try staged.commit()
  }

  private func globs() throws -> [String] {
    let folder = directory.appending(".valise")
    guard folder.contains("rules.toml") else { return GitAttributes.commonNames }
    do {
      let text = try folder.read("rules.toml", limit: Self.limit)
      return try ProjectRules.rules(text, at: folder.file("rules.toml")).rules.flatMap(\.files)
    } catch let error as FileError { throw Failure(reading: error) }
  }

  /// The files of the project that hold sealed values, in git's index or not yet in it.
  private func sealedPaths() throws -> [String] {
    var paths: Set<String> = []
    for place in ["--cached", "--untracked"] {
      let words = ["-C", directory.path, "grep", place, "-lzF", SealedMark.text]
      let output = try git.output(words) ?? []
      paths.formUnion(output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }
    return paths.filter { FileFormat(fileName: $0) != nil || isSealed($0) }.sorted()
  }

  /// Whether a file in the working tree whose name does not tell its format is a sealed one.
  private func isSealed(_ path: String) -> Bool {
    let bytes = try? directory.read(path, limit: SecretsAccess.limit)
    return bytes.flatMap(FileFormat.init(ofSealed:)) != nil
  }
}
