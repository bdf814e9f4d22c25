import Foundation
import Testing

/// A file of secrets while it is changed by a command that is killed.
@Suite("Changes of a file of secrets that are interrupted")
struct SecretsInterruptionTests {
  private let sandbox: Sandbox

  private static let preparation = """
    valise key generate -q --name me --no-passphrase
    mkdir begin
    printf 'key: one\\nother: two\\n' >begin/file.yaml
    valise secrets encrypt -q -i -r me begin/file.yaml
    cp begin/file.yaml begin/theirs.yaml
    cp begin/file.yaml begin/base.yaml
    valise secrets set begin/theirs.yaml other three
    cp begin/file.yaml begin/grown.yaml
    printf 'new: four\\n' >>begin/grown.yaml
    chmod 0640 begin/file.yaml begin/grown.yaml
    printf 'sed -i s/one/edited/ "$1"\\n' >editor.sh
    """

  init() throws {
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
    sandbox = try Sandbox(in: memory ?? NSTemporaryDirectory())
    try sandbox.run("sh", "-ec", Self.preparation)
  }

  private func reset() throws {
    try sandbox.run("sh", "-ec", "rm -rf work; cp -a begin work")
  }

  /// What a file says: its values as they stand after it is opened, or as they are in clear.
  private func text(_ name: String) throws -> String {
    let outcome = try sandbox.run("valise", "secrets", "diff", "--textconv", name)
    return String(decoding: outcome.standardOutput, as: UTF8.self)
  }

  @Test(
    "a kill at any step leaves the old file or the new one, with its permissions",
    arguments: [
      ("set work/file.yaml key new", "file"), ("unset work/file.yaml other", "file"),
      ("encrypt -q -i work/grown.yaml", "grown"), ("decrypt -i work/file.yaml", "file"),
      ("edit -q work/file.yaml", "file"),
      ("merge --path x.yaml work/base.yaml work/file.yaml work/theirs.yaml", "file"),
    ])
  func killed(_ command: String, _ file: String) throws {
    let name = "work/\(file).yaml"
    let words =
      ["env", "EDITOR=sh editor.sh", "valise", "secrets"]
      + command.split(separator: " ").map(String.init)
    let traced = TracedCommand(words: words, sandbox: sandbox)
    try reset()
    let old = try sandbox.read(name)
    let points = try traced.points()
    let new = try text(name)
    #expect(try sandbox.read(name) != old)
    #expect(points.count > 3)
    for point in points {
      try reset()
      if command.hasPrefix("edit") {
        // The text of the session before waits to be resumed.
        try sandbox.run("env", "EDITOR=true", "valise", "secrets", "edit", "-q", "--discard", name)
      }
      _ = try traced.run("signal=SIGKILL", at: point)
      let isOld = try sandbox.read(name) == old
      #expect(try isOld || text(name) == new, "\(point)")
      let permissions = try FileManager.default.attributesOfItem(atPath: sandbox.file(name))
      #expect(permissions[.posixPermissions] as? Int == 0o640, "\(point)")
    }
  }
}

/// Several processes that change one file of secrets at once.
@Suite("Changes of a file of secrets at the same time")
struct SecretsConcurrencyTests {
  private static let script = """
    valise key generate -q --name me --no-passphrase
    echo 'first: 1' >file.yaml
    valise secrets encrypt -q -i -r me file.yaml
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
      { valise secrets set file.yaml key$i value 2>/dev/null; echo "$i $?" >status$i; } &
    done
    wait
    cat status*
    """

  @Test("a change that is said to be done is in the file; another is told to try again")
  func none() throws {
    let sandbox = try Sandbox(in: NSTemporaryDirectory())
    let outcome = try sandbox.run("sh", "-ec", Self.script)
    let text = try sandbox.run("valise", "secrets", "decrypt", "file.yaml").standardOutput
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    let ends = String(decoding: outcome.standardOutput, as: UTF8.self).split(separator: "\n")
    #expect(ends.count == 12)
    for end in ends {
      let words = end.split(separator: " ")
      #expect(words[1] == "0" || words[1] == "75", "\(end)")
      #expect(lines.contains("key\(words[0]): value") == (words[1] == "0"), "\(end)")
    }
    #expect(ends.contains { $0.hasSuffix(" 0") })
  }
}
