internal import ArgumentParser
internal import JOSE

/// The command valise secrets check-staged.
struct SecretsCheckStaged: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-staged", abstract: "Look for values in clear in what git would commit.",
    discussion: """
      For pre-commit hooks; needs no key. Looks at what is staged and not at the working tree. A \
      finding for each value in clear that a rule or its file wants sealed, each file that was sealed \
      and no longer is, each in clear that valise secrets git-setup named in .gitattributes, and \
      each that cannot be read.
      """)

  @Flag(help: "Print JSON.")
  var json = false

  private struct Finding {
    let path: String
    let reason: String
  }

  func run() throws {
    let staged = try StagedContent(Git.here())
    var findings: [Finding] = []
    for file in staged.files.changed {
      findings += try staged.reasons(file).map { Finding(path: file.path, reason: $0) }
    }
    try show(findings)
    try staged.tellOfOtherMerges()
    guard !findings.isEmpty else { return }
    let hint = "valise secrets encrypt -i seals it, git add stages it then"
    let isByName = findings.contains { $0.reason == StagedContent.clearByName }
    throw Failure(
      .badData, "\(Text.count(findings.count, "finding")) in what is staged",
      hint: isByName
        ? "\(hint); where it holds no secrets, .valise/rules.toml says which files do, and valise "
          + "secrets git-setup follows it" : hint)
  }

  private func show(_ findings: [Finding]) throws {
    guard json else {
      for finding in findings {
        Console.error("\(Text.shown(finding.path)): \(Text.shown(finding.reason))")
      }
      return
    }
    try Console.print(
      JSONText.array(
        findings.map {
          .object([.init("file", .string($0.path)), .init("reason", .string($0.reason))])
        }))
  }
}
