import JOSE
import Testing

@testable import Post

/// What is sealed, and what is believed of what comes in.
@Suite struct MessageTests {
  private let alice: Person
  private let bob: Person
  private let post: PostDescriptor
  private let now = World.start

  init() throws {
    alice = try Person()
    bob = try Person()
    post = try PostDescriptor.initialize(on: MemoryTransport())
  }

  private func claims(
    for person: Person, _ change: (inout JWT.Claims) throws -> Void = { _ in }
  ) throws -> JWT.Claims {
    let message = Message(
      identifier: try Fresh.identifier(), issuer: try alice.name(),
      audience: [try person.keyName()], issuedAt: now, expiresAt: now + World.day,
      stream: try Fresh.identifier(), sequence: 1, thread: try Fresh.identifier(), inReplyTo: nil,
      subject: "greetings", body: "hello", attachments: [], priority: .normal,
      announced: nil)
    var claims = try message.claims()
    try change(&claims)
    return claims
  }

  private func seal(
    _ claims: JWT.Claims, for person: Person, type: String = Message.type, by signer: Person? = nil
  ) throws -> SealedEnvelope {
    try SealedEnvelope(
      claims, type: type, by: JWS.Signer((signer ?? alice).signing),
      for: ReaderKeys([person.correspondent], in: post))
  }

  private func open(
    _ envelope: [UInt8], as person: Person? = nil, at time: Int? = nil, knowing: [Person]? = nil
  ) throws -> String {
    let opener = try EnvelopeOpener(
      (person ?? bob).devices[0], in: post, correspondents: Circle(knowing ?? [alice, bob]),
      now: time ?? now)
    switch try opener.open(envelope) {
    case .message(let message, _): return message.body
    case .acknowledgement(let acknowledgement, _):
      return "acknowledges \(acknowledgement.entries.count)"
    case .stranger: return "stranger"
    case .early: return "early"
    case .refused(let reason): return reason.rawValue
    }
  }

  /// What becomes of a message whose claims are the good ones after `change`.
  private func open(claims change: (inout JWT.Claims) throws -> Void) throws -> String {
    try open(seal(claims(for: bob, change), for: bob).bytes)
  }

  @Test("a message opens for its reader, and the folder shows no key of either")
  func roundTrip() throws {
    let envelope = try seal(claims(for: bob), for: bob)
    #expect(try open(envelope.bytes) == "hello")
    let text = String(decoding: envelope.bytes, as: UTF8.self)
    #expect(text.contains(envelope.readers[0].tag.text))
    #expect(!text.contains(try bob.devices[0].publicKey.thumbprintText()))
    #expect(try envelope.marker.hash == ContentHash(of: envelope.bytes))
  }

  @Test("a message to another is unreadable")
  func otherReader() throws {
    #expect(try open(seal(claims(for: bob), for: bob).bytes, as: alice) == "unreadable")
  }

  @Test("what was signed for somebody else and sent on is refused")
  func readdressed() throws {
    let carol = try Person()
    #expect(try open(seal(claims(for: bob), for: carol).bytes, as: carol) == "readdressed")
    #expect(try open(seal(claims(for: carol), for: carol).bytes, as: carol) == "hello")
  }

  @Test("the signature of another under a known name is forged")
  func forged() throws {
    #expect(try open(seal(claims(for: bob), for: bob, by: bob).bytes) == "forged")
  }

  @Test("a stranger is told from somebody known")
  func stranger() throws {
    let envelope = try seal(claims(for: bob), for: bob).bytes
    #expect(try open(envelope, knowing: [bob]) == "stranger")
    #expect(try open(envelope, knowing: [alice]) == "hello")
  }

  @Test("what has expired is refused, and what is from the future waits")
  func times() throws {
    let envelope = try seal(claims(for: bob), for: bob).bytes
    #expect(try open(envelope, at: now + World.day - 1) == "hello")
    #expect(try open(envelope, at: now + 2 * World.day) == "expired")
    #expect(try open(envelope, at: now - World.day) == "early")
  }

  @Test("claims that break a rule make a message malformed")
  func malformed() throws {
    #expect(try open { $0.expirationTime = World.start + 90 * World.day } == "hello")
    #expect(try open { $0.expirationTime = World.start + 91 * World.day } == "malformed")
    #expect(try open { $0.identifier = "short" } == "malformed")
    #expect(try open { $0.identifier = "../../../../../etc/passwd" } == "malformed")
    #expect(try open { $0.identifier = nil } == "forged")
    for (name, value) in [
      ("seq", "0"), ("seq", "1.0"), ("seq", "\"1\""), ("thread", "1"), ("body", "[]"),
      ("subject", "null"), ("re", "7"), ("attachments", "{}"), ("attachments", "[{}]"),
      ("stream", "\"\""),
    ] {
      #expect(try open { try $0.set(name, json: Array(value.utf8)) } == "malformed", "\(name)")
    }
    #expect(try open { try $0.set("unknown", json: Array("1".utf8)) } == "hello")
  }

  @Test("a text of another type does not pass for a message")
  func otherType() throws {
    #expect(try open(seal(claims(for: bob), for: bob, type: "valise-card+jwt").bytes) == "forged")
  }

  @Test("bytes that are no envelope, or were changed, are refused")
  func noEnvelope() throws {
    #expect(try open([]) == "malformed")
    #expect(try open(Array("{}".utf8)) == "malformed")
    let envelope = try seal(claims(for: bob), for: bob).bytes
    let text = String(decoding: envelope, as: UTF8.self)
    let label = try #require(text.utf8.firstRange(of: #""ciphertext":""#.utf8))
    let start = text.utf8.distance(from: text.utf8.startIndex, to: label.upperBound)
    for index in stride(from: start, to: envelope.count - 50, by: 37) {
      var changed = envelope
      changed[index] ^= 1
      #expect(["unreadable", "malformed"].contains(try open(changed)))
    }
    for count in stride(from: 1, to: envelope.count - 1, by: 41) {
      #expect(["unreadable", "malformed"].contains(try open(Array(envelope.prefix(count)))))
    }
  }

  @Test("a message over the post's limit is not sealed")
  func tooLarge() throws {
    let body = String(repeating: "a", count: 1 << 20)
    #expect(
      failure {
        try seal(claims(for: bob) { try $0.set("body", .string(body)) }, for: bob)
      } == .limitExceeded)
  }

  @Test("nobody without an encryption key is left out silently")
  func noKey() throws {
    let keyless = Correspondent(encryptionKeys: [], signingKeys: [])
    #expect(failure { try ReaderKeys([bob.correspondent, keyless], in: post) } == .unusableKey)
  }

  @Test("no envelope is sealed for more keys than its readers take")
  func manyReaders() throws {
    let most = try Person(deviceCount: ReaderKeys.maximumCount).correspondent
    #expect(try ReaderKeys([most, most], in: post).readers.count == ReaderKeys.maximumCount)
    #expect(failure { try ReaderKeys([most, alice.correspondent], in: post) } == .limitExceeded)
  }
}
