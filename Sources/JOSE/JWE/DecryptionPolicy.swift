extension JWE {
  /// What a reader puts up with, decided before any work is done.
  public struct DecryptionPolicy: Sendable {
    /// What to do with a message whose plaintext was compressed (`zip`).
    public enum Compression: Sendable, Hashable {
      /// Refuse: compression leaks, and a small message can become a huge one.
      case refused
      /// Inflate up to so many bytes.
      case allowed(maximumByteCount: UInt64)
    }

    /// Ways to the key that may be tried.
    public var keyManagement = Set(KeyManagementAlgorithm.allCases)
    /// Ciphers that may be used.
    public var contentEncryption = Set(ContentEncryptionAlgorithm.allCases)
    /// How many recipients a message may have.
    public var maximumRecipientCount = 10_000
    /// PBES2 iterations, checked before the first (CVE-2022-36083).
    public var iterations = 1_000...1_200_000
    /// Argon2id's memory in KiB, 8 MiB to 1 GiB, checked before any of it is taken.
    public var argon2idMemory = 8 << 10...1 << 20
    /// How often Argon2id may go through its memory.
    public var argon2idPasses = 1...16
    /// Memory in KiB times passes: 4 GiB gone through take about five seconds.
    public var maximumArgon2idWork = 4 << 20
    /// How many recipients may be tried with keys on curves; each costs some 100 µs.
    public var maximumAgreementTrials = 10_000
    /// How many may be tried with RSA keys; each costs milliseconds.
    public var maximumRSATrials = 256
    /// A header as it was written, in bytes.
    public var maximumHeaderByteCount = 1 << 16
    /// Compressed plaintexts.
    public var compression = Compression.refused
    /// Whether `enc` may stand in an unprotected header, as RFC 7516 allows and nobody should do.
    public var allowsUnprotectedEncryption = false
    /// Which messages must prove that all their recipients read the same.
    public var requiredCommitment = CommitmentRequirement.none
    /// Whom to believe that they sealed a message.
    public var signature = SignaturePolicy()

    /// Which messages must have a commitment.
    public enum CommitmentRequirement: Sendable {
      /// None; what those to several recipients prove is told.
      case none
      /// Those to several recipients: one alone reads what is there.
      case severalRecipients
      /// All, as a protocol may have it.
      case all
    }

    /// The defaults, which are safe for messages from strangers.
    public init() {}
  }
}
