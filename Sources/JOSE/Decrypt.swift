internal import Primitives

extension JWE {
  /// A message in memory, opened.
  public struct Decrypted: Sendable {
    /// What was sealed.
    ///
    /// Confidential; from whom it is, ``authorship`` says.
    public let plaintext: [UInt8]
    /// The authenticated data that stood beside the ciphertext.
    public let additionalData: [UInt8]?
    /// What came of each recipient, in their order.
    public let outcomes: [RecipientOutcome]
    /// Whether all recipients read the same.
    public let consistency: Consistency
    /// Who sealed it.
    public let authorship: Authorship
  }

  /// Opens a message in memory.
  ///
  /// - Throws: ``JOSEError`` `noMatchingKey`, `decryptionFailed`, `verificationFailed`, `malformed`,
  ///   `unsupported`, `refused` and others; there is no plaintext then.
  public static func decrypt(
    _ envelope: [UInt8], with keys: [DecryptionKey],
    policy: DecryptionPolicy = DecryptionPolicy()
  ) throws(JOSEError) -> Decrypted {
    let envelope = try Envelope(BytesInMemory(envelope), policy: policy, for: .decryption)
    let unlocked = try envelope.unlock(with: keys)
    let gathered = BytesGathered()
    let opened = try unlocked.decrypt(into: gathered)
    return Decrypted(
      plaintext: gathered.committed ?? [], additionalData: envelope.additionalData,
      outcomes: opened.outcomes, consistency: opened.consistency, authorship: opened.authorship)
  }

  /// What was learned when a message opened.
  public struct Opening: Sendable {
    /// Which recipient it opened for.
    public let recipientIndex: Int
    /// Which of the caller's keys opened it.
    public let keyIndex: Int
    /// What came of each recipient, in their order.
    public let outcomes: [RecipientOutcome]
    /// Whether all recipients read the same.
    public let consistency: Consistency
    /// Who sealed it.
    public let authorship: Authorship
  }

  /// A message whose key was found, and whose content is still to be verified.
  ///
  /// There are two ways on, and neither shows a byte, nor says who sealed it, before tag and signature
  /// hold: into a sink that is committed, or by a verifying pass whose result can be emitted.
  public struct UnlockedEnvelope {
    struct Candidate {
      let contentKey: SecretBytes
      let trial: KeySearch.Trial
    }

    let envelope: Envelope
    let encryption: ContentEncryptionAlgorithm
    /// The cap on a compressed plaintext; nil when it is not compressed.
    let compression: UInt64?
    let candidates: [Candidate]
    /// Nil when it is not signed.
    let signature: PendingSignature?
    let outcomes: [RecipientOutcome]
    let consistency: Consistency

    /// Decrypts into `sink` and commits it once everything holds.
    ///
    /// - Throws: ``JOSEError`` `decryptionFailed`, `verificationFailed` when other content was signed,
    ///   `malformed`, `limitExceeded`, `inputOutput`; the sink is not committed then.
    public func decrypt(into sink: some StagedSink) throws(JOSEError) -> Opening {
      // With several candidates the content tells which is right, before the sink takes anything.
      // What is compressed is verified before it is inflated: how that fails would tell of the
      // plaintext, as a padding does, and zlib sees nothing that an attacker changed.
      let isVerifiedFirst = candidates.count > 1 || compression != nil
      let candidate = isVerifiedFirst ? try verify().candidate : candidates[0]
      if compression == nil { try sink.reserve(envelope.ciphertextByteCount) }
      var inflater = try compression.map { (limit) throws(JOSEError) in try Inflater(limit) }
      let digest = try plaintextDigest()
      try reader.read(
        opener(candidate), digest: digest,
        take: { (plaintext) throws(JOSEError) in
          try Self.pass(plaintext, through: &inflater, into: sink)
        })
      try inflater?.checkEnd()
      let authorship = try authorship(digest)
      try sink.commit()
      return opening(candidate, authorship)
    }

