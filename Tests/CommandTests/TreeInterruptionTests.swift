import Foundation
import Testing

/// A tree of files that are changed together, when the process is killed or the disk fails it.
@Suite("Changes of many files that are interrupted")
struct TreeInterruptionTests {
  private let sandbox: Sandbox

  private static let preparation = """
    for name in bob carol; do
      VALISE_HOME=$name valise key generate -q --name $name --no-passphrase
      VALISE_HOME=$name valise key export -o $name.jwks
      valise contact add -q $name $name.jwks
    done
    valise key generate -q --name alice --no-passphrase
    echo 'attack at dawn' >plain
    mkdir -p begin/tree/deep project/.valise/contacts project/.valise/groups
    for file in one two deep/three; do
      valise encrypt -r me -r carol -o begin/tree/$file.jwe plain
      printf 'key: value-of-%s\\nother: 2\\n' $file >begin/tree/$file.yaml
      valise secrets encrypt -q -i -r me -r carol begin/tree/$file.yaml
    done
    """

  init() throws {
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
    sandbox = try Sandbox(in: memory ?? NSTemporaryDirectory())
    try sandbox.run("sh", "-ec", Self.preparation)
  }

  private func reset() throws {
    try sandbox.run("sh", "-ec", "rm -rf tree; cp -a begin/tree tree")
  }

  /// Who can open each file, and that each opens to what it held.
  private func state() throws -> [String: String] {
    var state: [String: String] = [:]
    for name in ["one", "two", "deep/three"] {
      let sealed = try sandbox.run("valise", "recipients", "list", "tree/\(name).jwe")
      let content = try sandbox.run("valise", "decrypt", "-q", "tree/\(name).jwe")
      #expect(content.standardOutput == Data("attack at dawn\n".utf8))
      let value = try sandbox.run("valise", "secrets", "get", "tree/\(name).yaml", "key")
      #expect(value.standardOutput == Data("value-of-\(name)\n".utf8))
      state[name] = String(decoding: sealed.standardOutput, as: UTF8.self)
    }
    return state
  }

  /// Names that a kill between giving a file a hidden name and its own left behind.
  private func strays() throws -> Int {
    try FileManager.default.subpathsOfDirectory(atPath: sandbox.file("tree"))
      .filter { $0.split(separator: "/").last?.hasPrefix(".") == true }.count
  }

  @Test(
    "a kill at any step leaves each file old or new, and the same command finishes",
    arguments: [
      "valise recipients add -r bob tree", "valise recipients remove -r carol tree",
      "valise recipients remove -r carol --sign tree",
    ])
  func killed(_ command: String) throws {
    let traced = TracedCommand(
      words: command.split(separator: " ").map(String.init), sandbox: sandbox)
    try reset()
    let old = try state()
    let points = try traced.points()
    let new = try state()
    #expect(old.allSatisfy { new[$0.key] != $0.value })
    #expect(points.count > 9)
    for point in points {
      try reset()
      let outcome = try traced.run("signal=SIGKILL", at: point)
      #expect(outcome.status == 128 + 9, "\(point): \(outcome)")
      for (name, readers) in try state() {
        #expect(readers == old[name] || readers == new[name], "\(point): \(name)")
      }
      // The old files and the new, as far as they were not dropped: nobody's from now on.
      #expect(try strays() <= 3, "\(point)")
      let listed = try sandbox.run("valise", "recipients", "list", "tree").standardOutput
      #expect(!String(decoding: listed, as: UTF8.self).contains(".valise-"), "\(point)")
      let second = try sandbox.run("sh", "-c", command)
      #expect(!second.description.contains(".valise-"), "\(point)")
      #expect(try strays() == 0, "\(point)")
      #expect(try state() == new, "\(point)")
    }
  }

