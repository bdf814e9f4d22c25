public import JOSE

/// What somebody hands out: their public keys under their own signature.
///
/// A JWK Set (RFC 7517 §5) with members more, so that any JOSE program reads the keys:
///
/// ```
/// {"name":"alice","serial":2,"iat":1795219200,"keys":[…],"signature":"eyJ…"}
/// ```
///
/// Each device of its owner has an encryption key of its own among the `keys`. `devices` gives names
/// to some, by thumbprint; `removed` has the thumbprints of keys that were taken off.
///
/// `signature` is a compact JWS (RFC 7515) with `typ` `valise-card`, by one of the `keys`. Its
/// payload is the card without `signature`, and has to say the same: what is read is what was
/// signed.
///
/// A value of this type was verified against its own key. That proves who made it only to somebody
/// who knows the key.
public struct Card: Sendable {
  /// What its owner is called.
  public let name: String
  /// Higher on each new card of the same owner, from 1.
  public let serial: Int
  /// The owner's keys.
  public let keys: [PublicJWK]
  /// The one of ``keys`` that signed.
  public let signingKey: PublicJWK
  /// The thumbprints of keys that were on earlier cards and are not to come back.
  public let removedKeyIDs: [String]
  let deviceNames: [DeviceName]
  /// The card as JSON.
  package let json: JSONText
  private let signature: [UInt8]

  /// The value of `typ`: a signature over something else never passes for a card (RFC 8725 §3.11).
  private static let type = "valise-card"
  /// Several devices and an old key or two; more is somebody's flood.
  static let maximumKeyCount = 64
  static let maximumByteCount = 1 << 18
  /// The largest number that every JSON reader has exactly (RFC 8259 §6).
  static let maximumSerial = 1 << 53 - 1

  /// Whether the owner took back everything: no card by the same key counts any more.
  public var isRevocation: Bool { signingKey.metadata.revocation != nil }

  /// What the owner calls the device that holds the private half of `key`; nil when it has no name.
  public func deviceName(of key: PublicJWK) -> String? {
    deviceNames.first { key.hasThumbprint($0.keyID) }?.name
  }

  /// Whether both are the very same card.
  func isSame(as other: Card) -> Bool { signature == other.signature }

  /// The card as text, indented, with a newline at the end.
  public var serialized: [UInt8] { json.readable }

  /// Makes a card.
  ///
  /// - Parameters:
  ///   - name: what the owner is called.
  ///   - serial: higher than on any card before.
  ///   - keys: the owner's keys, the signer's among them.
  ///   - signer: the owner's signing key.
  ///   - now: the time in seconds since 1970.
  /// - Throws: ``ContactsError`` `invalidName`, `unusableKey`, `internalFailure`.
  public init(
    name: String, serial: Int, keys: [PublicJWK], signer: PrivateJWK, at now: Int
  ) throws(ContactsError) {
    let content = Content(
      name: name, serial: serial, keys: keys, deviceNames: [], removedKeyIDs: [])
    try self.init(content, signer: signer, at: now)
  }

  init(_ content: Content, signer: PrivateJWK, at now: Int) throws(ContactsError) {
    try Name.check(content.name)
    guard let signingKey = content.keys.first(where: { $0.isSameKey(as: signer.publicKey) })
    else { throw ContactsError(.unusableKey, "the card does not hold the key that signs it") }
    guard content.keys.count <= Self.maximumKeyCount else {
      throw ContactsError(.limitExceeded, "a card holds \(Self.maximumKeyCount) keys at most")
    }
    guard (1...Self.maximumSerial).contains(content.serial) else {
      throw ContactsError(
        .limitExceeded, "the serial of the card of \(content.name) cannot go any higher")
    }
    let members = content.members(at: now)
    do throws(JOSEError) {
      var options = JWS.SigningOptions()
      options.type = Self.type
      let signature = try JWS.sign(
        JSONText.object(members).compact, by: [JWS.Signer(signer)], options: options)
      self.signature = signature
      json = .object(
        members + [.init("signature", .string(String(decoding: signature, as: UTF8.self)))])
    } catch { throw ContactsError(.internalFailure, error.reason, underlying: error) }
    name = content.name
    serial = content.serial
    keys = content.keys
    removedKeyIDs = content.removedKeyIDs
    deviceNames = content.deviceNames
    self.signingKey = signingKey
  }

