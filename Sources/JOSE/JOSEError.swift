package import Primitives

/// What went wrong in reading, writing, opening or verifying a JOSE object.
public struct JOSEError: Error, Sendable {
  /// The kinds of failure a caller can act on.
  public enum Code: Sendable, Hashable {
    /// The text breaks a rule of JSON, base64url or its RFC.
    case malformed
    /// A well-formed object asks for something that this library does not do, such as an unknown
    /// algorithm or a critical extension.
    case unsupported
    /// The caller's policy does not allow it.
    case refused
    /// A size or a count is over its limit, or over what the machine has.
    case limitExceeded
    /// A key is not valid: its numbers, its sizes, its parameters.
    case invalidKey
    /// A valid key does not go with this operation or algorithm.
    case unsuitableKey
    /// None of the keys belongs to any recipient.
    case noMatchingKey
    /// A key seemed to fit, but the content does not open. Whether it was the key or the content
    /// that did not hold is not told on purpose (RFC 7516 §11.5).
    case decryptionFailed
    /// No signature holds under any of the keys.
    case verificationFailed
    /// Recipients cannot be added to the message as it stands; encrypted anew it can have others.
    case reencryptionNeeded
    /// Reading or writing failed; ``JOSEError/underlying`` says how.
    case inputOutput
    /// The system or a library failed for no reason of the caller's.
    case internalFailure
  }

  /// The kind of failure.
  public let code: Code
  /// Lowercase, without a full stop, naming the member; never holds key or plaintext.
  public let reason: String
  /// The error of a lower floor that led to this one.
  public let underlying: (any Error)?

  package init(_ code: Code, _ reason: String, underlying: (any Error)? = nil) {
    self.code = code
    self.reason = reason
    self.underlying = underlying
  }
}

extension JOSEError: CustomStringConvertible {
  /// The reason.
  public var description: String { reason }
}

/// Runs calls to the floor below and tells what went wrong in this floor's words.
func primitive<Result>(
  _ body: () throws(PrimitiveError) -> Result
) throws(JOSEError) -> Result {
  do { return try body() } catch { throw JOSEError(error) }
}

extension JOSEError {
  package init(_ error: PrimitiveError) {
    let code: Code =
      switch error.code {
      case .invalidKey, .invalidLength: .invalidKey
      case .invalidEncoding, .malformedText: .malformed
      case .authenticationFailed: .decryptionFailed
      case .limitExceeded, .outOfMemory: .limitExceeded
      case .randomUnavailable, .internalFailure: .internalFailure
      }
    self.init(code, error.reason, underlying: error)
  }
}