  @Test("a kill at any step of making new keys leaves every file of secrets whole")
  func rekeyed() throws {
    let files = ["one", "two", "deep/three"].map { "tree/\($0).yaml" }
    let command = ["valise", "secrets", "rekey", "-q", "--rotate"] + files
    let traced = TracedCommand(words: command, sandbox: sandbox)
    try reset()
    // What is made once, the index of keys, is made by now.
    _ = try state()
    let points = try traced.points()
    #expect(points.count > 9)
    for point in points {
      try reset()
      let outcome = try traced.run("signal=SIGKILL", at: point)
      #expect(outcome.status == 128 + 9, "\(point): \(outcome)")
      _ = try state()
      #expect(try strays() <= 3, "\(point)")
      #expect(try Subprocess(command, in: sandbox).run().status == 0)
      #expect(try strays() == 0, "\(point)")
      _ = try state()
    }
  }

  @Test("a disk that is full before the first file is replaced leaves all as they were")
  func full() throws {
    let command = ["valise", "recipients", "remove", "-r", "carol", "tree"]
    let traced = TracedCommand(words: command, sandbox: sandbox)
    try reset()
    let old = try state()
    let points = try traced.points().filter { ["write", "fsync"].contains($0.call) }
    let new = try state()
    let first = try #require(points.first { $0.call == "fsync" })
    for point in points where point.call == "write" || point.number == first.number {
      try reset()
      let outcome = try traced.run("error=ENOSPC", at: point)
      #expect(try strays() == 0, "\(point)")
      guard try state() == old else {
        // The last writes are what is said, when all is done.
        #expect(try state() == new, "\(point)")
        continue
      }
      #expect(outcome.status != 0, "\(point)")
      #expect(outcome.description.contains("\nvalise: error: "), "\(point)")
    }
    try reset()
    let outcome = try traced.run("error=ENOSPC", at: first)
    #expect(outcome.status == 74)
    #expect(try state() == old)
    #expect(try strays() == 0)
  }

  @Test("when a file cannot be replaced, those before it are changed back")
  func undone() throws {
    let traced = TracedCommand(
      words: ["valise", "recipients", "remove", "-r", "carol", "tree"], sandbox: sandbox)
    try reset()
    let old = try state()
    let points = try traced.points()
    let renames = points.filter { $0.call == "renameat2" }
    #expect(renames.count == 3)
    // The last three are of the directories, after all files are in place.
    let syncs = points.filter { $0.call == "fsync" }.suffix(2)
    for point in renames + syncs {
      try reset()
      let outcome = try traced.run("error=EIO", at: point)
      #expect(outcome.status == 74, "\(point)")
      #expect(outcome.description.contains("; nothing was changed\n"), "\(point)")
      #expect(outcome.description.contains("carol could read until now"), "\(point)")
      #expect(try state() == old, "\(point)")
      #expect(try strays() == 0, "\(point)")
    }
  }

  @Test("what cannot be changed back is named, as data too, and the same command finishes")
  func stuck() throws {
    let words = ["valise", "recipients", "remove", "-r", "carol", "--json", "tree"]
    let traced = TracedCommand(words: words, sandbox: sandbox)
    try reset()
    let old = try state()
    let renames = try traced.points().filter { $0.call == "renameat2" }
    let new = try state()
    for point in renames.dropFirst() {
      try reset()
      let outcome = try traced.run("error=EIO", at: point, onwards: true)
      #expect(outcome.status == 74)
      let changed = try state().filter { $0.value != old[$0.key] }.keys
      #expect(changed.count == point.number - 1)
      let list = try JSONSerialization.jsonObject(with: outcome.standardOutput)
      let files = try #require(list as? [[String: Any]])
      #expect(files.allSatisfy { $0["done"] as? Bool == true })
      #expect(files.allSatisfy { $0["knew"] as? [String] == ["carol"] })
      #expect(
        Set(files.compactMap { $0["file"] as? String }) == Set(changed.map { "tree/\($0).jwe" }))
      for name in changed {
        #expect(
          outcome.description.contains("tree/\(name).jwe: is new, and could not be changed back"))
      }
      #expect(try strays() == 0)
      try sandbox.run("valise", "recipients", "remove", "-r", "carol", "tree")
      #expect(try state() == new)
    }
  }
}