  /// Reads and verifies a card.
  ///
  /// - Throws: ``ContactsError`` `damaged` when it is not one, or says other things than were
  ///   signed.
  public init(parsing text: [UInt8]) throws(ContactsError) {
    let document: JSONDocument
    do {
      document = try JSONDocument(
        parsing: text, limits: JSONLimits(byteCount: Self.maximumByteCount))
    } catch { throw Self.refusal(error.reason) }
    try self.init(document.root)
  }

  init(_ outer: JSONValue) throws(ContactsError) {
    do throws(JOSEError) {
      // Compact and nothing else: a JSON serialization has room for what nobody signed.
      guard let signature = outer["signature"]?.utf8, !signature.contains(UInt8(ascii: "{")) else {
        throw JOSEError(.malformed, "it has no signature")
      }
      let candidates = try Self.publicKeys(outer).filter(\.canVerify)
      let verified = try JWS.verify(signature, with: candidates.map { .publicKey($0) })
      guard let first = verified.signatures.first, first.type?.isExactly(Self.type) == true else {
        throw JOSEError(.verificationFailed, "what is signed is not a card")
      }
      let signed = try JSONDocument(parsing: verified.payload).root
      guard Self.says(outer, whatIsIn: signed) else {
        throw JOSEError(.verificationFailed, "it says other things than were signed")
      }
      guard let name = signed["name"]?.string, Name.isWellFormed(name),
        let serial = signed["serial"]?.integer,
        (1...Self.maximumSerial).contains(serial)
      else { throw JOSEError(.malformed, "its name or serial is not one") }
      self.name = name
      self.serial = serial
      keys = try Self.publicKeys(signed)
      deviceNames = try DeviceName.all(in: signed)
      removedKeyIDs = try signed.strings("removed") ?? []
      signingKey = candidates[first.keyIndex]
      self.signature = signature
    } catch { throw Self.refusal(error.reason, error) }
    json = outer.rewritten
  }

  private static func refusal(_ reason: String, _ error: JOSEError? = nil) -> ContactsError {
    ContactsError(.damaged, "the card does not hold: \(reason)", underlying: error)
  }

  private static func says(_ outer: JSONValue, whatIsIn signed: JSONValue) -> Bool {
    let members = signed.members
    return signed["signature"] == nil && outer.members.count == members.count + 1
      && members.allSatisfy { name, value in
        name.string.flatMap { outer[$0] }.map(value.isSame) ?? false
      }
  }

  /// Keys of kinds that are not known are passed over (RFC 7517 §5); a private one is nobody's card.
  private static func publicKeys(_ object: JSONValue) throws(JOSEError) -> [PublicJWK] {
    guard let list = object["keys"], list.isArray else {
      throw JOSEError(.malformed, "its keys are not an array")
    }
    // A card is passed on as it was signed, and so would be the private half of a key that is
    // otherwise passed over.
    guard !list.elements.contains(where: holdsPrivateMember) else {
      throw JOSEError(.invalidKey, "it holds a private or shared key")
    }
    let keys = try JWKSet(object).keys
    guard keys.count <= maximumKeyCount else {
      throw JOSEError(.limitExceeded, "it holds more than \(maximumKeyCount) keys")
    }
    var publicKeys: [PublicJWK] = []
    for key in keys {
      guard case .publicKey(let key) = key else {
        throw JOSEError(.invalidKey, "it holds a private or shared key")
      }
      publicKeys.append(key)
    }
    return publicKeys
  }

  /// Those of RFC 7518 §6.2 to 6.4, RFC 8037, and `priv` of keys of the kind AKP.
  private static func holdsPrivateMember(_ key: JSONValue) -> Bool {
    ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"].contains { key[$0] != nil }
  }
}
