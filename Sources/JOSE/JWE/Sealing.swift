internal import Primitives

/// A message whose head is written and whose content is to come.
struct Sealing {
  let head: HeadWriter
  let writer: ContentWriter
  /// What becomes the signature once the plaintext went by; nil when nobody signs.
  let signature: SignatureWriter?
  private let contentKey: SecretBytes
  private let encryption: ContentEncryptionAlgorithm

  init(
    for recipients: [JWE.Recipient], _ options: JWE.EncryptionOptions, _ byteCount: UInt64?
  ) throws(JOSEError) {
    if recipients.contains(where: \.needsCommitment) {
      guard options.isCommitting, options.serialization == .json else {
        throw JOSEError(.refused, "Argon2id needs the commitment, which only the JSON form has")
      }
    }
    let encryption = Self.chooseEncryption(options, byteCount, for: recipients)
    var options = options
    signature = try SignatureWriter(for: recipients, &options)
    let (contentKey, wrapped) = try Self.freshKey(recipients, encryption, options.random)
    let nonce = try primitive { () throws(PrimitiveError) in
      try options.random.bytes(encryption.aead.nonceByteCount)
    }
    let commitment = try options.isCommitting ? Commitment.value(contentKey, encryption) : nil
    let head = try HeadWriter(
      encryption: encryption, recipients: wrapped, nonce: nonce, commitment: commitment,
      options: options)
    let sealer = try primitive { () throws(PrimitiveError) in
      try encryption.aead.sealer(
        key: contentKey, nonce: nonce.span, additionalData: head.additionalData.span)
    }
    writer = ContentWriter(sealer, encryption)
    self.head = head
    self.contentKey = contentKey
    self.encryption = encryption
  }

  /// The bytes after the ciphertext, once all of it is written.
  func afterCiphertext() throws(JOSEError) -> [UInt8] {
    let signed = try signature?.member(contentKey, encryption, head.additionalData)
    return head.afterCiphertext(tag: writer.tag, signature: signed)
  }

  private static func chooseEncryption(
    _ options: JWE.EncryptionOptions, _ byteCount: UInt64?, for recipients: [JWE.Recipient]
  ) -> ContentEncryptionAlgorithm {
    if let chosen = options.contentEncryption { return chosen }
    if let own = recipients.first?.contentEncryption { return own }
    let limit = ContentEncryptionAlgorithm.a256GCM.maximumPlaintextByteCount
    return (byteCount ?? 0) > limit ? .a256CBCHS512 : .a256GCM
  }

  /// A fresh key for each message, wrapped for all.
  private static func freshKey(
    _ recipients: [JWE.Recipient], _ encryption: ContentEncryptionAlgorithm, _ random: RandomSource
  ) throws(JOSEError) -> (SecretBytes, WrappedRecipients) {
    guard let first = recipients.first else {
      throw JOSEError(.refused, "a message needs a recipient")
    }
    guard recipients.count <= JWE.DecryptionPolicy().maximumRecipientCount else {
      throw JOSEError(
        .refused,
        "readers take no more than \(JWE.DecryptionPolicy().maximumRecipientCount) recipients")
    }
    if let loner = recipients.first(where: \.standsAlone), recipients.count > 1 {
      throw JOSEError(
        .refused, "a recipient by \(loner.algorithm.rawValue) must be the only one")
    }
    if first.algorithm.isDirect {
      let (contentKey, wrapped) = try first.directKey(encryption, random: random)
      return (contentKey, .one(wrapped))
    }
    let contentKey = try primitive { () throws(PrimitiveError) in
      try random.secret(encryption.keyByteCount)
    }
    guard recipients.count > 1 else {
      return (contentKey, .one(try first.wrap(contentKey, random: random)))
    }
    let elements = try Parallel.map(recipients) { (recipient) throws(JOSEError) in
      try recipient.wrap(contentKey, random: random).element
    }
    return (contentKey, .several(elements: elements))
  }
}

extension JWE.Recipient {
  var standsAlone: Bool { algorithm.standsAlone }

  /// A key that guessing can find must not open one ciphertext under many guesses: see
  /// ``Argon2idDerivation``.
  fileprivate var needsCommitment: Bool {
    if case .argon2id = key { return true }
    return false
  }
}

extension KeyManagementAlgorithm {
  /// Direct keys admit no second recipient (RFC 7516 §5.1); beside a passphrase one would let
  /// whoever guesses it read what was meant for keys.
  var standsAlone: Bool {
    if case .passphrase = family { return true }
    return isDirect
  }
}
