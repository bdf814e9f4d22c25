import JOSE
import Testing

@testable import Contacts

/// What was pinned under a name, what is offered, and what comes of it.
struct TrustCase: Sendable, CustomTestStringConvertible {
  enum Result: Sendable, Equatable {
    case added, unchanged, updated, renewed
    case refused(Pinning.Refusal)
  }

  let testDescription: String
  let pinned: @Sendable (Cast) throws -> PublishedKeys?
  let offered: @Sendable (Cast) throws -> PublishedKeys
  let result: Result

  init(
    _ description: String, _ pinned: @escaping @Sendable (Cast) throws -> PublishedKeys?,
    offered: @escaping @Sendable (Cast) throws -> PublishedKeys, _ result: Result
  ) {
    testDescription = description
    self.pinned = pinned
    self.offered = offered
    self.result = result
  }

  /// One person's cards over the years, and somebody else's.
  struct Cast: Sendable {
    let first, second, other, third, expired, stranger: UnlockedIdentity

    init() throws {
      first = try People.identity("alice")
      second = try first.rotated()
      // The same number once more, as when two machines rotate without knowing of each other.
      other = try first.rotated()
      third = try second.rotated()
      expired = try People.identity("alice", end: 1)
      stranger = try People.identity("alice").rotated().rotated().rotated()
    }
  }

  static let all: [TrustCase] = firstSights + cards + revocations + bareKeys + renewals

  private static let firstSights = [
    TrustCase("first sight of a card", { _ in nil }, offered: { $0.second.published }, .added),
    TrustCase("first sight of bare keys", { _ in nil }, offered: { $0.first.bare }, .added),
    TrustCase(
      "first sight of a revocation", { _ in nil }, offered: { try $0.first.takenBack() }, .added),
    TrustCase(
      "first sight of an ended key", { _ in nil }, offered: { $0.expired.published }, .added),
  ]

  private static let cards = [
    TrustCase("same again", { $0.first.published }, offered: { $0.first.published }, .unchanged),
    TrustCase(
      "the same keys unsigned", { $0.first.published }, offered: { $0.first.bare }, .unchanged),
    TrustCase("newer signed", { $0.first.published }, offered: { $0.second.published }, .updated),
    TrustCase(
      "newer by two, signed", { $0.first.published }, offered: { $0.third.published }, .updated),
    TrustCase(
      "newer unsigned", { $0.first.published }, offered: { $0.second.bare }, .refused(.unsigned)),
    TrustCase(
      "some of the keys, unsigned", { $0.first.published },
      offered: { .bare(Array($0.first.identity.card.keys.prefix(1))) }, .refused(.unsigned)),
    TrustCase(
      "one of the keys twice, unsigned", { $0.first.published },
      offered: { .bare(Array(repeating: $0.first.identity.card.keys[0], count: 2)) },
      .refused(.unsigned)),
    TrustCase(
      "a key more, unsigned", { $0.first.published },
      offered: { .bare($0.first.identity.card.keys + $0.stranger.identity.card.keys) },
      .refused(.unsigned)),
    TrustCase(
      "older serial", { $0.third.published }, offered: { $0.second.published },
      .refused(.older(serial: 2, pinnedSerial: 3))),
    TrustCase(
      "same serial with other content", { $0.second.published }, offered: { $0.other.published },
      .refused(.older(serial: 2, pinnedSerial: 2))),
    TrustCase(
      "other signer, higher serial", { $0.first.published }, offered: { $0.stranger.published },
      .refused(.otherSigner)),
    TrustCase(
      "ended, then newer signed", { $0.expired.published },
      offered: { try $0.expired.rotated().published }, .updated),
    TrustCase(
      "newer signed and ended already", { $0.first.published },
      offered: { try $0.first.rotated(end: 1).published }, .updated),
  ]

  private static let revocations = [
    TrustCase(
      "revoked at birth, shown late", { $0.third.published }, offered: { try $0.first.takenBack() },
      .updated),
    TrustCase(
      "revoked later", { $0.second.published }, offered: { try $0.second.takenBack() }, .updated),
    TrustCase(
      "revoked by somebody else", { $0.first.published },
      offered: { try $0.stranger.takenBack() }, .refused(.otherSigner)),
    TrustCase(
      "newer signed after the revocation", { try $0.first.takenBack() },
      offered: { $0.third.published }, .refused(.revoked)),
    TrustCase(
      "the old card after the revocation", { try $0.first.takenBack() },
      offered: { $0.first.published }, .refused(.revoked)),
    TrustCase(
      "another revocation", { try $0.first.takenBack() }, offered: { try $0.third.takenBack() },
      .unchanged),
    TrustCase(
      "other signer after the revocation", { try $0.first.takenBack() },
      offered: { $0.stranger.published }, .refused(.otherSigner)),
  ]

  private static let bareKeys = [
    TrustCase("bare, same again", { $0.first.bare }, offered: { $0.first.bare }, .unchanged),
    TrustCase(
      "bare, in another order", { $0.first.bare },
      offered: { .bare($0.first.identity.card.keys.reversed()) }, .unchanged),
    TrustCase(
      "bare, then their card", { $0.first.bare }, offered: { $0.first.published }, .updated),
    TrustCase(
      "bare, then a newer card", { $0.first.bare }, offered: { $0.second.published }, .updated),
    TrustCase(
      "bare, then another's card", { $0.first.bare }, offered: { $0.stranger.published },
      .refused(.otherSigner)),
    TrustCase(
      "bare without a signing key, then their card",
      { .bare(Array($0.first.identity.card.keys.prefix(1))) }, offered: { $0.first.published },
      .refused(.otherSigner)),
    TrustCase(
      "bare, then other bare keys", { $0.first.bare }, offered: { $0.stranger.bare },
      .refused(.unsigned)),
    TrustCase(
      "bare and taken back, then a card", { .bare(try $0.first.takenBack().keys) },
      offered: { $0.second.published }, .refused(.revoked)),
    TrustCase(
      "bare and taken back, then the revocation", { .bare(try $0.first.takenBack().keys) },
      offered: { try $0.first.takenBack() }, .updated),
  ]
}

