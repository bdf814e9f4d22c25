internal import Primitives

extension JWE.UnlockedEnvelope {
  /// Writes the message for `recipients` besides those that it has, with its ciphertext as it stands.
  ///
  /// What it costs is a copy. The content is not read: a message that was damaged stays so, and whoever
  /// opens it will be told. Only where nothing but the content can tell whether this is the key that
  /// all recipients have, for want of a commitment, is it verified first; the copy then commits.
  ///
  /// Nothing becomes of what is written if an error is thrown.
  ///
  /// - Parameters:
  ///   - recipients: one or more, with public or shared keys.
  ///   - sink: takes the message; the caller commits it.
  /// - Throws: ``JOSEError`` `reencryptionNeeded` when what is authenticated speaks of its recipients:
  ///   it is signed for them, or their `alg` is protected, as in the compact form; `refused` when a
  ///   recipient must stand alone or there are too many; `decryptionFailed`, `inputOutput`.
  public func addRecipients(
    _ recipients: [JWE.Recipient], into sink: some ByteSink
  ) throws(JOSEError) {
    let root = try envelope.extensibleRoot(recipients.count)
    guard !recipients.contains(where: \.standsAlone) else {
      throw JOSEError(.refused, "a recipient by passphrase or direct key must be the only one")
    }
    let contentKey =
      envelope.hasCommitment ? candidates[0].contentKey : try verify().candidate.contentKey
    let elements = try Parallel.map(recipients) { (recipient) throws(JOSEError) in
      try recipient.wrap(contentKey, random: .system).element
    }
    let commitment = try Commitment.value(contentKey, encryption)
    let size = envelope.ciphertext.upperBound - envelope.ciphertext.lowerBound
    var head = ExtendedHead(root, adding: elements, commitment: commitment)
    if size >= ExtendedHead.alignedByteCount { head.align(to: envelope.ciphertext.lowerBound) }
    try sink.reserve(UInt64(head.beforeCiphertext.count + head.afterCiphertext.count) + size)
    try sink.write(head.beforeCiphertext.span)
    try sink.copy(envelope.ciphertext, of: envelope.source)
    try sink.write(head.afterCiphertext.span)
  }

  /// Writes the message under a fresh key for `recipients` and nobody else.
  ///
  /// It is opened and sealed in one pass; no plaintext rests anywhere. Its end is written only once its
  /// tag and signature were seen to hold, so that nothing opens of what an attacker changed.
  ///
  /// - Parameters:
  ///   - recipients: those who are to read it from now on.
  ///   - sink: takes the message; the caller commits it.
  ///   - options: as for a new message; ``JWE/Envelope/encryptionOptions()`` keeps its kind. A
  ///     signature is not kept: `signer` makes another.
  /// - Returns: what was learned of the old message.
  /// - Throws: ``JOSEError`` as ``decrypt(into:)`` and as ``JWE/encrypt(from:into:for:options:)``;
  ///   `unsupported` for a compressed message.
  public func reencrypt(
    for recipients: [JWE.Recipient], into sink: some ByteSink, options: JWE.EncryptionOptions
  ) throws(JOSEError) -> JWE.Opening {
    guard compression == nil else {
      throw JOSEError(.unsupported, "a compressed message is not encrypted anew in one pass")
    }
    let candidate = candidates.count > 1 ? try verify().candidate : candidates[0]
    let sealing = try Sealing(for: recipients, options, envelope.ciphertextByteCount)
    let digest = if let own = sealing.signature?.digest { own } else { try plaintextDigest() }
    try sink.reserve(
      UInt64(sealing.head.beforeCiphertext.count) + envelope.ciphertextByteCount / 3 * 4)
    try sink.write(sealing.head.beforeCiphertext.span)
    let opening = try reader.stages(opener(candidate))
    try reader.run(
      opening + (digest.map { [$0.stage] } ?? []) + sealing.writer.stages,
      drain: { (text) throws(JOSEError) in try sink.write(text) })
    let authorship = try authorship(digest)
    let end = try sealing.afterCiphertext()
    try sink.write(end.span)
    return self.opening(candidate, authorship)
  }

}

extension JWE.Envelope {
  /// Whether `count` recipients can be added with the ciphertext as it stands.
  ///
  /// - Throws: ``JOSEError`` `reencryptionNeeded` and `refused`, as
  ///   ``JWE/UnlockedEnvelope/addRecipients(_:into:)``.
  public func requireRoom(for count: Int) throws(JOSEError) { _ = try extensibleRoot(count) }

