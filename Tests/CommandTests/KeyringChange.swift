import Foundation
import Testing

/// A command that changes the keyring, and how its result is told from what was before.
struct KeyringChange: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// The command, which must change something.
  let command: [String]
  /// Commands whose output shows which state the keyring is in.
  let views: [[String]]
  /// A command that changes the same files once more, when the change is made already.
  let next: [String]
  /// What of the views is the same each time the command runs: a fresh key has a fresh name.
  var pattern = ".*"

  private static let contacts = [
    ["valise", "contact", "list", "--json"], ["valise", "group", "list", "--json"],
  ]
  private static let keys = [["valise", "key", "list", "--json"]]

  init(_ command: String, views: [[String]], next: String, pattern: String = ".*") {
    testDescription = command
    self.command = command.split(separator: " ").map(String.init)
    self.views = views
    self.next = next.split(separator: " ").map(String.init)
    self.pattern = pattern
  }

  static let all = [
    KeyringChange(
      "valise contact add dave dave.jwks", views: contacts, next: "valise contact remove dave"),
    KeyringChange(
      "valise contact add alice alice-2.jwks", views: contacts,
      next: "valise contact rename alice alicia"),
    KeyringChange(
      "valise contact rename bob robert", views: contacts,
      next: "valise contact rename robert bob"),
    KeyringChange(
      "valise contact remove bob", views: contacts, next: "valise contact add bob bob.jwks"),
    KeyringChange(
      "valise group add @team carol @others", views: contacts,
      next: "valise group remove @team carol"),
    KeyringChange(
      "valise group remove @others", views: contacts, next: "valise group add @top bob"),
    KeyringChange(
      "valise key rotate", views: keys, next: "valise key rotate", pattern: "\"serial\": .*"),
    KeyringChange(
      "valise key passphrase --new-passphrase-file pass", views: keys,
      next: "valise key passphrase --passphrase-file pass --no-passphrase"),
    KeyringChange(
      "valise key revoke me-1 --yes", views: keys, next: "valise key default work",
      pattern: "\"(serial|state)\": .*"),
    KeyringChange(
      "valise key generate --name second --no-passphrase", views: keys,
      next: "valise key rotate second", pattern: "\"(name|default)\": .*"),
    KeyringChange(
      "valise keyring restore --force --passphrase-file pass backup.jwe", views: contacts + keys,
      next: "valise key default work"),
    KeyringChange(
      "env -C project valise contact add --project alice ../alice-2.jwks",
      views: [["env", "-C", "project", "valise", "contact", "list", "--json"]],
      next: "env -C project valise contact rename --project alice alicia"),
    KeyringChange(
      "env -C project valise contact rename --project bob robert",
      views: [
        ["env", "-C", "project", "valise", "contact", "list", "--json"],
        ["env", "-C", "project", "valise", "group", "list", "--json"],
      ], next: "env -C project valise contact rename --project robert bob"),
    KeyringChange(
      "sh verify.sh bob", views: contacts, next: "valise contact rename bob robert"),
    KeyringChange(
      "valise group remove @team bob", views: contacts, next: "valise group add @team carol"),
    KeyringChange(
      "valise key default work", views: keys, next: "valise key default me-1"),
    KeyringChange(
      "valise key import dave.jwk --no-passphrase", views: keys, next: "valise key rotate dave"),
    KeyringChange(
      "valise key device add tablet me-1 --no-passphrase -o -", views: keys,
      next: "valise key device remove tablet me-1", pattern: "\"serial\": .*"),
    KeyringChange(
      "valise key device remove phone work", views: keys, next: "valise key rotate work",
      pattern: "\"serial\": .*"),
    KeyringChange(
      "valise key update me-1.jwks", views: keys, next: "valise key rotate me-1",
      pattern: "\"serial\": .*"),
    // Nobody asked for a change: a name that is seen for the first time is pinned.
    KeyringChange(
      "env -C project valise encrypt -r dave ../pass", views: contacts,
      next: "valise contact remove dave"),
  ]
}

extension KeyringChange {
  /// One of each way to change files, for what every run of the tests can afford; all of them with
  /// `$VALISE_TEST_EXHAUSTIVE`, as `make interruptions` runs it.
  static let representative: [KeyringChange] = {
    let isExhaustive = ProcessInfo.processInfo.environment["VALISE_TEST_EXHAUSTIVE"] != nil
    let words = ["contact add dave", "contact rename bob", "key rotate", "restore"]
    return all.filter { change in
      isExhaustive || words.contains { change.testDescription.contains($0) }
    }
  }()
}

