internal import Primitives

extension JWE {
  /// A message in memory, opened.
  public struct Decrypted: Sendable {
    /// What was sealed.
    ///
    /// Confidential, but from anybody who has the public keys.
    public let plaintext: [UInt8]
    /// The authenticated data that stood beside the ciphertext.
    public let additionalData: [UInt8]?
    /// What came of each recipient, in their order.
    public let outcomes: [RecipientOutcome]
    /// Whether all recipients read the same.
    public let consistency: Consistency
  }

  /// Opens a message in memory.
  ///
  /// - Throws: ``JOSEError`` `noMatchingKey`, `decryptionFailed`, `malformed`, `unsupported`,
  ///   `refused` and others; there is no plaintext then.
  public static func decrypt(
    _ envelope: [UInt8], with keys: [DecryptionKey],
    policy: DecryptionPolicy = DecryptionPolicy()
  ) throws(JOSEError) -> Decrypted {
    let envelope = try Envelope(BytesInMemory(envelope), policy: policy)
    let unlocked = try envelope.unlock(with: keys)
    let gathered = BytesGathered()
    let opened = try unlocked.decrypt(into: gathered)
    return Decrypted(
      plaintext: gathered.committed ?? [], additionalData: envelope.additionalData,
      outcomes: opened.outcomes, consistency: opened.consistency)
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
  }

  /// A message whose key was found, and whose content is still to be verified.
  ///
  /// There are two ways on, and neither shows a byte before the tag holds: into a sink that is
  /// committed, or by a verifying pass whose result can be emitted.
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
    let outcomes: [RecipientOutcome]
    let consistency: Consistency

    /// Decrypts into `sink` and commits it once everything holds.
    ///
    /// - Throws: ``JOSEError`` `decryptionFailed`, `malformed`, `limitExceeded`, `inputOutput`; the
    ///   sink is not committed then.
    public func decrypt(into sink: some StagedSink) throws(JOSEError) -> Opening {
      // With several candidates the content tells which is right, before the sink takes anything.
      // What is compressed is verified before it is inflated: how that fails would tell of the
      // plaintext, as a padding does, and zlib sees nothing that an attacker changed.
      let isVerifiedFirst = candidates.count > 1 || compression != nil
      let candidate = isVerifiedFirst ? try verifiedCandidate().0 : candidates[0]
      if compression == nil { try sink.reserve(envelope.ciphertextByteCount) }
      var inflater = try compression.map { (limit) throws(JOSEError) in try Inflater(limit) }
      try reader.read(
        opener(candidate),
        take: { (plaintext) throws(JOSEError) in
          try Self.pass(plaintext, through: &inflater, into: sink)
        })
      try inflater?.checkEnd()
      try sink.commit()
      return opening(candidate)
    }

    /// Reads all of the content and checks it, showing nothing.
    ///
    /// - Throws: ``JOSEError`` `decryptionFailed`, `malformed`, `inputOutput`.
    public func verify() throws(JOSEError) -> VerifiedContent {
      let (candidate, digests) = try verifiedCandidate()
      return VerifiedContent(unlocked: self, candidate: candidate, digests: digests)
    }

    private func verifiedCandidate() throws(JOSEError) -> (Candidate, PieceDigests) {
      for candidate in candidates {
        var digests = try PieceDigests()
        do {
          let opener = try opener(candidate)
          try reader.read(
            opener,
            inspect: { (ciphertext) throws(JOSEError) in
              try digests.append(ciphertext)
            })
          return (candidate, digests)
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

    func opening(_ candidate: Candidate) -> Opening {
      var outcomes = outcomes
      outcomes[candidate.trial.recipientIndex] = .opened
      return Opening(
        recipientIndex: candidate.trial.recipientIndex, keyIndex: candidate.trial.keyIndex,
        outcomes: outcomes, consistency: consistency)
    }

    static func pass(
      _ plaintext: Span<UInt8>, through inflater: inout Inflater?, into sink: some ByteSink
    ) throws(JOSEError) {
      guard inflater != nil else { return try sink.write(plaintext) }
      try inflater?.update(plaintext) { (piece) throws(JOSEError) in try sink.write(piece) }
    }
  }

  /// Content whose tag was seen to hold.
  public struct VerifiedContent {
    let unlocked: UnlockedEnvelope
    let candidate: UnlockedEnvelope.Candidate
    let digests: PieceDigests

    /// What was learned.
    public var opening: Opening { unlocked.opening(candidate) }

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
      try unlocked.reader.read(unlocked.opener(candidate)) { (ciphertext) throws(JOSEError) in
        guard try expected.matches(ciphertext) else { throw WrappedKeyReader.refusal }
      } take: { (plaintext) throws(JOSEError) in
        try UnlockedEnvelope.pass(plaintext, through: &inflater, into: sink)
      }
      try inflater?.checkEnd()
    }
  }
}
