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
  private let members: [JSONText.Member]
  private let isCompact: Bool

  /// The bytes up to and with the ciphertext's opening quote or dot.
  let beforeCiphertext: [UInt8]

  /// What the cipher authenticates: the protected header's text, and with `aad` a dot and its text
  /// (RFC 7516 §5.1 step 14).
  let additionalData: [UInt8]

  init(
    encryption: ContentEncryptionAlgorithm, recipients: [WrappedKey], nonce: [UInt8],
    commitment: [UInt8]?, options: JWE.EncryptionOptions
  ) throws(JOSEError) {
    isCompact = options.serialization == .compact
    let placement = isCompact ? .allProtected : options.placement
    guard placement == .standard || recipients.count == 1, let first = recipients.first else {
      throw JOSEError(.refused, "this form has one recipient")
    }
    guard !isCompact || options.additionalData.isEmpty else {
      throw JOSEError(.refused, "the compact form has no additional data")
    }

    let (protected, unprotected) = Self.headers(placement, first, encryption, options)
    protectedText =
      protected.isEmpty ? [] : Base64URL.encode(JSONText.object(protected).compact.span)
    let dataText = Base64URL.encode(options.additionalData.span)
    additionalData = protectedText + (dataText.isEmpty ? [] : [UInt8(ascii: ".")] + dataText)

    var members: [JSONText.Member] = []
    if !protected.isEmpty {
      members.append(.init("protected", .string(String(decoding: protectedText, as: UTF8.self))))
    }
    if !unprotected.isEmpty { members.append(.init("unprotected", .object(unprotected))) }
    members += Self.recipientMembers(recipients, placement)
    if !options.additionalData.isEmpty {
      members.append(.init("aad", .base64URL(options.additionalData)))
    }
    if let commitment { members.append(.init("commitment", .base64URL(commitment))) }
    members.append(.init("iv", .base64URL(nonce)))
    self.members = members
    beforeCiphertext =
      isCompact
      ? Self.compactHead(protectedText, first, nonce)
      : JSONText.object(members).compact.dropLast() + Array(",\"ciphertext\":\"".utf8)
  }

  /// The bytes after the ciphertext.
  func afterCiphertext(tag: [UInt8]) -> [UInt8] {
    let text = Base64URL.encode(tag.span)
    return isCompact
      ? [UInt8(ascii: ".")] + text
      : Array("\",\"tag\":\"".utf8) + text + Array("\"}\n".utf8)
  }

  private static func compactHead(
    _ protectedText: [UInt8], _ recipient: WrappedKey, _ nonce: [UInt8]
  ) -> [UInt8] {
    let encryptedKey = recipient.encryptedKey ?? []
    let parts = [
      protectedText, Base64URL.encode(encryptedKey.span), Base64URL.encode(nonce.span), [],
    ]
    return Array(parts.joined(separator: [UInt8(ascii: ".")]))
  }

  private static func headers(
    _ placement: Placement, _ recipient: WrappedKey, _ encryption: ContentEncryptionAlgorithm,
    _ options: JWE.EncryptionOptions
  ) -> (protected: [JSONText.Member], unprotected: [JSONText.Member]) {
    let enc = JSONText.Member("enc", .string(encryption.rawValue))
    var kinds: [JSONText.Member] = []
    if let type = options.type { kinds.append(.init("typ", .string(type))) }
    if let contentType = options.contentType { kinds.append(.init("cty", .string(contentType))) }
    switch placement {
    case .standard: return ([enc] + kinds, [])
    case .allProtected: return (recipient.parameters + kinds + [enc], [])
    case .encryptionProtected: return ([enc] + kinds, recipient.parameters)
    case .unprotected: return ([], recipient.parameters + [enc] + kinds)
    }
  }

  private static func recipientMembers(
    _ recipients: [WrappedKey], _ placement: Placement
  ) -> [JSONText.Member] {
    let entries = recipients.map { recipient in
      (placement == .standard ? [JSONText.Member("header", .object(recipient.parameters))] : [])
        + (recipient.encryptedKey.map { [.init("encrypted_key", .base64URL($0))] } ?? [])
    }
    guard entries.count > 1 else { return entries.first ?? [] }
    return [.init("recipients", .array(entries.map { .object($0) }))]
  }
}
