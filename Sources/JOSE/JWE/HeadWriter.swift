internal import Primitives

/// Everything of a message but its ciphertext, as it is written.
package struct HeadWriter {
  /// Where header parameters go.
  package enum Placement: Sendable {
    /// `enc`, `typ` and `cty` protected, the rest with each recipient: recipients can be added
    /// without touching the content.
    case standard
    /// All protected, as compact has it; one recipient.
    case allProtected
    /// Only `enc` protected, the rest in `unprotected` (RFC 7520 §5.11); one recipient.
    case encryptionProtected
    /// All in `unprotected` (RFC 7520 §5.12); one recipient.
    case unprotected
  }

  private let protectedText: [UInt8]
  private let isCompact: Bool

  /// The bytes up to and with the ciphertext's opening quote or dot.
  let beforeCiphertext: [UInt8]

  /// What the cipher authenticates: the protected header's text, and with `aad` a dot and its text
  /// (RFC 7516 §5.1 step 14).
  let additionalData: [UInt8]

  init(
    encryption: ContentEncryptionAlgorithm, recipients: WrappedRecipients, nonce: [UInt8],
    commitment: [UInt8]?, options: JWE.EncryptionOptions
  ) throws(JOSEError) {
    isCompact = options.serialization == .compact
    guard !isCompact || options.additionalData.isEmpty else {
      throw JOSEError(.refused, "the compact form has no additional data")
    }
    let placement = isCompact ? .allProtected : options.placement
    let headers = try Self.headers(placement, recipients, encryption, options)
    protectedText =
      headers.protected.isEmpty
      ? [] : Base64URL.encode(JSONText.object(headers.protected).compact.span)
    let dataText = Base64URL.encode(options.additionalData.span)
    additionalData = protectedText + (dataText.isEmpty ? [] : [UInt8(ascii: ".")] + dataText)
    if isCompact {
      beforeCiphertext = Self.compactHead(protectedText, recipients, nonce)
      return
    }

    var members: [JSONText.Member] = []
    if !protectedText.isEmpty {
      members.append(.init("protected", .string(String(decoding: protectedText, as: UTF8.self))))
    }
    if !headers.unprotected.isEmpty {
      members.append(.init("unprotected", .object(headers.unprotected)))
    }
    members += headers.recipients
    if !dataText.isEmpty { members.append(.init("aad", .base64URL(options.additionalData))) }
    if let commitment { members.append(.init("commitment", .base64URL(commitment))) }
    members.append(.init("iv", .base64URL(nonce)))
    var text = JSONText.object(members).compact(reserving: recipients.byteCount + 4096)
    text.removeLast()
    text.append(contentsOf: ",\"ciphertext\":\"".utf8)
    beforeCiphertext = text
  }

  /// The bytes after the ciphertext.
  func afterCiphertext(tag: [UInt8], signature: [UInt8]?) -> [UInt8] {
    let text = Base64URL.encode(tag.span)
    guard !isCompact else { return [UInt8(ascii: ".")] + text }
    let signed = signature.map { Array("\",\"signature\":\"".utf8) + $0 } ?? []
    return Array("\",\"tag\":\"".utf8) + text + signed + Array("\"}\n".utf8)
  }

  private static func compactHead(
    _ protectedText: [UInt8], _ recipients: WrappedRecipients, _ nonce: [UInt8]
  ) -> [UInt8] {
    var encryptedKey: [UInt8] = []
    if case .one(let recipient) = recipients { encryptedKey = recipient.encryptedKey ?? [] }
    let parts = [
      protectedText, Base64URL.encode(encryptedKey.span), Base64URL.encode(nonce.span), [],
    ]
    return Array(parts.joined(separator: [UInt8(ascii: ".")]))
  }

  /// What is protected, what is shared, and what stands with each recipient.
  private typealias Headers = (
    protected: [JSONText.Member], unprotected: [JSONText.Member], recipients: [JSONText.Member]
  )

  private static func headers(
    _ placement: Placement, _ recipients: WrappedRecipients,
    _ encryption: ContentEncryptionAlgorithm, _ options: JWE.EncryptionOptions
  ) throws(JOSEError) -> Headers {
    let enc = JSONText.Member("enc", .string(encryption.rawValue))
    var kinds: [JSONText.Member] = []
    if let type = options.type { kinds.append(.init("typ", .string(type))) }
    if let contentType = options.contentType { kinds.append(.init("cty", .string(contentType))) }
    switch (recipients, placement) {
    case (.several(let elements), .standard):
      let list = JSONText.array(elements.map { .verbatim($0) })
      return ([enc] + kinds, [], [.init("recipients", list)])
    case (.several, _): throw JOSEError(.refused, "this form has one recipient")
    case (.one(let wrapped), .standard):
      let header = JSONText.Member("header", .object(wrapped.parameters))
      return ([enc] + kinds + wrapped.protectedParameters, [], [header] + wrapped.keyMember)
    case (.one(let wrapped), .allProtected):
      let own = wrapped.parameters + wrapped.protectedParameters
      return (own + kinds + [enc], [], wrapped.keyMember)
    case (.one(let wrapped), .encryptionProtected):
      let protected = [enc] + kinds + wrapped.protectedParameters
      return (protected, wrapped.parameters, wrapped.keyMember)
    case (.one(let wrapped), .unprotected):
      guard wrapped.protectedParameters.isEmpty else {
        throw JOSEError(.refused, "this form protects no header parameter")
      }
      return ([], wrapped.parameters + [enc] + kinds, wrapped.keyMember)
    }
  }
}
