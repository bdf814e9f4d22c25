package import Primitives

// Reads like the format: keys, head, content, tag.

extension JWE {
  /// How a message is made; the defaults suit all but special needs.
  public struct EncryptionOptions: Sendable {
    /// The cipher; nil for A256GCM, or A256CBC-HS512 where the size is known to be over its limit.
    public var contentEncryption: ContentEncryptionAlgorithm?
    /// JSON or compact.
    public var serialization = Serialization.json
    /// Who signs what is sealed and for whom; nil leaves it open who sealed it.
    ///
    /// With a private key, for recipients by public key only, in JSON and committing.
    public var signer: JWS.Signer?
    /// What the whole message is (`typ`); a signed one is `signed`.
    public var type: String?
    /// What the plaintext is (`cty`).
    public var contentType: String?
    /// Data that is authenticated and stands in the message readably; JSON only.
    public var additionalData: [UInt8] = []
    /// Whether the message proves that all recipients read the same text; JSON only.
    public var isCommitting = true

    package var placement = HeadWriter.Placement.standard
    /// When it is signed, in seconds since 1970; nil for the system's clock.
    package var signingTime: Int?
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
    try gathering(BytesInMemory(plaintext), for: recipients, options)
  }

  /// Encrypts keys without a copy of them in memory that is given back unwiped.
  ///
  /// - Throws: ``JOSEError`` as ``encrypt(from:into:for:options:)``.
  package static func encrypt(
    _ secret: SecretBytes, for recipients: [Recipient],
    options: EncryptionOptions = EncryptionOptions()
  ) throws(JOSEError) -> [UInt8] {
    try gathering(SecretSource(secret), for: recipients, options)
  }

  private static func gathering(
    _ source: some ByteSource, for recipients: [Recipient], _ options: EncryptionOptions
  ) throws(JOSEError) -> [UInt8] {
    let gathered = BytesGathered()
    try encrypt(from: source, into: gathered, for: recipients, options: options)
    try gathered.commit()
    return gathered.takeCommitted()
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
    let sealing = try Sealing(for: recipients, options, source.expectedByteCount)
    if let byteCount = source.expectedByteCount {
      try sink.reserve(UInt64(sealing.head.beforeCiphertext.count) + byteCount / 3 * 4)
    }
    try sink.write(sealing.head.beforeCiphertext.span)
    try sealing.writer.write(from: source, into: sink, digest: sealing.signature?.digest)
    let end = try sealing.afterCiphertext()
    try sink.write(end.span)
  }
}
