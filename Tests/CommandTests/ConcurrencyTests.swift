import Foundation
import Testing
import Seeded

/// Several processes at one keyring at once.
@Suite("Processes that share a keyring")
struct ConcurrencyTests {
  private static let count = Program.isDebug ? 50 : 500

  /// Each writer takes another key for each contact; the reader reads for as long as they write.
  private static let script = """
    write() { for i in $(seq "$2"); do valise contact add -q $1$i keys/$1$i.jwk || exit 1; done; }
    write a "$1" & a=$!
    write b "$1" & b=$!
    reads=0
    while kill -0 $a 2>/dev/null || kill -0 $b 2>/dev/null; do
      valise contact list --json >list.json || exit 2
      valise inspect sealed.jwe >inspected || exit 3
      grep -q '^  me-1 ' inspected || exit 4
      reads=$((reads + 1))
    done
    wait $a && wait $b && echo $reads
    """

  private func sandbox() throws -> Sandbox {
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
    let sandbox = try Sandbox(in: memory ?? NSTemporaryDirectory())
    try sandbox.run("mkdir", "keys")
    var generator = SeededGenerator(seed: 4)
    for writer in ["a", "b"] {
      for index in 1...Self.count {
        try sandbox.write(Data(Self.key(&generator).utf8), to: "keys/\(writer)\(index).jwk")
      }
    }
    try sandbox.run("valise", "key", "generate", "-q", "--name", "me-1", "--no-passphrase")
    try sandbox.write(Data("x".utf8), to: "plain")
    try sandbox.run(
      "valise", "encrypt", "-r", "me", "-r", "keys/b1.jwk", "-o", "sealed.jwe", "plain")
    return sandbox
  }

  private static func key(_ generator: inout SeededGenerator) -> String {
    let octets = Data((0..<32).map { _ in UInt8.random(in: 1...255, using: &generator) })
    let text = octets.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
    return #"{"kty":"OKP","crv":"X25519","x":"\#(text)"}"#
  }

  @Test("two that add contacts lose none, and a reader never sees an error")
  func adding() throws {
    let sandbox = try sandbox()
    // An index that is there from the beginning is kept right by every addition.
    try sandbox.run("valise", "contact", "add", "-q", "zed", "keys/a1.jwk")
    try sandbox.run("valise", "contact", "remove", "-q", "zed")
    try sandbox.run("valise", "inspect", "sealed.jwe")
    let outcome = try sandbox.run("sh", "-c", Self.script, "sh", "\(Self.count)")
    let reads = Int(
      String(decoding: outcome.standardOutput, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines))
    #expect(try #require(reads) > 2)

    let list = try sandbox.run("valise", "contact", "list", "--json").standardOutput
    let contacts = try #require(JSONSerialization.jsonObject(with: list) as? [[String: Any]])
    let expected = (1...Self.count).flatMap { ["a\($0)", "b\($0)"] }
    #expect(contacts.compactMap { $0["name"] as? String }.sorted() == expected.sorted())
    try checkIndex(sandbox, ["a1", "b\(Self.count)"])
  }

  private func checkIndex(_ sandbox: Sandbox, _ names: [String]) throws {
    for name in names {
      try sandbox.run("valise", "encrypt", "-r", name, "-o", "\(name).jwe", "plain")
      let shown = try sandbox.run("valise", "inspect", "\(name).jwe").standardOutput
      #expect(String(decoding: shown, as: UTF8.self).contains("\n  \(name) "))
    }
    let path = "\(sandbox.path)/home/keyring/cache/contacts"
    let kept = try sandbox.read(path)
    try sandbox.run("rm", path)
    try sandbox.run("valise", "inspect", "sealed.jwe")
    #expect(try sandbox.read(path) == kept)
  }

  /// One renames back and forth; the other looks for as long as they do.
  private static let renaming = """
    { for i in $(seq "$1"); do
      valise contact rename -q bob rob && valise contact rename -q rob bob || exit 1; done; } & a=$!
    reads=0
    while kill -0 $a 2>/dev/null; do
      valise contact list >list || exit 2
      [ "$(wc -l <list)" = 3 ] || { cat list; exit 3; }
      valise encrypt -q --force -r @team -o team.jwe plain || exit 4
      reads=$((reads + 1))
    done
    wait $a && echo $reads
    """

  @Test("whoever looks while others rename misses nobody, and sees nobody twice")
  func renaming() throws {
    let sandbox = try sandbox()
    for (name, key) in [("adam", "a1"), ("bob", "a2"), ("carol", "a3")] {
      try sandbox.run("valise", "contact", "add", "-q", name, "keys/\(key).jwk")
    }
    try sandbox.run("valise", "group", "add", "-q", "@team", "adam", "bob", "carol")
    let outcome = try sandbox.run("sh", "-c", Self.renaming, "sh", "\(Self.count)")
    let reads = Int(
      String(decoding: outcome.standardOutput, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines))
    #expect(try #require(reads) > 2)
  }

  @Test("one that waits longer than anybody works is told to try again")
  func busy() throws {
    let sandbox = try sandbox()
    let outcome = try Subprocess(
      ["flock", "../home/keyring/lock", "valise", "contact", "add", "bob", "keys/a1.jwk"],
      in: sandbox
    ).run()
    #expect(outcome.status == 75)
    #expect(
      String(decoding: outcome.standardError, as: UTF8.self).contains(
        "is locked by another process"))
    // Reading needs no lock.
    try sandbox.run("flock", "../home/keyring/lock", "valise", "contact", "list")
    try sandbox.run("valise", "contact", "add", "-q", "bob", "keys/a1.jwk")
  }
}
