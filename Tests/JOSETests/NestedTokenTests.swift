import JOSE
import Primitives
import Testing

/// Tokens that are signed and then encrypted (RFC 7519 §5.2), and what makes one unbelievable
/// (RFC 8725).
@Suite struct NestedTokenTests {
  static let type = "valise-greeting+jwt"
  static let time = 1_800_000_000

  let alice: PrivateJWK
  let bob: PrivateJWK
  let issuer: String
  let audience: String

  init() throws {
    alice = try PrivateJWK.generate(.ed25519, use: .signature)
    bob = try PrivateJWK.generate(.x25519)
    issuer = try alice.publicKey.thumbprintURI()
    audience = try bob.publicKey.thumbprintURI()
  }

  var claims: JWT.Claims {
    var claims = JWT.Claims()
    claims.issuer = issuer
    claims.audience = [audience]
    claims.issuedAt = Self.time
    claims.expirationTime = Self.time + 3600
    return claims
  }

  var policy: JWT.ValidationPolicy {
    let (issuer, key) = (issuer, alice.publicKey)
    var policy = JWT.ValidationPolicy(types: [Self.type]) { $0 == issuer ? [key] : [] }
    policy.now = Self.time
    return policy
  }

  func seal(
    _ claims: JWT.Claims, by key: PrivateJWK? = nil, type: String = type
  ) throws -> [UInt8] {
    try JWT.seal(
      claims, signedBy: JWS.Signer(key ?? alice), for: [JWE.Recipient(bob.publicKey)],
      options: JWT.SealingOptions(type: type))
  }

  func open(
    _ token: [UInt8], _ change: (inout JWT.ValidationPolicy) -> Void = { _ in }
  ) throws -> JWT.Opened {
    var policy = policy
    change(&policy)
    return try JWT.open(token, with: [.privateKey(bob)], policy: policy)
  }

  func refused(
    _ token: [UInt8], _ change: (inout JWT.ValidationPolicy) -> Void = { _ in }
  ) -> JOSEError.Code? { failure { try open(token, change) } }

  /// How claims are refused that are the good ones after `change`; nil when they are not.
  func refused(claims change: (inout JWT.Claims) -> Void) throws -> JOSEError.Code? {
    var claims = claims
    change(&claims)
    return refused(try seal(claims))
  }

  @Test("a token introduces its issuer only by the key that the issuer's name is made of")
  func introduction() throws {
    let (key, other) = (alice.publicKey, try PrivateJWK.generate(.ed25519, use: .signature))
    let token = try seal(claims)
    func open(_ token: [UInt8], by keys: [PublicJWK]) -> JOSEError.Code? {
      refused(token) { policy in
        policy.signerKeys = { _ in [] }
        policy.introduction = { claims in claims.issuer == nil ? [] : keys }
      }
    }
    #expect(refused(token) { $0.signerKeys = { _ in [] } } == .verificationFailed)
    #expect(open(token, by: [other.publicKey, key]) == nil)
    #expect(open(token, by: [other.publicKey]) == .verificationFailed)
    #expect(open(try seal(claims, by: other), by: [other.publicKey, key]) == .verificationFailed)
    // Whoever is known needs no introduction, and gets none.
    #expect(refused(token) { $0.introduction = { _ in [other.publicKey] } } == nil)
  }

  /// The claims as JSON text, with `more` members before the good ones.
  func payload(_ more: String = "") -> [UInt8] {
    Array(
      """
      {\(more)"iss":"\(issuer)","aud":"\(audience)","iat":\(Self.time),"exp":\(Self.time + 9)}
      """.utf8)
  }

  func signed(
    _ payload: [UInt8], by signer: JWS.Signer? = nil,
    _ change: (inout JWS.SigningOptions) -> Void = { _ in }
  ) throws -> [UInt8] {
    var options = JWS.SigningOptions()
    options.type = Self.type
    change(&options)
    return try JWS.sign(payload, by: [signer ?? JWS.Signer(alice)], options: options)
  }

  func encrypted(_ content: [UInt8], _ contentType: String? = "JWT") throws -> [UInt8] {
    var options = JWE.EncryptionOptions()
    options.contentType = contentType
    return try JWE.encrypt(content, for: [JWE.Recipient(bob.publicKey)], options: options)
  }

