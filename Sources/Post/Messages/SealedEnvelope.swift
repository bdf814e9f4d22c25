internal import JOSE

/// An envelope as it lies in a post, and where.
struct SealedEnvelope: Sendable {
  let bytes: [UInt8]
  let marker: Marker
  /// In whose boxes it is announced, with the keys' thumbprint URIs.
  let readers: [Reader]

  struct Reader: Sendable {
    let key: String
    let tag: Tag
  }

  /// Signs claims and seals them for the owners of `keys`.
  ///
  /// - Throws: ``PostError`` `limitExceeded` when it is larger than the post takes, `unusableKey`.
  init(
    _ claims: JWT.Claims, type: String, by signer: JWS.Signer, for keys: ReaderKeys
  ) throws(PostError) {
    var options = JWT.SealingOptions(type: type)
    // In one form for one and for many readers; and only JSON has room for the commitment.
    options.serialization = .json
    bytes = try floor { () throws(JOSEError) in
      try JWT.seal(claims, signedBy: signer, for: keys.recipients, options: options)
    }
    guard bytes.count <= keys.post.limits.messageByteCount else {
      throw PostError(
        .limitExceeded,
        "the message has \(bytes.count) bytes; the post takes \(keys.post.limits.messageByteCount)")
    }
    let hash = try ContentHash(of: bytes)
    marker = Marker(day: Day(of: claims.issuedAt ?? 0), hash: hash)
    readers = keys.readers
  }
}

/// The encryption keys that one envelope is for, in one post.
struct ReaderKeys {
  let post: PostDescriptor
  let readers: [SealedEnvelope.Reader]
  let recipients: [JWE.Recipient]

  /// What receivers put up with in one envelope.
  static let maximumCount = 2_000

  var audience: [String] { readers.map(\.key) }

  /// Takes the keys of all devices of `correspondents`, each once.
  ///
  /// - Throws: ``PostError`` `unusableKey` when one of them has none, so that nobody is left out
  ///   silently; `limitExceeded` for more keys than an envelope may be for.
  init(_ correspondents: [Correspondent], in post: PostDescriptor) throws(PostError) {
    var readers: [SealedEnvelope.Reader] = []
    var recipients: [JWE.Recipient] = []
    // Made here, of ASCII alone: equal is the same bytes.
    var names: Set<String> = []
    for correspondent in correspondents {
      guard !correspondent.encryptionKeys.isEmpty else {
        throw PostError(.unusableKey, "a reader has no encryption key")
      }
      for key in correspondent.encryptionKeys {
        let (name, recipient) = try floor { () throws(JOSEError) in
          (try key.thumbprintURI(), try JWE.Recipient(key))
        }
        guard names.insert(name).inserted else { continue }
        let tag = try Tag(of: key, in: post.identifier)
        readers.append(.init(key: name, tag: tag))
        // The folder shows no key by the name that it has elsewhere.
        recipients.append(recipient.named(tag.text))
      }
    }
    guard readers.count <= Self.maximumCount else {
      throw PostError(
        .limitExceeded, "the message has \(readers.count) readers' keys; \(Self.maximumCount) fit")
    }
    self.post = post
    self.readers = readers
    self.recipients = recipients
  }
}
