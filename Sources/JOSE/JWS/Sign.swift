internal import Primitives

extension JWS {
  /// How a message is signed.
  public struct SigningOptions: Sendable {
    /// The form.
    public var serialization = Serialization.compact
    /// What the whole message is (`typ`).
    public var type: String?
    /// What the payload is (`cty`).
    public var contentType: String?
    /// Whether the payload is written as base64url; false is RFC 7797's `b64`, made critical.
    public var encodesPayload = true
    /// Whether the payload is left out, to travel by another way (RFC 7515 appendix F).
    public var isDetached = false

    package var placement = Placement.standard

    /// Where header parameters go; the others are for RFC 7520's examples.
    package enum Placement: Sendable {
      /// All protected.
      case standard
      /// `kid` unprotected (RFC 7520 §4.6).
      case keyIDUnprotected
      /// All unprotected (RFC 7520 §4.7).
      case unprotected
    }

    /// The defaults.
    public init() {}
  }

  /// Signs `payload` with each of `signers`.
  ///
  /// - Throws: ``JOSEError`` `refused` for more than one signer where the form takes one, or for an
  ///   unencoded payload that the form cannot hold; `internalFailure`.
  public static func sign(
    _ payload: [UInt8], by signers: [Signer], options: SigningOptions = SigningOptions()
  ) throws(JOSEError) -> [UInt8] {
    guard signers.count == 1 || (signers.count > 1 && options.serialization == .general) else {
      throw JOSEError(.refused, "this form has one signature")
    }
    let text = options.encodesPayload ? Base64URL.encode(payload.span) : payload
    try checkUnencoded(payload, options)
    var entries: [[JSONText.Member]] = []
    for signer in signers {
      let (protected, unprotected) = header(signer, options)
      let protectedText =
        protected.isEmpty ? [] : Base64URL.encode(JSONText.object(protected).compact.span)
      let signature = try signer.signature(over: protectedText + [UInt8(ascii: ".")] + text)
      if options.serialization == .compact {
        let body = options.isDetached ? [] : text
        return Array(
          [protectedText, body, Base64URL.encode(signature.span)]
            .joined(separator: [UInt8(ascii: ".")]))
      }
      var entry: [JSONText.Member] = []
      if !protected.isEmpty {
        entry.append(.init("protected", .string(String(decoding: protectedText, as: UTF8.self))))
      }
      if !unprotected.isEmpty { entry.append(.init("header", .object(unprotected))) }
      entry.append(.init("signature", .base64URL(signature)))
      entries.append(entry)
    }
    return json(text, entries, options)
  }

  private static func json(
    _ text: [UInt8], _ entries: [[JSONText.Member]], _ options: SigningOptions
  ) -> [UInt8] {
    var members: [JSONText.Member] = []
    if !options.isDetached {
      members.append(.init("payload", .string(String(decoding: text, as: UTF8.self))))
    }
    if options.serialization == .general {
      members.append(.init("signatures", .array(entries.map { .object($0) })))
    } else {
      members += entries.first ?? []
    }
    return JSONText.object(members).compact
  }

  private static func checkUnencoded(
    _ payload: [UInt8], _ options: SigningOptions
  ) throws(JOSEError) {
    guard !options.encodesPayload, !options.isDetached else { return }
    // RFC 7797 §5.2: a dot would end the part; JSON can hold nothing but text.
    let fits =
      options.serialization == .compact
      ? payload.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: ".") }
      : String(validating: payload, as: UTF8.self) != nil
    guard fits else {
      throw JOSEError(.refused, "the payload cannot stand unencoded in this form; detach it")
    }
  }

  private static func header(
    _ signer: Signer, _ options: SigningOptions
  ) -> (protected: [JSONText.Member], unprotected: [JSONText.Member]) {
    let alg = JSONText.Member("alg", .string(signer.algorithm.rawValue))
    let kid = signer.keyID.map { [JSONText.Member("kid", .string($0))] } ?? []
    var rest: [JSONText.Member] = []
    if let type = options.type { rest.append(.init("typ", .string(type))) }
    if let contentType = options.contentType { rest.append(.init("cty", .string(contentType))) }
    if !options.encodesPayload {
      rest.append(.init("b64", .bool(false)))
      rest.append(.init("crit", .array([.string("b64")])))
    }
    switch options.placement {
    case .standard: return ([alg] + kid + rest, [])
    case .keyIDUnprotected: return ([alg] + rest, kid)
    case .unprotected: return (rest, [alg] + kid)
    }
  }
}
