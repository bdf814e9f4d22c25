/// JSON Web Token (RFC 7519), here always nested: signed, then encrypted (RFC 7519 §5.2).
///
/// ```swift
/// var claims = JWT.Claims()
/// claims.issuer = try signer.thumbprintURI()
/// claims.audience = [try recipient.thumbprintURI()]
/// let token = try JWT.seal(
///   claims, signedBy: JWS.Signer(signingKey), for: [JWE.Recipient(recipient)],
///   options: JWT.SealingOptions(type: "greeting+jwt"))
/// ```
public enum JWT {
  /// What a token says (RFC 7519 §4); times are seconds since 1970 in UTC.
  public struct Claims: Sendable {
    /// `iss`: who says it.
    public var issuer: String?
    /// `sub`: of whom.
    public var subject: String?
    /// `aud`: to whom; written as an array.
    public var audience: [String] = []
    /// `iat`: when it was made.
    public var issuedAt: Int?
    /// `nbf`: from when on it holds.
    public var notBefore: Int?
    /// `exp`: from when on it holds no more.
    public var expirationTime: Int?
    /// `jti`: its own name, different for each token.
    public var identifier: String?
    private var others: [(name: String, value: JSONValue)] = []

    /// Says nothing yet.
    public init() {}

    /// The JSON text of a claim that RFC 7519 does not register; nil when there is none.
    public subscript(_ name: String) -> [UInt8]? { value(name)?.text.compact }

    /// Says `json` under `name`, in place of what was said before.
    ///
    /// - Throws: ``JOSEError`` `refused` for a name that RFC 7519 registers, which has a property of
    ///   its own; `malformed` when `json` is not one JSON value.
    public mutating func set(_ name: String, json: [UInt8]) throws(JOSEError) {
      guard !Self.registeredNames.contains(where: { $0.isExactly(name) }) else {
        throw JOSEError(.refused, "\(name) is a registered claim")
      }
      let value = try JSONDocument(parsing: json).root
      others.removeAll { $0.name.isExactly(name) }
      others.append((name, value))
    }

    package mutating func set(_ name: String, _ value: JSONText) throws(JOSEError) {
      try set(name, json: value.compact)
    }

    package func value(_ name: String) -> JSONValue? {
      others.first { $0.name.isExactly(name) }?.value
    }

    package static let registeredNames = ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"]
  }
}

extension JWT.Claims {
  /// Reads the claims of a payload.
  ///
  /// - Throws: ``JOSEError`` `malformed`, `limitExceeded`.
  package init(parsing payload: [UInt8]) throws(JOSEError) {
    self.init()
    let root = try JSONDocument(parsing: payload).root
    guard root.isObject else { throw JOSEError(.malformed, "the claims are not a JSON object") }
    issuer = try root.optionalString("iss")
    subject = try root.optionalString("sub")
    audience = try Self.audience(root["aud"])
    issuedAt = try Self.time(root, "iat")
    notBefore = try Self.time(root, "nbf")
    expirationTime = try Self.time(root, "exp")
    identifier = try root.optionalString("jti")
    for (name, value) in root.members {
      guard let name = name.string, !Self.registeredNames.contains(where: { $0.isExactly(name) })
      else {
        continue
      }
      others.append((name, value))
    }
  }

  /// One string stands for an array of it (RFC 7519 §4.1.3).
  private static func audience(_ value: JSONValue?) throws(JOSEError) -> [String] {
    guard let value else { return [] }
    if let one = value.string { return [one] }
    let names = value.elements.compactMap(\.string)
    guard value.isArray, names.count == value.elements.count else {
      throw JOSEError(.malformed, "aud is neither a string nor an array of strings")
    }
    return names
  }

  /// A NumericDate (RFC 7519 §2), whose fraction is cut off.
  private static func time(_ root: JSONValue, _ name: String) throws(JOSEError) -> Int? {
    guard let value = root[name] else { return nil }
    let number = value.source
    let whole = number.prefix { $0 != UInt8(ascii: ".") }
    // Within what a double holds exactly, as others read it, and far from any overflow.
    guard value.isNumber, !number.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }),
      let time = Int(String(decoding: whole, as: UTF8.self)),
      (0...1 << 53).contains(time)
    else { throw JOSEError(.malformed, "\(name) is not a time in seconds since 1970") }
    return time
  }

  /// The claims as a JSON object.
  package var text: JSONText {
    var members: [JSONText.Member] = []
    func add(_ name: String, _ string: String?) {
      if let string { members.append(.init(name, .string(string))) }
    }
    func add(_ name: String, _ time: Int?) {
      if let time { members.append(.init(name, .integer(time))) }
    }
    add("iss", issuer)
    add("sub", subject)
    if !audience.isEmpty { members.append(.init("aud", .array(audience.map { .string($0) }))) }
    add("iat", issuedAt)
    add("nbf", notBefore)
    add("exp", expirationTime)
    add("jti", identifier)
    return .object(members + others.map { .init($0.name, $0.value.text) })
  }

  /// Whether it says anything under `name`.
  func has(_ name: String) -> Bool {
    switch name {
    case "iss": issuer != nil
    case "sub": subject != nil
    case "aud": !audience.isEmpty
    case "iat": issuedAt != nil
    case "nbf": notBefore != nil
    case "exp": expirationTime != nil
    case "jti": identifier != nil
    default: value(name) != nil
    }
  }
}
