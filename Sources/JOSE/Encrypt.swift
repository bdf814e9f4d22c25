internal import Primitives

// Reads like the format: keys, head, content, tag.

extension JWE {
  /// How a message is made; the defaults suit all but special needs.
  public struct EncryptionOptions: Sendable {
    /// The cipher; nil for A256GCM, or A256CBC-HS512 where the size is known to be over its limit.
    public var contentEncryption: ContentEncryptionAlgorithm?
    /// JSON or compact.
    public var serialization = Serialization.json
    /// What the whole message is (`typ`).
    public var type: String?
    /// What the plaintext is (`cty`).
    public var contentType: String?
    /// Data that is authenticated and stands in the message readably; JSON only.
    public var additionalData: [UInt8] = []
    /// Whether the message proves that all recipients read the same text; JSON only.
    public var isCommitting = true

    package var placement = HeadWriter.Placement.standard
    package var random = RandomSource.system

    /// The defaults.
    public init() {}
  }

  /// Encrypts `plaintext` in memory.
  ///
  /// - Throws: ``JOSEError`` as ``encrypt(from:into:for:options:)``.
  public static func encrypt(
    _ plaintext: [UInt8], for recipients: [Recipient],
    options: EncryptionOptions = EncryptionOptions()
  ) throws(JOSEError) -> [UInt8] {
    let gathered = BytesGathered()
    try encrypt(from: BytesInMemory(plaintext), into: gathered, for: recipients, options: options)
    try gathered.commit()
    return gathered.committed ?? []
  }

  /// Encrypts a stream in constant memory.
  ///
  /// What has been written when an error is thrown is not a message.
  ///
  /// - Parameters:
  ///   - source: the plaintext.
  ///   - sink: takes the message.
  ///   - recipients: one or more; one alone for a passphrase, for `dir` and for `ECDH-ES`.
  ///   - options: the cipher, the form, and data to authenticate.
  /// - Throws: ``JOSEError`` `refused` for recipients that cannot stand together, `unsuitableKey`,
  ///   `limitExceeded` for more plaintext than the cipher may take, `inputOutput`.
  public static func encrypt(
    from source: some ByteSource, into sink: some ByteSink, for recipients: [Recipient],
    options: EncryptionOptions = EncryptionOptions()
  ) throws(JOSEError) {
    if recipients.contains(where: \.needsCommitment) {
      guard options.isCommitting, options.serialization == .json else {
        throw JOSEError(.refused, "Argon2id needs the commitment, which only the JSON form has")
      }
    }
    let encryption = chooseEncryption(options, source.expectedByteCount)
    let (contentKey, wrapped) = try contentKey(recipients, encryption, options.random)
    let nonce = try primitive { () throws(PrimitiveError) in
      try options.random.bytes(encryption.aead.nonceByteCount)
    }
    let commitment = try options.isCommitting ? Commitment.value(contentKey, encryption) : nil
    let head = try HeadWriter(
      encryption: encryption, recipients: wrapped, nonce: nonce, commitment: commitment,
      options: options)

    if let byteCount = source.expectedByteCount {
      try sink.reserve(UInt64(head.beforeCiphertext.count) + byteCount / 3 * 4)
    }
    try sink.write(head.beforeCiphertext.span)
    let sealer = try primitive { () throws(PrimitiveError) in
      try encryption.aead.sealer(
        key: contentKey, nonce: nonce.span, additionalData: head.additionalData.span)
    }
    let tag = try ContentWriter(sealer, encryption).write(from: source, into: sink)
    try sink.write(head.afterCiphertext(tag: tag).span)
  }

  private static func chooseEncryption(
    _ options: EncryptionOptions, _ byteCount: UInt64?
  ) -> ContentEncryptionAlgorithm {
    if let chosen = options.contentEncryption { return chosen }
    let limit = ContentEncryptionAlgorithm.a256GCM.maximumPlaintextByteCount
    return (byteCount ?? 0) > limit ? .a256CBCHS512 : .a256GCM
  }

  /// A fresh key for each message, wrapped for all.
  private static func contentKey(
    _ recipients: [Recipient], _ encryption: ContentEncryptionAlgorithm, _ random: RandomSource
  ) throws(JOSEError) -> (SecretBytes, WrappedRecipients) {
    guard let first = recipients.first else {
      throw JOSEError(.refused, "a message needs a recipient")
    }
    guard recipients.count <= DecryptionPolicy().maximumRecipientCount else {
      throw JOSEError(
        .refused,
        "readers take no more than \(DecryptionPolicy().maximumRecipientCount) recipients")
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
  /// Direct keys admit no second recipient (RFC 7516 §5.1); beside a passphrase one would let
  /// whoever guesses it read what was meant for keys.
  var standsAlone: Bool {
    if case .passphrase = key { return true }
    return algorithm.isDirect
  }

  /// A key that guessing can find must not open one ciphertext under many guesses: see
  /// ``Argon2idDerivation``.
  var needsCommitment: Bool {
    if case .argon2id = key { return true }
    return false
  }
}