  /// The message's members, if recipients can be added to them.
  fileprivate func extensibleRoot(_ count: Int) throws(JOSEError) -> JSONValue {
    let names = recipients.compactMap(\.algorithmName)
    for algorithm in names.compactMap({ KeyManagementAlgorithm(exactly: $0) }) {
      guard !algorithm.standsAlone else {
        throw JOSEError(.refused, "its recipient by \(algorithm.rawValue) must be the only one")
      }
    }
    guard count > 0 else { throw JOSEError(.refused, "there is no recipient to add") }
    guard head.recipients.count + count <= policy.maximumRecipientCount else {
      throw JOSEError(
        .refused, "readers take no more than \(policy.maximumRecipientCount) recipients")
    }
    guard let root = head.root else {
      throw JOSEError(.reencryptionNeeded, "the compact form has one recipient")
    }
    guard !head.isSigned else {
      throw JOSEError(.reencryptionNeeded, "it is signed for its recipients and for nobody else")
    }
    for name in Self.recipientParameters where head.isShared(name) {
      throw JOSEError(.reencryptionNeeded, "\(name) stands in a header that all recipients share")
    }
    guard head.protected?["enc"] != nil else {
      throw JOSEError(.reencryptionNeeded, "enc is not protected")
    }
    return root
  }

  /// Parameters that are one recipient's: shared, they would speak of the others too.
  private static let recipientParameters = [
    "alg", "kid", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c", "jwk", "jku", "x5u", "x5c", "x5t",
    "x5t#S256",
  ]
}

extension EnvelopeHead {
  fileprivate func isShared(_ name: String) -> Bool {
    protected?[name] != nil || unprotected?[name] != nil
  }
}

/// The members of a message, all as they were written, with more recipients.
private struct ExtendedHead {
  /// The bytes up to and with the ciphertext's opening quote.
  private(set) var beforeCiphertext: [UInt8]
  /// The bytes from its closing quote on.
  let afterCiphertext: [UInt8]

  init(_ root: JSONValue, adding elements: [[UInt8]], commitment: [UInt8]) {
    func kept(_ names: String...) -> [JSONText.Member] {
      names.compactMap { name in root[name].map { .init(name, $0.text) } }
    }
    let old: [JSONText] =
      root["recipients"].map { $0.elements.map(\.text) }
      ?? [.object(kept("header", "encrypted_key"))]
    let recipients = JSONText.array(old + elements.map { .verbatim($0) })
    let members =
      kept("protected", "unprotected") + [.init("recipients", recipients)] + kept("aad")
      + [.init("commitment", .base64URL(commitment))] + kept("iv")
    var text = JSONText.object(members).compact(
      reserving: elements.reduce(root.byteCount) { $0 + $1.count + 1 } + 4096)
    text.removeLast()
    text.append(UInt8(ascii: ","))
    beforeCiphertext = text + Self.ciphertextOpening

    // What others put there is theirs, and ignored by whoever does not know it (RFC 7516 §7.2.1).
    let strange = root.members.filter { member in !Self.known.contains(where: member.name.isString)
    }
    let rest = strange.map { JSONText.Member($0.name.string ?? "", $0.value.text) }
    let end = JSONText.object(kept("tag") + rest).compact.dropFirst()
    afterCiphertext = Array("\",".utf8) + end + [0x0A]
  }

  private static let ciphertextOpening = Array("\"ciphertext\":\"".utf8)

  /// From which size on the ciphertext is worth lying well.
  static let alignedByteCount: UInt64 = 1 << 20
  private static let pageByteCount = 4096

  /// Puts white space before the ciphertext, so that it lies in its pages as it did at `offset`.
  ///
  /// The system copies whole pages then, where every other way fills each page of the copy from two,
  /// which takes half as long again; and a file system that shares blocks can share these.
  mutating func align(to offset: UInt64) {
    let wanted = Int(offset % UInt64(Self.pageByteCount))
    let distance = wanted - beforeCiphertext.count % Self.pageByteCount
    let count = distance < 0 ? distance + Self.pageByteCount : distance
    beforeCiphertext.insert(
      contentsOf: repeatElement(UInt8(ascii: " "), count: count),
      at: beforeCiphertext.count - Self.ciphertextOpening.count)
  }

  private static let known = [
    "protected", "unprotected", "header", "encrypted_key", "recipients", "aad", "commitment", "iv",
    "ciphertext", "tag",
  ]
}

extension JWE.Envelope {
  /// What makes another message of the same kind: its cipher, `typ` and `cty`, and the data beside it.
  ///
  /// Not its signature, which nobody but its signer can make.
  ///
  /// - Throws: ``JOSEError`` `malformed`, `unsupported` or `refused` for its cipher.
  public func encryptionOptions() throws(JOSEError) -> JWE.EncryptionOptions {
    var options = JWE.EncryptionOptions()
    options.contentEncryption = try contentEncryption()
    options.type = isSigned ? nil : type
    options.contentType = contentType
    options.additionalData = additionalData ?? []
    return options
  }
}
