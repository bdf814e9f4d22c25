internal import JOSE

/// A card that came with a message, newer than the one that is known.
public struct AnnouncedCard: Sendable, Hashable {
  /// The thumbprint URI of the key that signed the message.
  public let issuer: String
  /// The card, a JSON object.
  public let card: [UInt8]
}

/// `card`: its sender's card, which tells every reader of new keys.
///
/// What is in it this floor does not know, but for `serial`, which is higher on each new one.
struct CardClaim: Sendable {
  static let name = "card"
  static let maximumByteCount = 1 << 14

  let bytes: [UInt8]
  let serial: Int?

  /// Takes a card that the caller hands in.
  ///
  /// - Throws: ``PostError`` `malformed` unless it is a JSON object, `limitExceeded`.
  init(parsing text: [UInt8]) throws(PostError) {
    let root = try floor { () throws(JOSEError) in try JSONDocument(parsing: text).root }
    try self.init(root, bytes: root.rewritten.compact)
  }

  /// Reads the claim.
  ///
  /// - Throws: ``PostError`` `malformed` unless it is a JSON object, `limitExceeded`.
  init(_ value: JSONValue) throws(PostError) { try self.init(value, bytes: value.source) }

  private init(_ value: JSONValue, bytes: [UInt8]) throws(PostError) {
    guard value.isObject else { throw PostError(.malformed, "the card is not a JSON object") }
    guard bytes.count <= Self.maximumByteCount else {
      throw PostError(.limitExceeded, "the card is over \(Self.maximumByteCount) bytes")
    }
    self.bytes = bytes
    serial = value["serial"]?.integer
  }

  var json: JSONText { .verbatim(bytes) }
}

/// The newest card of each sender that came in one synchronization.
struct CardCollection {
  private static let maximumCount = 1_000

  private var cards: [String: (card: CardClaim, serial: Int)] = [:]

  /// Keeps a card unless one as new is kept, or it has no serial number to tell.
  mutating func add(_ card: CardClaim?, of issuer: String) {
    guard let card, let serial = card.serial else { return }
    if let kept = cards[issuer] {
      guard serial > kept.serial else { return }
    } else {
      guard cards.count < Self.maximumCount else { return }
    }
    cards[issuer] = (card, serial)
  }

  /// Those that are newer than what is known of their senders.
  func news(to correspondents: any Correspondents) throws(PostError) -> [AnnouncedCard] {
    var news: [AnnouncedCard] = []
    for (issuer, entry) in cards.sorted(by: { $0.key < $1.key }) {
      let sender = try floor { () throws in
        try correspondents.correspondent(signingAs: issuer)
      }
      guard let sender, entry.serial > sender.cardSerial ?? .min else { continue }
      news.append(AnnouncedCard(issuer: issuer, card: entry.card.bytes))
    }
    return news
  }
}
