internal import Primitives

extension JWE {
  /// A message whose structure was read and whose content was not touched.
  ///
  /// Nothing in it is authentic yet: what it says of its recipients is what somebody wrote.
  public struct Envelope {
    let head: EnvelopeHead
    let source: any RandomAccessBytes
    let ciphertext: Range<UInt64>
    let policy: DecryptionPolicy

    /// What of an envelope is read afterwards.
    public enum Use: Sendable {
      /// Nothing more: it is only asked what it says of itself, so that all of it is looked at now, a
      /// GiB in some 0.2 s.
      case description
      /// It is unlocked, and whoever decrypts the content looks at all that was passed over.
      case decryption
    }

    /// Reads the structure of an envelope in any serialization.
    ///
    /// - Throws: ``JOSEError`` `malformed`, `unsupported` for critical extensions,
    ///   `limitExceeded`, `inputOutput`.
    public init(
      _ source: some RandomAccessBytes, policy: DecryptionPolicy = DecryptionPolicy(),
      for use: Use = .description
    ) throws(JOSEError) {
      let layout = try EnvelopeLayout(source, for: use)
      head = try EnvelopeHead(layout, policy)
      self.policy = policy
      if let ciphertext = layout.ciphertext {
        self.source = source
        self.ciphertext = ciphertext
      } else {
        // Only a name written with escapes gets here; its value is bounded and in the head.
        guard case .json(let document) = layout.form, let text = document.root["ciphertext"]?.utf8
        else { throw JOSEError(.malformed, "ciphertext is missing") }
        self.source = BytesInMemory(text)
        self.ciphertext = 0..<UInt64(text.count)
      }
    }

    /// How it is written: `general`, `flattened` or `compact`.
    public var form: String { head.form.rawValue }

    /// The cipher's name as it stands in the protected header; nil when there is none.
    public var contentEncryptionName: String? { header(0).string("enc") }
    /// `typ`, what the whole message is.
    public var type: String? { head.protected?["typ"]?.string }
    /// `cty`, what the plaintext is.
    public var contentType: String? { head.protected?["cty"]?.string }
    /// Whether it claims that all recipients read the same.
    ///
    /// Checked when it is opened.
    public var hasCommitment: Bool { head.commitment != nil }
    /// Whether it claims to be signed.
    ///
    /// Checked when it is opened.
    public var isSigned: Bool { head.isSigned }
    /// Whether it claims to be signed and has no signature, so that it opens for nobody.
    public var lacksSignature: Bool { head.isSigned && head.signature == nil }
    /// The authenticated data that stands beside the ciphertext; not authentic before it opens.
    public var additionalData: [UInt8]? {
      head.additionalDataText.flatMap { try? Base64URL.decode($0.span) }
    }
    /// The size of the ciphertext in bytes; for GCM that of the plaintext, for CBC up to 16 more.
    public var ciphertextByteCount: UInt64 {
      let count = ciphertext.upperBound - ciphertext.lowerBound
      return count / 4 * 3 + [0, 0, 1, 2][Int(count % 4)]
    }

    /// What it says of its recipients, in their order.
    public var recipients: [RecipientDescription] {
      head.recipients.map { RecipientDescription(head.header(for: $0), $0) }
    }

    func header(_ index: Int) -> JOSEHeader { head.header(for: head.recipients[index]) }

    /// The cipher.
    ///
    /// - Throws: ``JOSEError`` `malformed`, `unsupported` or `refused`.
    func contentEncryption() throws(JOSEError) -> ContentEncryptionAlgorithm {
      let value =
        policy.allowsUnprotectedEncryption ? header(0)["enc"] : head.protected?["enc"]
      guard let name = value?.string else {
        throw JOSEError(.malformed, "enc is missing from the protected header")
      }
      guard let encryption = ContentEncryptionAlgorithm(exactly: name) else {
        throw JOSEError(.unsupported, "the content encryption \(name) is not known")
      }
      guard policy.contentEncryption.contains(encryption) else {
        throw JOSEError(.refused, "the content encryption \(name) is not allowed")
      }
      for index in head.recipients.indices {
        let header = header(index)
        guard policy.allowsUnprotectedEncryption || !header.isUnprotected("enc") else {
          throw JOSEError(.malformed, "enc is not protected")
        }
        // RFC 7516 §7.2.1: there is one ciphertext, so there is one cipher.
        guard header["enc"]?.isString(name) == true else {
          throw JOSEError(.malformed, "enc is not the same for all recipients")
        }
      }
      return encryption
    }
  }

  /// What an envelope says of one recipient.
  public struct RecipientDescription: Sendable {
    /// `alg`; nil when it is missing.
    public let algorithmName: String?
    /// `kid`; nil for a hidden recipient.
    ///
    /// Any text: it is escaped wherever it is shown.
    public let keyID: String?
    /// The curve of `epk`, where there is one.
    public let curve: String?
    /// What it takes to open it.
    public enum Means: Sendable {
      /// A passphrase.
      case passphrase
      /// A symmetric key, which whoever seals has too.
      case sharedKey
      /// The private half of a key pair, or an algorithm that is not known.
      case privateKey
    }

    /// What it takes to open it.
    public let means: Means
    /// The size of the wrapped key in bytes, which tells the size of an RSA key.
    public let encryptedKeyByteCount: Int

    init(_ header: JOSEHeader, _ entry: RecipientEntry) {
      algorithmName = header.string("alg")
      keyID = header.string("kid")
      curve = header["epk"]?["crv"]?.string
      means =
        switch algorithmName.flatMap(KeyManagementAlgorithm.init(exactly:))?.family {
        case .passphrase: .passphrase
        case .direct: header[Argon2idDerivation.name] != nil ? .passphrase : .sharedKey
        case .aesKeyWrap, .aesGCMKeyWrap: .sharedKey
        default: .privateKey
        }
      encryptedKeyByteCount = entry.encryptedKey?.count ?? 0
    }
  }
}

extension JOSEHeader {
  func isUnprotected(_ name: String) -> Bool {
    unprotected?[name] != nil || own?[name] != nil
  }
}
