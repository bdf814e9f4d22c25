internal import JOSE

/// What a message says.
public struct Message: Sendable {
  /// `jti`: its name, which together with the issuer tells it from every other.
  public let identifier: String
  /// `iss`: the thumbprint URI of the key that signed it.
  public let issuer: String
  /// `aud`: the thumbprint URIs of the readers' encryption keys.
  public internal(set) var audience: [String]
  /// `iat`: when it was written, in seconds since 1970.
  public let issuedAt: Int
  /// `exp`: until when it is worth delivering.
  public let expiresAt: Int
  /// `stream`: what its sequence number counts in.
  ///
  /// One for each sending device and set of readers, so that no reader sees a gap where others were
  /// written to.
  var stream: String
  /// `seq`: its place among what that device wrote to these readers, from 1.
  public internal(set) var sequence: Int
  /// `thread`: the conversation.
  public let thread: String
  /// `re`: the message that it answers.
  public let inReplyTo: String?
  /// `subject`: what it is about.
  public let subject: String
  /// `body`: the text.
  public let body: String
  /// `attachments`: what comes with it.
  public let attachments: [Attachment]
  /// `priority`: how its sender ranks it.
  public let priority: Priority
  let announced: CardClaim?

  /// `card`: its sender's card, a JSON object; what of it to believe is the caller's to decide.
  public var card: [UInt8]? { announced?.bytes }

  /// What it is called.
  ///
  /// - Throws: ``PostError`` `internalFailure`.
  public func name() throws(PostError) -> MessageID {
    try MessageID(issuer: issuer, identifier: identifier)
  }

  static let type = "valise-message+jwt"
  static let maximumAttachmentCount = 100
}

extension Message {
  /// The claims of the signed layer.
  func claims() throws(JOSEError) -> JWT.Claims {
    var claims = JWT.Claims()
    claims.issuer = issuer
    claims.audience = audience
    claims.identifier = identifier
    claims.issuedAt = issuedAt
    claims.expirationTime = expiresAt
    try claims.set("stream", .string(stream))
    try claims.set("seq", .integer(sequence))
    try claims.set("thread", .string(thread))
    if let inReplyTo { try claims.set("re", .string(inReplyTo)) }
    try claims.set("subject", .string(subject))
    try claims.set("body", .string(body))
    if !attachments.isEmpty {
      try claims.set("attachments", .array(attachments.map(\.json)))
    }
    if priority != .normal { try claims.set("priority", .string(priority.rawValue)) }
    if let announced { try claims.set(CardClaim.name, announced.json) }
    return claims
  }

  /// Reads claims that were verified.
  ///
  /// - Throws: ``PostError`` `malformed`, `limitExceeded` for a life longer than the post allows.
  init(_ claims: JWT.Claims, limits: PostLimits) throws(PostError) {
    let times = try MessageTimes(claims, limits: limits)
    guard let issuer = claims.issuer, let identifier = claims.identifier.flatMap(Self.name),
      let stream = claims.value("stream")?.string.flatMap(Self.name),
      let sequence = claims.value("seq")?.integer, (1...1 << 53).contains(sequence),
      let thread = claims.value("thread")?.string.flatMap(Self.name)
    else { throw PostError(.malformed, "jti, stream, seq or thread is not as it should be") }
    guard let subject = claims.value("subject")?.string, subject.utf8.count <= 1 << 10,
      let body = claims.value("body")?.string
    else { throw PostError(.malformed, "subject or body is not as it should be") }
    let inReplyTo = claims.value("re")?.string.flatMap(Self.name)
    guard (claims.value("re") == nil) == (inReplyTo == nil) else {
      throw PostError(.malformed, "re is not as it should be")
    }
    self.init(
      identifier: identifier, issuer: issuer, audience: claims.audience,
      issuedAt: times.issuedAt, expiresAt: times.expiresAt, stream: stream, sequence: sequence,
      thread: thread, inReplyTo: inReplyTo, subject: subject, body: body,
      attachments: try Self.attachments(claims.value("attachments")),
      priority: try Self.priority(claims.value("priority")),
      announced: try claims.card())
  }

  private static func priority(_ value: JSONValue?) throws(PostError) -> Priority {
    guard let value else { return .normal }
    guard let priority = value.string.flatMap(Priority.init) else {
      throw PostError(.malformed, "priority is neither high, normal nor low")
    }
    return priority
  }

  private static func attachments(_ value: JSONValue?) throws(PostError) -> [Attachment] {
    guard let value else { return [] }
    guard value.isArray, value.elements.count <= maximumAttachmentCount else {
      throw PostError(.malformed, "attachments is not an array, or has too many")
    }
    return try value.elements.map { (element) throws(PostError) in try Attachment(element) }
  }

  /// A name as identifiers, streams and threads have it: 16 to 64 characters of base64url, which are
  /// as good in a path as on a terminal.
  static func name(_ text: String) -> String? {
    let isName = text.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
    return isName && (16...64).contains(text.utf8.count) ? text : nil
  }
}

extension JWT.Claims {
  /// The card that came along.
  func card() throws(PostError) -> CardClaim? {
    try value(CardClaim.name).map { (value) throws(PostError) in try CardClaim(value) }
  }
}

/// When a message was written and until when it holds.
struct MessageTimes {
  let issuedAt: Int
  let expiresAt: Int

  init(_ claims: JWT.Claims, limits: PostLimits) throws(PostError) {
    guard let issuedAt = claims.issuedAt, let expiresAt = claims.expirationTime,
      expiresAt > issuedAt
    else { throw PostError(.malformed, "it expires before it was written") }
    guard expiresAt - issuedAt <= limits.dayCount * Day.secondCount else {
      throw PostError(.limitExceeded, "it wants to wait for more than \(limits.dayCount) days")
    }
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
  }
}
