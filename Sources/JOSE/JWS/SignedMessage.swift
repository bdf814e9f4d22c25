internal import Primitives

/// A signed message, taken apart and checked for structure; nothing in it is verified.
struct SignedMessage {
  struct Signature {
    let header: JOSEHeader
    /// The bytes that are signed: the protected header's text, a dot, the payload as it stands.
    let input: [UInt8]
    let signature: [UInt8]
  }

  let payload: [UInt8]
  let signatures: [Signature]

  init(
    _ message: [UInt8], detachedPayload: [UInt8]?, _ policy: JWS.VerificationPolicy
  ) throws(JOSEError) {
    guard message.count <= policy.maximumByteCount else {
      throw JOSEError(.limitExceeded, "it is over \(policy.maximumByteCount) bytes")
    }
    let parts =
      message.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 } == UInt8(ascii: "{")
      ? try Self.json(message, policy) : try Self.compact(message, policy)
    let payloadText = try Self.payloadText(parts.payload, detachedPayload, parts)
    var signatures: [Signature] = []
    for part in parts.signatures {
      signatures.append(
        Signature(
          header: part.header, input: part.protectedText + [UInt8(ascii: ".")] + payloadText,
          signature: part.signature))
    }
    self.signatures = signatures
    if let detachedPayload {
      payload = detachedPayload
    } else {
      payload = parts.isEncoded ? try Self.decode(payloadText, "payload") : payloadText
    }
  }

  private struct Part {
    let protectedText: [UInt8]
    let header: JOSEHeader
    let signature: [UInt8]
    let isEncoded: Bool

    init(
      _ protectedText: [UInt8], own: JSONValue?, _ signature: [UInt8],
      _ policy: JWS.VerificationPolicy
    ) throws(JOSEError) {
      let protected =
        protectedText.isEmpty
        ? nil
        : try EnvelopeHead.protectedHeader(protectedText, policy.maximumHeaderByteCount)
      self.protectedText = protectedText
      self.signature = signature
      header = JOSEHeader(protected: protected, unprotected: nil, own: own)
      try SharedParameters(protected, nil).checkDisjointness(from: own)
      isEncoded = try Self.isEncoded(header)
    }

    /// RFC 7797 §3 and §6: `b64` holds only where it is protected and critical.
    private static func isEncoded(_ header: JOSEHeader) throws(JOSEError) -> Bool {
      let critical =
        try header.protected?["crit"].map { (value) throws(JOSEError) in
          try CriticalParameters.names(
            value, in: header.protected, known: JWS.registeredParameters)
        } ?? []
      let unknown = critical.filter { $0 != "b64" }
      guard unknown.isEmpty else {
        throw JOSEError(
          .unsupported, "it needs extensions that are not known: \(unknown.joined(separator: ", "))"
        )
      }
      guard let value = header["b64"] else { return true }
      guard let isEncoded = value.bool, critical.contains("b64") else {
        throw JOSEError(.malformed, "b64 is not critical, or not a truth value")
      }
      return isEncoded
    }
  }

  private struct Parts {
    let payload: [UInt8]?
    let signatures: [Part]

    /// All signatures agree on it (RFC 7797 §3).
    var isEncoded: Bool { signatures.allSatisfy(\.isEncoded) }
  }

  private static func compact(
    _ message: [UInt8], _ policy: JWS.VerificationPolicy
  ) throws(JOSEError) -> Parts {
    // No more parts than tell that there are too many (CVE-2025-27144).
    let parts = message.split(
      separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[0].isEmpty else {
      throw JOSEError(.malformed, "it is neither JSON nor three parts with dots between")
    }
    let signature = try decode(Array(parts[2]), "the signature")
    let part = try Part(Array(parts[0]), own: nil, signature, policy)
    return Parts(payload: Array(parts[1]), signatures: [part])
  }

  private static func json(
    _ message: [UInt8], _ policy: JWS.VerificationPolicy
  ) throws(JOSEError) -> Parts {
    var limits = JSONLimits(byteCount: policy.maximumByteCount)
    limits.stringByteCount = policy.maximumByteCount
    let root = try JSONDocument(parsing: message, limits: limits).root
    if let other = ["ciphertext", "recipients", "encrypted_key"].first(where: { root[$0] != nil }) {
      throw JOSEError(.malformed, "\(other) is a member of a JWE, not of a JWS")
    }
    var entries = [root]
    if let list = root["signatures"] {
      guard ["signature", "protected", "header"].allSatisfy({ root[$0] == nil }) else {
        throw JOSEError(.malformed, "it is general and flattened at once")
      }
      entries = list.elements
      guard list.isArray, !entries.isEmpty else {
        throw JOSEError(.malformed, "signatures is not an array of at least one")
      }
      guard entries.count <= policy.maximumSignatureCount else {
        throw JOSEError(
          .limitExceeded, "it has more than \(policy.maximumSignatureCount) signatures")
      }
    }
    var signatures: [Part] = []
    for entry in entries {
      guard let signature = try EnvelopeHead.octets(entry, "signature") else {
        throw JOSEError(.malformed, "signature is missing")
      }
      signatures.append(
        try Part(
          EnvelopeHead.text(entry, "protected") ?? [],
          own: EnvelopeHead.object(entry, "header", policy.maximumHeaderByteCount), signature,
          policy))
    }
    guard root["payload"]?.isString != false else {
      throw JOSEError(.malformed, "payload is not a string")
    }
    return Parts(payload: root["payload"]?.utf8, signatures: signatures)
  }

  private static func payloadText(
    _ text: [UInt8]?, _ detached: [UInt8]?, _ parts: Parts
  ) throws(JOSEError) -> [UInt8] {
    guard parts.signatures.allSatisfy({ $0.isEncoded == parts.isEncoded }) else {
      throw JOSEError(.malformed, "its signatures do not agree on b64")
    }
    guard let detached else {
      guard let text else { throw JOSEError(.malformed, "payload is missing") }
      return text
    }
    guard text?.isEmpty != false else {
      throw JOSEError(.malformed, "it holds a payload, and another is given")
    }
    return parts.isEncoded ? Base64URL.encode(detached.span) : detached
  }

  private static func decode(_ text: [UInt8], _ name: String) throws(JOSEError) -> [UInt8] {
    do { return try Base64URL.decode(text.span) } catch {
      throw JOSEError(.malformed, "\(name) is not base64url", underlying: error)
    }
  }
}
