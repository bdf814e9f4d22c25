extension JWE {
  /// Who sealed a message, as far as that was proven.
  ///
  /// There is no opening without it: it is found out before any plaintext shows.
  public enum Authorship: Sendable {
    /// It does not say: anybody who has the recipients' public keys could have made it.
    case unsigned
    /// The holder of a key that the caller knows, for its recipients and nobody else.
    case signed(VerifiedSignature)
    /// It says that the holder of a key did which the caller does not know: this proves nothing.
    case signedByUnknownKey(thumbprintURI: String)
  }

  /// An envelope's signature that held, with all that it covers.
  public struct VerifiedSignature: Sendable {
    /// The key, as the caller's look-up gave it.
    public let signer: PublicJWK
    /// The key's name (RFC 9278).
    public let signerThumbprintURI: String
    /// How it was signed.
    public let algorithm: SignatureAlgorithm
    /// When, in seconds since 1970, as the signer says.
    public let issuedAt: Int
    /// The thumbprint URIs of all whom it was sealed for.
    public let audience: [String]
  }

  /// Whom to believe that they sealed a message.
  public struct SignaturePolicy: Sendable {
    /// Whether a message opens only if it was signed by a key that is known.
    public var isRequired = false
    /// How far clocks may differ, in seconds.
    public var leeway = 300
    /// The time in seconds since 1970; nil for the system's clock.
    public var now: Int?
    /// The public key of this thumbprint URI; nil when it is not known.
    ///
    /// Asked once, and only for messages that are signed.
    public var signerKey: @Sendable (_ thumbprintURI: String) throws -> PublicJWK?

    /// Believes the signers that `signerKey` finds; without one it knows nobody.
    public init(
      signerKey: @escaping @Sendable (_ thumbprintURI: String) throws -> PublicJWK? = { _ in nil }
    ) {
      self.signerKey = signerKey
    }
  }
}
