public import JOSE

/// Somebody's public keys as they were published.
public enum PublishedKeys: Sendable {
  /// With their owner's word for them.
  case card(Card)
  /// Without: a JWK, a JWK Set, PEM, a line of OpenSSH.
  case bare([PublicJWK])

  /// The keys.
  public var keys: [PublicJWK] {
    switch self {
    case .card(let card): card.keys
    case .bare(let keys): keys
    }
  }

  /// The card; nil for bare keys.
  public var card: Card? {
    if case .card(let card) = self { card } else { nil }
  }

  /// What both sides compare to be sure of the keys.
  ///
  /// A card stands and falls with the key that signed it; bare keys have nothing but themselves.
  ///
  /// - Throws: ``ContactsError`` `internalFailure`.
  public func fingerprint() throws(ContactsError) -> Fingerprint {
    try Fingerprint(of: card.map { [$0.signingKey] } ?? keys)
  }

  /// The keys whose signature on a new card is their owner's word.
  var signingKeys: [PublicJWK] { card.map { [$0.signingKey] } ?? keys.filter(\.canVerify) }

  init(_ object: JSONValue) throws(ContactsError) {
    guard object["signature"] == nil else {
      self = .card(try Card(object))
      return
    }
    do throws(JOSEError) {
      let keys = try JWKSet(object).keys
      self = .bare(keys.compactMap { if case .publicKey(let key) = $0 { key } else { nil } })
      guard self.keys.count == keys.count else {
        throw JOSEError(.invalidKey, "it holds a private or shared key")
      }
    } catch { throw ContactsError(.damaged, error.reason, underlying: error) }
  }

  /// The keys as text, indented, with a newline at the end.
  public var serialized: [UInt8] { json.readable }

  /// A JWK Set, signed or not.
  var json: JSONText {
    switch self {
    case .card(let card): card.json
    case .bare(let keys): .object([.init("keys", .array(keys.map(\.json)))])
    }
  }

  /// Whether both are the same keys, whatever they say about themselves.
  func hasSameKeys(as other: PublishedKeys) -> Bool {
    [(keys, other.keys), (other.keys, keys)].allSatisfy { keys, others in
      keys.allSatisfy { key in others.contains { $0.isSameKey(as: key) } }
    }
  }

  /// Whether it has the keys of `old` with another end, or taken back; what was taken back stays so.
  func renews(_ old: PublishedKeys) -> Bool {
    let pairs = old.keys.flatMap { old in
      keys.filter { $0.isSameKey(as: old) }.map { (old: old.metadata, new: $0.metadata) }
    }
    return pairs.allSatisfy { $0.old.revocation == nil || $0.new.revocation != nil }
      && pairs.contains { old, new in
        old.expiresAt != new.expiresAt || (old.revocation == nil) != (new.revocation == nil)
      }
  }
}
