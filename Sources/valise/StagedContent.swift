internal import Secrets

/// What git would commit now, and what should be sealed in it.
struct StagedContent {
  static let clearByName = "stands in clear, and .gitattributes names it as a file of secrets"

  let files: StagedFiles
  private let git: Git
  private let rules: StagedRules
  private let attributed: AttributedFiles
  private let opened: OpenedNames
  /// Files that have something sealed in them, or had in the last commit.
  private let marked: Set<String>

  init(_ git: Git) throws {
    self.git = git
    rules = try StagedRules(git)
    files = try StagedFiles(git)
    attributed = try AttributedFiles(git)
    opened = try OpenedNames(files.removed)
    marked = try Self.marked(git)
  }

  private static func marked(_ git: Git) throws -> Set<String> {
    var paths: Set<String> = []
    for (place, prefix) in [("--cached", ""), ("HEAD", "HEAD:")] {
      let output = try git.output(["grep", "-lzF", "-e", SealedMark.text, place]) ?? []
      for field in output.split(separator: 0) {
        paths.insert(String(decoding: field.dropFirst(prefix.utf8.count), as: UTF8.self))
      }
    }
    return paths
  }

  /// Why a file should not be committed as it is; nothing when it may.
  func reasons(_ staged: StagedFiles.File) throws -> [String] {
    let rule = rules.rule(for: staged.path)
    let known = rule?.format ?? FileFormat(fileName: staged.path)
    // All others cannot have anything to seal, and need not be read.
    guard known != nil || rule != nil || marked.contains(staged.path) else { return [] }
    let bytes = try staged.bytes()
    guard let format = known ?? FileFormat(ofSealed: bytes) else {
      guard rule == nil else { return ["a rule names it, and its name does not tell its format"] }
      let former = try staged.formerBytes().flatMap(FileFormat.init(ofSealed:))
      return former == nil ? [] : [Self.clearNow]
    }
    guard rule != nil || SealedMark.isIn(bytes) else {
      return try clearReason(staged, bytes, format).map { [$0] } ?? []
    }
    // Without a rule the file's block says what is secret in it.
    let selection =
      rule?.selection ?? (try? SecretFile(bytes, format: format).selection) ?? .all
    return Finding.all(in: bytes, format: format, expecting: .init(selection: selection))
      .map(\.reason)
  }

  private static let clearNow = "was sealed, and is staged in clear"

  /// Why a file should not be in clear that nothing in it and no rule says so of.
  private func clearReason(
    _ staged: StagedFiles.File, _ bytes: [UInt8], _ format: FileFormat
  ) throws -> String? {
    if try staged.formerBytes().map(SealedMark.isIn) ?? false { return Self.clearNow }
    if let former = opened.former(of: bytes, format) {
      return "was sealed as \(former), and is staged in clear"
    }
    guard attributed.contains(staged.path) else { return nil }
    // What cannot be read may hold anything.
    let paths = try? SecretFile(bytes, format: format).paths
    return paths?.isEmpty == true ? nil : Self.clearByName
  }

  /// Warns of sealed files that git would merge as any text, which conflicts all over.
  func tellOfOtherMerges() throws {
    guard try git.line("config", "--get", "merge.valise.driver") != nil else { return }
    let sealed = try files.changed.filter { file in
      guard marked.contains(file.path) else { return false }
      let bytes = try file.bytes()
      return SealedMark.isIn(bytes)
        && (FileFormat(fileName: file.path) != nil || FileFormat(ofSealed: bytes) != nil)
    }
    guard !sealed.isEmpty else { return }
    let words = ["check-attr", "-z", "merge", "--"] + sealed.map(\.path)
    // Of each: its path, `merge`, and what is set.
    let fields = try (git.output(words) ?? []).split(separator: 0, omittingEmptySubsequences: false)
    for index in stride(from: 0, to: fields.count - 2, by: 3)
    where !fields[index + 2].elementsEqual("valise".utf8) {
      let path = String(decoding: fields[index], as: UTF8.self)
      Console.warning(
        "\(Text.shown(path)): .gitattributes does not say that valise merges it; valise secrets "
          + "git-setup brings that up to date")
    }
  }
}
