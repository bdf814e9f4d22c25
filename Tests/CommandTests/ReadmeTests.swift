import Foundation
import Testing

/// What the README tells people to type works as it stands.
@Suite("The README's tour") struct ReadmeTests {
  @Test("the sixty seconds run from top to bottom, and both readers read the same")
  func tour() throws {
    let readme = try String(
      contentsOf: Program.tests.deletingLastPathComponent().appendingPathComponent("README.md"),
      encoding: .utf8)
    let section = try #require(readme.components(separatedBy: "## Sixty seconds").last)
    let block = try #require(
      section.components(separatedBy: "```sh\n").dropFirst().first?
        .components(separatedBy: "```").first)
    let sandbox = try Sandbox()
    let outcome = try sandbox.run("sh", "-ec", block)
    #expect(String(decoding: outcome.standardOutput, as: UTF8.self).hasSuffix("arrives at nine.\n"))
    #expect(try sandbox.read("plan-of-bob.txt") == sandbox.read("plan.txt"))
  }

  @Test("the README is short enough to be read")
  func length() throws {
    let readme = try String(
      contentsOf: Program.tests.deletingLastPathComponent().appendingPathComponent("README.md"),
      encoding: .utf8)
    #expect(readme.split(separator: "\n", omittingEmptySubsequences: false).count <= 150)
  }
}