    /// Reads all of the content and checks it, showing nothing.
    ///
    /// - Throws: ``JOSEError`` `decryptionFailed`, `verificationFailed` when other content was signed,
    ///   `malformed`, `inputOutput`.
    public func verify() throws(JOSEError) -> VerifiedContent {
      for candidate in candidates {
        var digests = try PieceDigests()
        let digest = try plaintextDigest()
        do {
          let opener = try opener(candidate)
          try reader.read(
            opener, digest: digest,
            inspect: { (ciphertext) throws(JOSEError) in
              try digests.append(ciphertext)
            })
          let opening = opening(candidate, try authorship(digest))
          return VerifiedContent(
            unlocked: self, candidate: candidate, digests: digests, opening: opening)
        } catch {
          guard error.code == .decryptionFailed else { throw error }
        }
      }
      throw WrappedKeyReader.refusal
    }

    var reader: ContentReader {
      ContentReader(
        source: envelope.source, range: envelope.ciphertext, tag: envelope.head.tag)
    }

    func opener(_ candidate: Candidate) throws(JOSEError) -> AEADOpener {
      try primitive { () throws(PrimitiveError) in
        try encryption.aead.opener(
          key: candidate.contentKey, nonce: envelope.head.initializationVector.span,
          additionalData: envelope.head.additionalData.span)
      }
    }

    /// Likewise for ciphertext that was opened before.
    func reopener(_ candidate: Candidate) throws(JOSEError) -> AEADReopener {
      try primitive { () throws(PrimitiveError) in
        try encryption.aead.reopener(
          key: candidate.contentKey, nonce: envelope.head.initializationVector.span)
      }
    }

    /// What takes the digest of the plaintext; nil when nothing is signed.
    func plaintextDigest() throws(JOSEError) -> HashContext? {
      guard signature != nil else { return nil }
      return try primitive { () throws(PrimitiveError) in
        try HashContext(EnvelopeSignature.digest)
      }
    }

    /// Who sealed it, once `digest` saw all of the plaintext.
    func authorship(_ digest: HashContext?) throws(JOSEError) -> Authorship {
      guard let signature, let digest else { return .unsigned }
      return try signature.authorship(digest)
    }

    func opening(_ candidate: Candidate, _ authorship: Authorship) -> Opening {
      var outcomes = outcomes
      outcomes[candidate.trial.recipientIndex] = .opened
      return Opening(
        recipientIndex: candidate.trial.recipientIndex, keyIndex: candidate.trial.keyIndex,
        outcomes: outcomes, consistency: consistency, authorship: authorship)
    }

    static func pass(
      _ plaintext: Span<UInt8>, through inflater: inout Inflater?, into sink: some ByteSink
    ) throws(JOSEError) {
      guard inflater != nil else { return try sink.write(plaintext) }
      try inflater?.update(plaintext) { (piece) throws(JOSEError) in try sink.write(piece) }
    }
  }

  /// Content whose tag and signature were seen to hold.
  public struct VerifiedContent {
    let unlocked: UnlockedEnvelope
    let candidate: UnlockedEnvelope.Candidate
    let digests: PieceDigests

    /// What was learned.
    public let opening: Opening

    /// Decrypts again, into a sink that cannot take back.
    ///
    /// Each piece is compared to what was verified before it is shown, so that a file which changes
    /// between the passes shows nothing that did not hold.
    ///
    /// - Throws: ``JOSEError`` `decryptionFailed` when the source has changed, `inputOutput`,
    ///   `limitExceeded` for compressed content over its cap.
    public func emit(into sink: some ByteSink) throws(JOSEError) {
      var expected = digests.comparison()
      var inflater = try unlocked.compression.map { (limit) throws(JOSEError) in
        try Inflater(limit)
      }
      let reopener = try unlocked.reopener(candidate)
      try unlocked.reader.readAgain(reopener) { (ciphertext) throws(JOSEError) in
        guard try expected.matches(ciphertext) else { throw WrappedKeyReader.refusal }
      } take: { (plaintext) throws(JOSEError) in
        try UnlockedEnvelope.pass(plaintext, through: &inflater, into: sink)
      }
      try inflater?.checkEnd()
    }
  }
}