/// A sandbox in which one change is made again and again, each time from the same beginning.
final class ChangingKeyring {
  let sandbox: Sandbox
  private let change: KeyringChange
  private let places: [String]

  typealias Point = TracedCommand.Point

  private static let preparation = """
    for name in alice bob carol dave; do
      export VALISE_HOME=$name
      valise key generate -q --name $name --no-passphrase
      valise key export -o $name.jwks
    done
    VALISE_HOME=alice valise key rotate -q
    VALISE_HOME=alice valise key export -o alice-2.jwks
    VALISE_HOME=dave valise key export --private --no-passphrase -o dave.jwk
    printf 'correct horse\\n' >pass
    echo 'exec valise contact verify "$1" --fingerprint "$(cat "$1.digits")"' >verify.sh
    VALISE_HOME=bob valise key fingerprint --json | sed -n 's/.*"digits": "\\(.*\\)".*/\\1/p' >bob.digits
    mkdir project
    export VALISE_HOME=$PWD/../home/keyring
    valise project init -q project
    valise key generate -q --name me-1 --no-passphrase
    valise key generate -q --name work --no-passphrase
    for name in alice bob carol; do
      valise contact add -q $name $name.jwks
      (cd project && valise contact add -q --project $name ../$name.jwks)
    done
    (cd project && valise contact add -q --project dave ../dave.jwks)
    valise key device add -q phone work --no-passphrase -o phone.jwk
    valise key export me-1 --private --no-passphrase -o me-1.jwk
    VALISE_HOME=other valise key import -q me-1.jwk --name me-1 --no-passphrase
    VALISE_HOME=other valise key rotate -q
    VALISE_HOME=other valise key export -o me-1.jwks
    valise keyring backup -q --passphrase-file pass -o backup.jwe
    for group in team others top; do valise group add -q @$group alice bob; done
    valise group add -q @top @others
    (cd project && valise group add -q --project @team bob carol)
    """

  init(_ change: KeyringChange) throws {
    self.change = change
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
    sandbox = try Sandbox(in: memory ?? NSTemporaryDirectory())
    places = ["\(sandbox.path)/home/keyring", sandbox.file("project")]
    try sandbox.run("sh", "-ec", Self.preparation)
    // Some of what the backup holds is there already, some is not, some is other.
    if change.command.contains("restore") {
      try sandbox.run("valise", "key", "rotate", "-q", "work")
      try sandbox.run("valise", "contact", "remove", "-q", "carol")
    }
    try sandbox.run("sh", "-c", "mkdir begin; cp -a \"$@\" begin", "sh", places[0], places[1])
  }

  /// Back to where it begins.
  func reset() throws {
    try sandbox.run(
      "sh", "-ec", "rm -rf \"$@\"; cp -a begin/keyring \"$1\"; cp -a begin/project \"$2\"", "sh",
      places[0], places[1])
  }

  /// What the keyring shows of itself.
  func view() throws -> String {
    let pattern = try Regex(change.pattern)
    return try change.views.map { words in
      let outcome = try Subprocess(words, in: sandbox).run()
      guard outcome.status == 0 else { throw Sandbox.Unexpected(words: words, outcome: outcome) }
      return String(decoding: outcome.standardOutput, as: UTF8.self).matches(of: pattern)
        .map { String($0.0) }.joined(separator: "\n")
    }.joined(separator: "\n")
  }

  func run() throws -> Subprocess.Outcome { try Subprocess(change.command, in: sandbox).run() }
  func runNext() throws -> Subprocess.Outcome { try Subprocess(change.next, in: sandbox).run() }

  private var traced: TracedCommand { TracedCommand(words: change.command, sandbox: sandbox) }

  /// Runs the change with `fault` at `point`.
  func run(_ fault: String, at point: Point) throws -> Subprocess.Outcome {
    try traced.run(fault, at: point)
  }

  /// All places where the change alters something that outlives it, in order.
  func points() throws -> [Point] { try traced.points() }

  /// Files that are no part of a keyring: writes in progress, and journals.
  func strays() throws -> [String] {
    try places.flatMap { place in
      try FileManager.default.subpathsOfDirectory(atPath: place).filter {
        $0.split(separator: "/").last?.hasPrefix(".") == true && $0 != ".valise"
      }
    }
  }
}
