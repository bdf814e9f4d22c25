/// What went wrong in a call to a cryptographic primitive.
package struct PrimitiveError: Error, Sendable, Hashable {
  /// The kinds of failure, coarse on purpose: a caller must not learn from an error why a tag or
  /// a padding did not hold.
  package enum Code: Sendable {
    /// A key has the wrong size or shape, is not on its curve, or is known to be weak.
    case invalidKey
    /// A tag, a signature or a padding does not hold.
    case authenticationFailed
    /// A length is outside what the primitive accepts.
    case invalidLength
    /// More bytes than the algorithm may carry under one key and nonce.
    case limitExceeded
    /// Text is not canonical base64url.
    case invalidEncoding
    /// Text breaks a rule of its language.
    case malformedText
    /// The system yields no randomness.
    case randomUnavailable
    /// The system has not the memory that a key derivation asks for.
    case outOfMemory
    /// A library call failed that has no reason to fail.
    case internalFailure
  }

  package let code: Code
  /// Lowercase, without a full stop; never holds key or plaintext.
  package let reason: String

  package init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }
}