  @Test("what was said comes out, with who said it")
  func roundTrip() throws {
    var claims = claims
    claims.subject = "greetings"
    claims.notBefore = Self.time
    claims.identifier = "1"
    try claims.set("body", json: Array(#"{"text":"héllo","n":[1,2.5e3,null]}"#.utf8))
    try claims.set("seq", json: Array("1".utf8))
    try claims.set("seq", json: Array("2".utf8))
    let opened = try open(seal(claims))
    #expect(opened.signer.isSameKey(as: alice.publicKey))
    #expect(opened.opening.keyIndex == 0)
    let found = opened.claims
    #expect(found.issuer == issuer && found.subject == "greetings" && found.identifier == "1")
    #expect(found.audience == [audience])
    #expect(found.issuedAt == Self.time && found.notBefore == Self.time)
    #expect(found.expirationTime == Self.time + 3600)
    #expect(found["body"] == claims["body"])
    #expect(found["seq"] == Array("2".utf8))
    #expect(found["body2"] == nil)
  }

  @Test("compact for one recipient, JSON for more, and either when it is asked for")
  func forms() throws {
    let carol = try PrivateJWK.generate(.p256)
    let both = try [bob, carol].map { try JWE.Recipient($0.publicKey) }
    let signer = try JWS.Signer(alice)
    var options = JWT.SealingOptions(type: Self.type)
    let many = try JWT.seal(claims, signedBy: signer, for: both, options: options)
    #expect(many.first == UInt8(ascii: "{"))
    #expect(refused(many) == nil)
    #expect(try seal(claims).first != UInt8(ascii: "{"))
    options.serialization = .json
    options.contentEncryption = .a128CBCHS256
    let one = try JWT.seal(claims, signedBy: signer, for: [both[0]], options: options)
    #expect(one.first == UInt8(ascii: "{"))
    #expect(refused(one) == nil)
    // The co-recipient opens the envelope, and learns that it was not said to her.
    let code = failure { try JWT.open(many, with: [.privateKey(carol)], policy: policy) }
    #expect(code == .verificationFailed)
  }

  @Test("registered names are set by their properties, and JSON is one value")
  func setting() throws {
    var claims = claims
    for name in JWT.Claims.registeredNames {
      #expect(failure { try claims.set(name, json: Array("1".utf8)) } == .refused)
    }
    for text in ["", "{", "1 2", #"{"a":1,"a":2}"#] {
      #expect(failure { try claims.set("x", json: Array(text.utf8)) } == .malformed)
    }
  }

  @Test("what was said to somebody else is not believed")
  func audiences() throws {
    #expect(try refused { _ in } == nil)
    #expect(try refused { $0.audience = [] } == .verificationFailed)
    #expect(try refused { $0.audience = [issuer] } == .verificationFailed)
    #expect(try refused { $0.audience = [issuer, audience] } == nil)
    let named = try seal(claims)
    #expect(refused(named) { $0.audiences = ["urn:example:desk"] } == .verificationFailed)
    #expect(refused(named) { $0.audiences = [] } == .verificationFailed)
    #expect(refused(named) { $0.audiences = ["urn:example:desk", audience] } == nil)
    // Byte by byte: what looks alike is somebody else.
    var claims = claims
    claims.audience = ["caf\u{E9}"]
    let desk = try seal(claims)
    #expect(refused(desk) { $0.audiences = ["caf\u{E9}"] } == nil)
    #expect(refused(desk) { $0.audiences = ["cafe\u{301}"] } == .verificationFailed)
  }

  @Test("who is not known, or is another than signed, is not believed")
  func issuers() throws {
    let mallory = try PrivateJWK.generate(.ed25519)
    #expect(refused(try seal(claims, by: mallory)) == .verificationFailed)
    #expect(try refused { $0.issuer = nil } == .verificationFailed)
    #expect(try refused { $0.issuer = "mallory" } == .verificationFailed)
    let key = alice.publicKey
    let token = try seal(claims)
    #expect(refused(token) { $0.signerKeys = { _ in [mallory.publicKey] } } == .verificationFailed)
    #expect(refused(token) { $0.signerKeys = { _ in [mallory.publicKey, key] } } == nil)
    struct Problem: Error {}
    #expect(refused(token) { $0.signerKeys = { _ in throw Problem() } } == .inputOutput)
  }

  @Test("times hold within the leeway and not beyond it")
  func times() throws {
    var claims = claims
    claims.notBefore = Self.time + 10
    let token = try seal(claims)
    let (start, end) = (Self.time + 10 - 60, Self.time + 3600 + 60)
    for (now, code) in [
      (start - 1, JOSEError.Code.verificationFailed), (start, nil), (end - 1, nil),
      (end, .verificationFailed),
    ] {
      #expect(refused(token) { $0.now = now } == code, "\(now - Self.time)")
    }
    let made = try seal(self.claims)
    #expect(refused(made) { $0.now = Self.time - 60 } == nil)
    #expect(refused(made) { $0.now = Self.time - 61 } == .verificationFailed)
    // Without a clock of the caller's the system's counts, and this was long in the future.
    var ended = self.claims
    ended.issuedAt = 1_000_000_000
    ended.expirationTime = 1_000_000_001
    #expect(refused(try seal(ended)) { $0.now = nil } == .verificationFailed)
  }

  @Test("a time is a number of seconds, as it is written")
  func numericDates() throws {
    func code(_ time: String) throws -> JOSEError.Code? {
      refused(try encrypted(signed(payload(#""nbf":\#(time),"#))))
    }
    for time in ["0", "1800000000.75", "9.0", "1"] { #expect(try code(time) == nil) }
    for time in ["-1", "1e3", "1.5E3", "\"1\"", "null", "99999999999999999999", "9007199254740993"]
    {
      #expect(try code(time) == .malformed, "\(time)")
    }
  }

  @Test("claims that the policy wants must be there")
  func required() throws {
    #expect(try refused { $0.issuedAt = nil } == .verificationFailed)
    #expect(try refused { $0.expirationTime = nil } == .verificationFailed)
    let token = try seal(claims)
    for name in ["jti", "sub", "nbf", "seq"] {
      #expect(refused(token) { $0.requiredClaims.append(name) } == .verificationFailed)
    }
    var endless = claims
    endless.expirationTime = nil
    #expect(refused(try seal(endless)) { $0.requiredClaims = [] } == nil)
  }

  @Test("a token of one type does not pass for another's")
  func types() throws {
    #expect(refused(try seal(claims, type: "JWT")) == .verificationFailed)
    #expect(refused(try seal(claims, type: "Application/\(Self.type)")) == nil)
    #expect(refused(try seal(claims)) { $0.types = [] } == .verificationFailed)
    #expect(refused(try seal(claims)) { $0.types = ["JWT", Self.type] } == nil)
    let untyped = try encrypted(signed(payload()) { $0.type = nil })
    #expect(refused(untyped) == .verificationFailed)
  }

  @Test("encrypted and not signed, or signed and not encrypted, is no token")
  func layers() throws {
    #expect(refused(try encrypted(signed(payload()))) == nil)
    #expect(refused(try signed(payload())) == .malformed)
    #expect(refused(try encrypted(payload())) == .malformed)
    #expect(refused(try encrypted(signed(payload()), nil)) == .malformed)
    #expect(refused(try encrypted(signed(payload()), "text/plain")) == .malformed)
    #expect(refused(try encrypted(signed(payload()), "jwt")) == nil)
    #expect(
      refused(try encrypted(signed(payload()) { $0.serialization = .flattened })) == .malformed)
    #expect(refused(try encrypted(signed(payload()) { $0.isDetached = true })) == .malformed)
    #expect(refused(try encrypted(encrypted(signed(payload())))) == .malformed)
    #expect(refused([]) == .malformed)
  }

  @Test("alg none is nothing, and a shared key signs nothing that says who signed")
  func algorithms() throws {
    for alg in ["none", "NONE", "nOnE", "HS256", "RS256"] {
      let header = base64URL(Array(#"{"alg":"\#(alg)","typ":"\#(Self.type)"}"#.utf8))
      for end in ["", "AAAA"] {
        let token = Array("\(header).\(base64URL(payload())).\(end)".utf8)
        #expect(refused(try encrypted(token)) == .verificationFailed, "\(alg)")
      }
    }
    let publicBytes = try KeyText(alice.publicKey).octets("x")
    let shared = try SymmetricJWK(SecretBytes(copying: publicBytes.span))
    let signer = try JWS.Signer(shared, algorithm: .hs256)
    #expect(refused(try encrypted(signed(payload(), by: signer))) == .verificationFailed)
    let code = failure {
      try JWT.seal(
        claims, signedBy: signer, for: [JWE.Recipient(bob.publicKey)],
        options: JWT.SealingOptions(type: Self.type))
    }
    #expect(code == .unsuitableKey)
    #expect(refused(try seal(claims)) { $0.algorithms = [.es256] } == .verificationFailed)
    #expect(refused(try seal(claims)) { $0.algorithms = [.edDSA] } == nil)
  }
}
