internal import Primitives

extension JWE {
  /// What came of one recipient of a message (RFC 7516 §5.2 asks that it be told).
  public enum RecipientOutcome: Sendable, Hashable {
    /// Not tried: no key fits, or the message was open already.
    case notTried
    /// Tried, and it was not the one.
    case failed
    /// This one's key opened the message.
    case opened
    /// Its algorithm is not known, not allowed, or missing.
    case unsupported
  }

  /// What a message proves about its other recipients.
  public enum Consistency: Sendable, Hashable {
    /// It has one recipient.
    case notNeeded
    /// It commits to its key: whoever else opens it reads the same.
    case proven
    /// Its maker may have shown somebody else another text.
    case unproven
  }
}

extension JWE.Envelope {
  /// Finds the key of `keys` that opens the message.
  ///
  /// Recipients that name one of the keys come first, then the others within the policy's bounds.
  /// A key that unwraps to nothing is replaced by a random one, so that what follows fails alike
  /// whatever was wrong (RFC 7516 §11.5).
  ///
  /// - Throws: ``JOSEError`` `noMatchingKey` when no key fits any recipient, `unsuitableKey` when
  ///   one fits but says it is for something else, `decryptionFailed`, `verificationFailed` when its
  ///   signature does not hold or must be there and is not, and what is wrong with the header:
  ///   `malformed`, `unsupported`, `refused`.
  public func unlock(with keys: [JWE.DecryptionKey]) throws(JOSEError) -> JWE.UnlockedEnvelope {
    let encryption = try contentEncryption()
    try checkSizes(encryption)
    let compression = try checkCompression()
    try PendingSignature.checkPresence(head, isRequired: policy.signature.isRequired)
    let search = try KeySearch(self, encryption, keys)
    var outcomes = search.outcomes
    var found: [JWE.UnlockedEnvelope.Candidate] = []
    for trial in search.trials {
      let contentKey = try contentKey(of: trial, encryption)
      guard let contentKey else {
        outcomes[trial.recipientIndex] = .failed
        continue
      }
      if let commitment = head.commitment {
        guard try Commitment.holds(commitment, contentKey, encryption) else {
          outcomes[trial.recipientIndex] = .failed
          continue
        }
      }
      found.append(.init(contentKey: contentKey, trial: trial))
      // A wrapped key proves itself. A direct one does not, so the content has to tell.
      if head.commitment != nil || !trial.reader.algorithm.isDirect { break }
    }
    if found.isEmpty {
      // With a commitment the mismatch is known already; without one, a random key takes the
      // content's time to fail, as a wrong one would.
      guard head.commitment == nil, let trial = search.trials.first else {
        throw WrappedKeyReader.refusal
      }
      let random = try primitive { () throws(PrimitiveError) in
        try RandomSource.system.secret(encryption.keyByteCount)
      }
      found = [.init(contentKey: random, trial: trial)]
    }
    // What is signed commits to its key, so that there is one candidate.
    let signature = try PendingSignature(head, found[0], policy.signature)
    return JWE.UnlockedEnvelope(
      envelope: self, encryption: encryption, compression: compression, candidates: found,
      signature: signature, outcomes: outcomes, consistency: try consistency())
  }

  /// The key under a trial, or nil when it does not unwrap or has the wrong size.
  private func contentKey(
    of trial: KeySearch.Trial, _ encryption: ContentEncryptionAlgorithm
  ) throws(JOSEError) -> SecretBytes? {
    do {
      let contentKey = try trial.reader.contentKey(with: trial.key, policy)
      return contentKey.byteCount == encryption.keyByteCount ? contentKey : nil
    } catch {
      switch error.code {
      case .decryptionFailed, .invalidKey: return nil
      // Where others can still open it, one recipient's broken entry is no reason to stop.
      case .malformed, .unsupported:
        if head.recipients.count > 1 { return nil }
        throw error
      default: throw error
      }
    }
  }

  /// Lengths are public: they are refused before any key is touched.
  func checkSizes(_ encryption: ContentEncryptionAlgorithm) throws(JOSEError) {
    let aead = encryption.aead
    guard head.initializationVector.count == aead.nonceByteCount else {
      throw JOSEError(.malformed, "iv is not \(aead.nonceByteCount) bytes long")
    }
    guard head.tag.count == aead.tagByteCount else {
      throw JOSEError(.malformed, "tag is not \(aead.tagByteCount) bytes long")
    }
    if let commitment = head.commitment, commitment.count != Commitment.byteCount {
      throw JOSEError(.malformed, "commitment is not \(Commitment.byteCount) bytes long")
    }
  }

  /// The most bytes that may come out of a compressed plaintext; nil when it is not compressed.
  func checkCompression() throws(JOSEError) -> UInt64? {
    guard let zip = head.protected?["zip"] else { return nil }
    guard zip.isString("DEF") else {
      throw JOSEError(.unsupported, "the compression is not known")
    }
    guard case .allowed(let maximum) = policy.compression else {
      throw JOSEError(.refused, "its plaintext is compressed, which is not allowed")
    }
    return maximum
  }

  func consistency() throws(JOSEError) -> JWE.Consistency {
    if head.commitment != nil { return .proven }
    let isForSeveral = head.recipients.count > 1
    switch policy.requiredCommitment {
    case .severalRecipients where isForSeveral:
      throw JOSEError(.refused, "it does not prove that all its recipients read the same")
    case .all: throw JOSEError(.refused, "its commitment is missing")
    default: return isForSeveral ? .unproven : .notNeeded
    }
  }
}

extension JWE.Envelope {
  /// Whether it is sealed for the shared key of `recipient` already, which trying it tells; false for
  /// any other recipient.
  ///
  /// - Throws: ``JOSEError`` as ``unlock(with:)``.
  package func isSealed(forSharedKeyOf recipient: JWE.Recipient) throws(JOSEError) -> Bool {
    guard case .symmetric(let key) = recipient.key else { return false }
    let encryption = try contentEncryption()
    do {
      for trial in try KeySearch(self, encryption, [.symmetric(key)]).trials {
        if try contentKey(of: trial, encryption) != nil { return true }
      }
      return false
    } catch {
      guard error.code == .noMatchingKey else { throw error }
      return false
    }
  }
}
