import Foundation
import Testing

/// A keyring of 100,000 contacts, judged by what the program asks of the system: that is the same
/// on every machine.
@Suite("Many contacts", .serialized)
struct ScaleTests {
  private static let count = 100_000

  private let sandbox: Sandbox

  init() throws {
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
    sandbox = try Sandbox(in: memory ?? NSTemporaryDirectory())
    try sandbox.run("valise", "key", "generate", "-q", "--name", "me-1", "--no-passphrase")
    try sandbox.run("valise", "key", "export", "-o", "card.jwks")
    try sandbox.run("mv", "../home/keyring", "../home/theirs")
    try sandbox.run("valise", "key", "generate", "-q", "--name", "me-1", "--no-passphrase")
    try sandbox.write(Data("x".utf8), to: "plain")
    try sandbox.write(Data(Self.key(Self.count).utf8), to: "late.jwk")
    try sandbox.write(Data(Self.maker.utf8), to: "make.py")
    try sandbox.write(Data(Self.key(Self.count + 1).utf8), to: "stranger.jwk")
    try sandbox.run("valise", "encrypt", "-r", "stranger.jwk", "-o", "stranger.jwe", "plain")
  }

  /// A key of its own for each number.
  private static func key(_ number: Int) -> String {
    let octets = Data((0..<32).map { UInt8(truncatingIfNeeded: 7 + number >> ($0 % 4 * 8)) })
    let text = octets.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
    return #"{"kty":"OKP","crv":"X25519","x":"\#(text)"}"#
  }

  private static let maker = """
    import base64, os, sys
    os.makedirs("../home/keyring/contacts", mode=0o700, exist_ok=True)
    for i in range(int(sys.argv[1])):
        x = base64.urlsafe_b64encode(bytes((7 + i >> (j % 4 * 8)) & 255 for j in range(32)))
        with open(f"../home/keyring/contacts/p{i}.json", "w") as file:
            key = '{"kty":"OKP","crv":"X25519","x":"%s"}' % x.decode().rstrip("=")
            file.write('{"name":"p%d","card":{"keys":[%s]}}' % (i, key))
    """

  /// The calls of the system that a command makes.
  private func calls(_ words: String...) throws -> [Substring] {
    let traced = ["strace", "-f", "-qq", "-o", "trace", "valise"] + words
    let outcome = try Subprocess(traced, in: sandbox).run()
    guard outcome.status == 0 else { throw Sandbox.Unexpected(words: traced, outcome: outcome) }
    return String(decoding: try sandbox.read("trace"), as: UTF8.self).split(separator: "\n")
  }

  private func fill(_ count: Int) throws {
    try sandbox.run("python3", "make.py", "\(count)")
  }

  @Test("a name and a key are found among 100,000 with as few calls as among 100")
  func lookUp() throws {
    var before: [Int] = []
    for count in [100, Self.count] {
      try fill(count)
      // One of them by a card, as people are.
      let name = "dora"
      try sandbox.run("valise", "contact", "add", "-q", name, "card.jwks")
      let resolving = try calls("encrypt", "--force", "-r", name, "-o", "sealed.jwe", "plain")
      // The first search reads all contacts, once.
      try sandbox.run("valise", "inspect", "sealed.jwe")
      let searching = try calls("inspect", "sealed.jwe")
      try sandbox.run("valise", "contact", "add", "-q", "late\(count)", "late.jwk")
      let searchingAfter = try calls("inspect", "sealed.jwe")
      // Nobody's is told without a look at everybody.
      let stranger = try calls("inspect", "stranger.jwe")
      if count == Self.count { #expect(stranger.count < searching.count + 60) }
      let shown = try sandbox.run("valise", "inspect", "sealed.jwe").standardOutput
      #expect(String(decoding: shown, as: UTF8.self).contains("\n  \(name) "))

      let counts = [resolving, searching, searchingAfter].map(\.count)
      print("scale: \(count) contacts: \(counts) calls")
      for calls in [resolving, searching, searchingAfter] {
        #expect(calls.allSatisfy { !$0.contains("keyring/contacts\"") || !$0.contains("openat") })
      }
      if !before.isEmpty {
        for (few, many) in zip(before, counts) { #expect(many < few + 60) }
      }
      before = counts
    }
  }
}