extension TrustCase {
  /// The keys stay, and what is said of them changes.
  fileprivate static let renewals = [
    TrustCase(
      "bare, the same keys with a later end", { bare($0, end: 1) }, offered: { bare($0, end: 2) },
      .renewed),
    TrustCase(
      "bare, the same keys without an end any more", { bare($0, end: 1) },
      offered: { $0.first.bare },
      .renewed),
    TrustCase(
      "bare, the same keys taken back", { $0.first.bare },
      offered: { .bare(try $0.first.takenBack().keys) }, .renewed),
    TrustCase(
      "bare and taken back, then as if they were not", { .bare(try $0.first.takenBack().keys) },
      offered: { bare($0, end: 2) }, .unchanged),
    TrustCase(
      "their card, then the same keys unsigned with another end", { $0.first.published },
      offered: { bare($0, end: 2) }, .unchanged),
    TrustCase(
      "bare, then others with a later end", { bare($0, end: 1) }, offered: { $0.stranger.bare },
      .refused(.unsigned)),
  ]

  private static func bare(_ cast: Cast, end: Int) -> PublishedKeys {
    .bare(
      cast.first.identity.card.keys.map { key in
        var key = key
        key.metadata.expiresAt = end
        return key
      })
  }
}

/// Trust on first use, as a table.
@Suite struct TrustTableTests {
  @Test("what is offered under a name is taken from its owner alone", arguments: TrustCase.all)
  func table(_ row: TrustCase) throws {
    let cast = try TrustCase.Cast()
    let scratch = try Scratch()
    let book = scratch.keyring.contacts
    let pinned = try row.pinned(cast)
    let offered = try row.offered(cast)
    if let pinned { try book.add(Contact(name: "alice", published: pinned)) }
    let before = try scratch.files(below: "contacts")

    #expect(try Self.add(offered, pinned: pinned, to: book) == row.result)
    let now = try #require(try book.contact("alice")).published
    switch row.result {
    case .added, .updated, .renewed: #expect(now.serialized == offered.serialized)
    case .unchanged, .refused: #expect(try scratch.files(below: "contacts") == before)
    }
  }

  private static func add(
    _ offered: PublishedKeys, pinned: PublishedKeys?, to book: ContactBook
  ) throws -> TrustCase.Result {
    let contact = try Contact(name: "alice", published: offered)
    do {
      return switch try book.add(contact) {
      case .added: .added
      case .unchanged: .unchanged
      case .updated: .updated
      case .renewed: .renewed
      }
    } catch  where error.code == .untrusted {
      let conflict = try #require(error.underlying as? KeyConflict)
      let known = try #require(pinned)
      #expect(conflict.name == "alice")
      #expect(try conflict.pinned == known.fingerprint())
      #expect(try conflict.offered == offered.fingerprint())
      guard case .refused(let refusal) = Pinning.verdict(on: offered, pinned: known) else {
        throw error
      }
      return .refused(refusal)
    }
  }

  @Test("a key that ended or was taken back is an error that names its owner, not a missing reader")
  func unusable() throws {
    let cast = try TrustCase.Cast()
    let contacts = [
      try Contact(name: "eve", published: cast.expired.published),
      try Contact(name: "eve", published: cast.first.takenBack()),
    ]
    #expect(
      reason { try contacts[0].encryptionKeys(at: People.now) }
        == "the key of eve expired on 1970-01-01")
    #expect(
      reason { try contacts[1].encryptionKeys(at: People.now) }
        == "eve took the key back on 2027-01-15: lost")
    #expect(code { try contacts[0].encryptionKeys(at: People.now) } == .expired)
    #expect(code { try contacts[1].encryptionKeys(at: People.now) } == .revoked)
    #expect(try contacts[0].encryptionKeys(at: 0).count == 1)
  }

  @Test("a comparison counts for as long as the key that was compared signs")
  func verification() throws {
    let cast = try TrustCase.Cast()
    let scratch = try Scratch()
    let book = scratch.keyring.contacts
    try book.add(Contact(name: "alice", published: cast.first.bare))
    func compare(_ published: PublishedKeys) throws {
      let digits = try published.fingerprint().digits
      try book.verify("alice", .init(fingerprint: digits, day: "2027-01-15", by: "bob"))
    }
    #expect(code { try compare(cast.stranger.published) } == .untrusted)
    #expect(try book.requiredContact("alice").verified() == nil)
    try compare(cast.first.bare)
    #expect(try book.requiredContact("alice").verified()?.by == "bob")
    // Bare keys were compared, and now one key speaks for them: that is another fingerprint.
    try book.add(Contact(name: "alice", published: cast.first.published))
    #expect(try book.requiredContact("alice").verified() == nil)
    try compare(cast.first.published)
    try book.add(Contact(name: "alice", published: cast.third.published))
    #expect(try book.requiredContact("alice").verified()?.by == "bob")
    #expect(
      code { try book.verify("nobody", .init(fingerprint: "", day: "", by: "")) } == .unknownName)
  }
}
