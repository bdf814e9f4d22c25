import Foundation
import Testing

/// Trees in which the system forbids something, to a user who is not root.
@Suite("Changes of readers where something is forbidden")
struct ForbiddenTreeTests {
  private let sandbox: Sandbox
  /// Makes a command another user's who is not root.
  private let asUser: [String]

  private static let isRoot = geteuid() == 0
  private static let user = "65534"

  init() throws {
    sandbox = try Sandbox()
    asUser = Self.isRoot ? ["setpriv", "--reuid", Self.user, "--clear-groups"] : []
    try sandbox.run(
      "sh", "-ec",
      """
      VALISE_HOME=bob valise key generate -q --name bob --no-passphrase
      VALISE_HOME=bob valise key export -o bob.jwks
      valise key generate -q --name alice --no-passphrase
      valise contact add -q bob bob.jwks
      echo 'attack at dawn' >plain
      mkdir -p tree/deep
      for file in one deep/two; do valise encrypt -r me -r bob -o tree/$file.jwe plain; done
      """)
    if Self.isRoot { try sandbox.run("chown", "-R", Self.user, sandbox.path) }
  }

  private func valise(_ words: String...) throws -> Subprocess.Outcome {
    try Subprocess(asUser + ["valise", "recipients"] + words, in: sandbox).run()
  }

  private func content() throws -> [Data] {
    try ["tree/one.jwe", "tree/deep/two.jwe"].map { try sandbox.read($0) }
  }

  @Test("a file or a directory that cannot be read stops all of it, and is only told by list")
  func unreadable() throws {
    let old = try content()
    for path in ["tree/deep", "tree/deep/two.jwe"] {
      try sandbox.run("chmod", "0", path)
      let outcome = try valise("remove", "-r", "bob", "tree")
      let list = try valise("list", "tree")
      try sandbox.run("chmod", "755", path)
      #expect(outcome.status == 66, "\(outcome)")
      #expect(
        outcome.description.contains(
          "valise: error: \(path): permission denied; nothing was changed"))
      #expect(try content() == old)
      #expect(list.status == 0)
      #expect(list.description.contains("valise: warning: \(path): permission denied"))
      #expect(list.description.contains("tree/one.jwe: alice"))
    }
  }

  @Test("a directory that cannot be written to is found out before anything is, and in a dry run")
  func unwritable() throws {
    let old = try content()
    try sandbox.run("chmod", "555", "tree/deep")
    for more in [[], ["--dry-run"]] {
      let words = ["valise", "recipients", "remove", "-r", "bob", "tree"] + more
      let outcome = try Subprocess(asUser + words, in: sandbox).run()
      #expect(outcome.status == 73, "\(outcome)")
      #expect(outcome.description.contains("tree/deep/two.jwe: permission denied; nothing"))
      #expect(!outcome.description.contains("could read until now"))
    }
    try sandbox.run("chmod", "755", "tree/deep")
    #expect(try content() == old)
  }

  @Test(
    "another user's file in a sticky directory is found out before anything is",
    .enabled(if: isRoot, "it takes root to make one"))
  func sticky() throws {
    try sandbox.run("chown", "0", "tree/deep", "tree/deep/two.jwe")
    try sandbox.run("sh", "-c", "chmod 1777 tree/deep; chmod 644 tree/deep/two.jwe")
    let old = try content()
    let outcome = try valise("remove", "-r", "bob", "tree")
    #expect(outcome.status == 73, "\(outcome)")
    #expect(
      outcome.description.contains("tree/deep/two.jwe: operation not permitted; nothing was"))
    #expect(try content() == old)
  }
}
