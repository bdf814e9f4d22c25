internal import JOSE

/// What says that messages were accepted, signed by whoever accepted them.
struct Acknowledgement: Sendable {
  /// One message that one key's owner has accepted.
  struct Entry: Hashable, Sendable {
    /// The message's `jti`.
    let identifier: String
    /// The thumbprint URI of the encryption key that opened it.
    let key: String
  }

  let issuer: String
  let audience: [String]
  let identifier: String
  let issuedAt: Int
  let expiresAt: Int
  let entries: [Entry]
  /// A rotation reaches also those who only receive.
  let announced: CardClaim?

  static let type = "valise-acknowledgement+jwt"
  /// What a message of 1 MiB has room for, several times over.
  static let maximumEntryCount = 1_000

  func claims() throws(JOSEError) -> JWT.Claims {
    var claims = JWT.Claims()
    claims.issuer = issuer
    claims.audience = audience
    claims.identifier = identifier
    claims.issuedAt = issuedAt
    claims.expirationTime = expiresAt
    let entries = entries.map { entry in
      JSONText.object([.init("jti", .string(entry.identifier)), .init("key", .string(entry.key))])
    }
    try claims.set("acknowledged", .array(entries))
    if let announced { try claims.set(CardClaim.name, announced.json) }
    return claims
  }
}

extension Acknowledgement {
  /// Reads claims that were verified.
  init(_ claims: JWT.Claims, limits: PostLimits) throws(PostError) {
    let times = try MessageTimes(claims, limits: limits)
    guard let issuer = claims.issuer, let identifier = claims.identifier.flatMap(Message.name),
      let list = claims.value("acknowledged"), list.isArray,
      list.elements.count <= Self.maximumEntryCount
    else { throw PostError(.malformed, "an acknowledgement is not as it should be") }
    let entries = list.elements.compactMap { (value) -> Entry? in
      guard let identifier = value["jti"]?.string, let key = value["key"]?.string else {
        return nil
      }
      return Entry(identifier: identifier, key: key)
    }
    guard entries.count == list.elements.count else {
      throw PostError(.malformed, "an acknowledgement names a message in no way that is known")
    }
    self.init(
      issuer: issuer, audience: claims.audience, identifier: identifier,
      issuedAt: times.issuedAt, expiresAt: times.expiresAt, entries: entries,
      announced: try claims.card())
  }
}
