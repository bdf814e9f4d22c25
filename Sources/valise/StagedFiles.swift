internal import Secrets

/// What git would commit now.
struct StagedFiles {
  /// A file that is new or changed.
  struct File {
    let path: String
    fileprivate let git: Git
    fileprivate let former: String
    fileprivate let current: String

    /// As it is staged.
    func bytes() throws -> [UInt8] { try blob(current) ?? [] }

    /// As it was in the last commit; nil when it was not.
    func formerBytes() throws -> [UInt8]? {
      former.utf8.allSatisfy { $0 == UInt8(ascii: "0") } ? nil : try blob(former)
    }

    private func blob(_ name: String) throws -> [UInt8]? {
      guard let bytes = try git.output(["cat-file", "blob", name]) else {
        throw Failure(.inputOutput, "git cat-file blob \(name) failed")
      }
      return bytes
    }
  }

  let changed: [File]
  /// Files that go; under which name they may come back, git can only guess.
  let removed: [File]

  init(_ git: Git) throws {
    let words = ["diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames"]
    guard let output = try git.output(words + ["--diff-filter=ADMT", "--no-ext-diff"]) else {
      throw Failure(.inputOutput, "git diff --cached failed")
    }
    // `:100644 100644 OLD NEW M`, then the path, each ended by a zero.
    let fields = output.split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    var (changed, removed): ([File], [File]) = ([], [])
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      let head = fields[index].split(separator: " ")
      guard head.count == 5 else { continue }
      let file = File(
        path: fields[index + 1], git: git, former: String(head[2]), current: String(head[3]))
      if head[4] == "D" { removed.append(file) }
      // Symbolic links and submodules have no values.
      if head[1].hasPrefix("100") { changed.append(file) }
    }
    self.changed = changed
    self.removed = removed
  }
}

/// Sealed files that go, to notice one that comes back in clear under another name.
struct OpenedNames {
  private var formers: [(path: String, keys: Set<SecretPath>)] = []

  init(_ removed: [StagedFiles.File]) throws {
    for file in removed {
      guard let bytes = try file.formerBytes(), SealedMark.isIn(bytes),
        let format = FileFormat(fileName: file.path),
        let sealed = try? SecretFile(bytes, format: format)
      else { continue }
      formers.append((file.path, Set(sealed.sealedPaths)))
    }
  }

  /// What a file in clear was called that has at least half of its values' names; nil for none.
  func former(of bytes: [UInt8], _ format: FileFormat) -> String? {
    guard !formers.isEmpty, let file = try? SecretFile(bytes, format: format) else { return nil }
    let paths = Set(file.paths)
    return formers.first {
      !$0.keys.isEmpty && 2 * $0.keys.intersection(paths).count >= $0.keys.count
    }?
    .path
  }
}
