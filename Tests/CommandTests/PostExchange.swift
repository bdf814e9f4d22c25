import Foundation
import Testing

/// Two people with a post between them, taken back to one step of an exchange again and again.
final class PostExchange {
  /// One command of the exchange of a message.
  enum Step: String, CaseIterable, Sendable {
    /// Alice writes the message.
    case send
    /// Alice posts it.
    case publish
    /// Bob collects and acknowledges it.
    case collect
    /// Alice learns that he has it, and takes it out of the post.
    case settle
    /// Bob takes his acknowledgement away.
    case tidy

    var words: [String] {
      switch self {
      case .send:
        ["env", "VALISE_HOME=alice", "valise", "send", "-q", "-t", "bob"]
          + ["-s", "plan", "-a", "drawing", "attack at dawn"]
      case .publish, .settle: ["env", "VALISE_HOME=alice", "valise", "sync", "-q"]
      case .collect, .tidy: ["env", "VALISE_HOME=bob", "valise", "sync", "-q"]
      }
    }
  }

  private struct Letter: Decodable {
    let id: String
    let subject: String
    let body: String?
  }

  private struct SentLetter: Decodable {
    struct Delivery: Decodable { let acknowledged: Int? }
    let message: Letter
    let deliveries: [Delivery]
  }

  /// Alice and Bob, who know each other and take part in one post.
  static let people = """
    for name in alice bob; do
      VALISE_HOME=$name valise key generate -q --name $name --no-passphrase
      VALISE_HOME=$name valise key export -o $name.jwks
    done
    VALISE_HOME=alice valise contact add -q bob bob.jwks
    VALISE_HOME=bob valise contact add -q alice alice.jwks
    VALISE_HOME=alice valise post init -q post
    VALISE_HOME=bob valise post join -q post
    """

  private static let preparation = people + "\nhead -c 100000 /dev/urandom >drawing"

  let sandbox: Sandbox

  init() throws {
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
    sandbox = try Sandbox(in: memory ?? NSTemporaryDirectory())
    try sandbox.run("sh", "-ec", Self.preparation)
    for step in Step.allCases {
      try sandbox.run(
        "sh", "-ec", "mkdir -p begin/$0 && cp -a alice bob post begin/$0", step.rawValue)
      let outcome = try Subprocess(step.words, in: sandbox).run()
      guard outcome.status == 0 else {
        throw Sandbox.Unexpected(words: step.words, outcome: outcome)
      }
    }
  }

  /// Back to where `step` begins.
  func reset(to step: Step) throws {
    try sandbox.run(
      "sh", "-ec", "rm -rf alice bob post saved && cp -a begin/$0/. .", step.rawValue)
  }

  func traced(_ step: Step) -> TracedCommand { TracedCommand(words: step.words, sandbox: sandbox) }

  /// All that the rest of the exchange takes; what was not queued is written again.
  func comeToRest() throws {
    if try letters("sent", of: "alice", as: SentLetter.self).isEmpty {
      try #require(Subprocess(Step.send.words, in: sandbox).run().status == 0)
    }
    try synchronize()
  }

  func synchronize() throws {
    try sandbox.run(
      "sh", "-ec",
      "for name in alice bob alice bob; do VALISE_HOME=$name valise sync -q; done")
  }

  /// Deletes all that `name` has of a listing; how many there were.
  func deleteAll(_ listing: String, of name: String) throws -> Int {
    let ids =
      listing == "sent"
      ? try letters(listing, of: name, as: SentLetter.self).map(\.message.id)
      : try letters(listing, of: name, as: Letter.self).map(\.id)
    for id in ids { try sandbox.run("env", "VALISE_HOME=\(name)", "valise", "delete", "-q", id) }
    return ids.count
  }

  private func letters<Entry: Decodable>(
    _ listing: String, of name: String, as type: Entry.Type
  ) throws -> [Entry] {
    let outcome = try sandbox.run("env", "VALISE_HOME=\(name)", "valise", listing, "--json")
    return try JSONDecoder().decode([Entry].self, from: outcome.standardOutput)
  }

  // MARK: What must hold at rest

  /// The message is there once, reads right, and its sender knows.
  func checkDelivery(_ place: Comment) throws {
    let inbox = try letters("inbox", of: "bob", as: Letter.self)
    #expect(inbox.map(\.subject) == ["plan"], place)
    guard let id = inbox.first?.id else { return }
    let text = try sandbox.run("env", "VALISE_HOME=bob", "valise", "read", "--json", id)
    let letter = try JSONDecoder().decode(Letter.self, from: text.standardOutput)
    #expect(letter.body == "attack at dawn", place)
    try sandbox.run("mkdir", "-p", "saved")
    try sandbox.run("env", "VALISE_HOME=bob", "valise", "save", "-q", "-o", "saved", id)
    #expect(try sandbox.read("saved/drawing") == sandbox.read("drawing"), place)
    let sent = try letters("sent", of: "alice", as: SentLetter.self)
    #expect(sent.map { $0.deliveries.map { $0.acknowledged != nil } } == [[true]], place)
  }

  /// Bob has nothing, and is to get nothing.
  func checkAbsence(_ place: Comment) throws {
    #expect(try letters("inbox", of: "bob", as: Letter.self).isEmpty, place)
    #expect(try files("bob/mailbox/parts").isEmpty, place)
  }

  /// The post is empty, and nothing but what is needed lies about in the mailboxes.
  func checkTidiness(_ place: Comment, abandonedParts: Int = 0) throws {
    try sandbox.run("env", "VALISE_HOME=bob", "valise", "post", "check", "-q", "post")
    #expect(try files("post") == ["post.json"], place)
    #expect(try files("alice/mailbox/parts").count <= abandonedParts, place)
    #expect(try files("bob/mailbox/parts").count <= 1, place)
    for name in ["alice", "bob"] {
      let strays = try files("\(name)/mailbox").filter {
        $0.contains(".valise-") || $0.contains("-copy/")
      }
      // The bell is rung anew with the next message.
      #expect(strays.allSatisfy { $0 == "outbox/.valise-new" }, place)
    }
  }

  private func files(_ directory: String) throws -> [String] {
    let path = sandbox.file(directory)
    return (FileManager.default.subpaths(atPath: path) ?? []).filter { name in
      var isDirectory: ObjCBool = false
      let exists = FileManager.default.fileExists(
        atPath: "\(path)/\(name)", isDirectory: &isDirectory)
      return exists && !isDirectory.boolValue
    }
  }
}
