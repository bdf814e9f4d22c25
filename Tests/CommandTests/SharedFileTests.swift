import Foundation
import Testing

/// Files and directories that several users share, as one of them who is not root.
@Suite(
  "Files that are shared with a group",
  .enabled(if: geteuid() == 0, "it takes root to make files another's"))
struct SharedFileTests {
  private let sandbox: Sandbox

  private static let user = "65533"
  private static let ownGroup = "65532"
  private static let team = "65531"

  init() throws {
    sandbox = try Sandbox()
    try sandbox.run(
      "sh", "-ec",
      """
      valise key generate -q --name alice --no-passphrase
      echo 'password: hunter2' >secrets.yaml
      chmod 0777 .
      """)
    try sandbox.run("chown", "-R", Self.user, sandbox.path)
  }

  /// Runs the program as the user, who is in `groups` besides their own.
  private func valise(_ words: String..., groups: String? = nil) throws {
    let identity = ["setpriv", "--reuid", Self.user, "--regid", Self.ownGroup]
    let more = groups.map { ["--groups", $0] } ?? ["--clear-groups"]
    let outcome = try Subprocess(identity + more + ["valise"] + words, in: sandbox).run()
    #expect(outcome.status == 0, "\(outcome)")
  }

  /// Owner, group and mode.
  private func access(_ name: String) throws -> String {
    String(
      decoding: try sandbox.run("stat", "-c", "%u:%g %a", name).standardOutput, as: UTF8.self
    ).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test("somebody of the group who changes another's file leaves it to the group")
  func member() throws {
    try sandbox.run("chown", "0:\(Self.team)", "secrets.yaml")
    try sandbox.run("chmod", "660", "secrets.yaml")
    try valise("secrets", "encrypt", "-q", "-i", "-r", "me", "secrets.yaml", groups: Self.team)
    #expect(try access("secrets.yaml") == "\(Self.user):\(Self.team) 660")
    try sandbox.run("chown", "0", "secrets.yaml")
    try valise("secrets", "decrypt", "-i", "secrets.yaml", groups: Self.team)
    #expect(try access("secrets.yaml") == "\(Self.user):\(Self.team) 660")
  }

  @Test(
    "where the group cannot stay, the writer's gets nothing that it had not",
    arguments: [("660", "600"), ("664", "644"), ("644", "644"), ("604", "600"), ("600", "600")])
  func stranger(_ mode: String, _ expected: String) throws {
    try sandbox.run("chown", "\(Self.user):\(Self.team)", "secrets.yaml")
    try sandbox.run("chmod", mode, "secrets.yaml")
    try valise("secrets", "encrypt", "-q", "-i", "-r", "me", "secrets.yaml")
    #expect(try access("secrets.yaml") == "\(Self.user):\(Self.ownGroup) \(expected)")
  }

  @Test("an output appears in a directory that may be written to and not read")
  func dropBox() throws {
    try sandbox.run("install", "-d", "-m", "300", "-o", Self.user, "drop")
    try valise("encrypt", "-r", "me", "-o", "drop/sealed.jwe", "secrets.yaml")
    try valise("secrets", "encrypt", "-q", "-r", "me", "-o", "drop/secrets.yaml", "secrets.yaml")
    try valise("secrets", "set", "drop/secrets.yaml", "password", "other")
    try valise("decrypt", "-o", "plain", "drop/sealed.jwe")
    #expect(try sandbox.read("plain") == sandbox.read("secrets.yaml"))
    #expect(try access("drop/sealed.jwe") == "\(Self.user):\(Self.ownGroup) 600")
  }
}
