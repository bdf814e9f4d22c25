internal import JOSE
internal import Primitives

/// What went wrong in reading, sealing, opening or merging a file with sealed values.
public struct SecretsError: Error, Sendable {
  /// The kinds of failure a caller can act on.
  public enum Code: Sendable, Hashable {
    /// The file breaks a rule of its format, or its `valise` block is damaged.
    case malformed
    /// The file uses something that could not be kept exactly as it stands.
    case unsupported
    /// A size or a count is over its limit.
    case limitExceeded
    /// There is nothing to seal: a selection that matches no value protects nothing.
    case nothingToSeal
    /// The file has no `valise` block.
    case notSealed
    /// None of the keys opens the file.
    case noMatchingKey
    /// The block does not belong to the file's values, or was changed.
    case blockMismatch
    /// A value was sealed at another path, for another file, or was changed.
    case foreignValue
    /// A value that was sealed at this path, but is not the latest.
    case rolledBackValue
    /// A sealed value, or another key, is missing.
    case removedValue
    /// A sealed value, or another key, stands where the file's digest knows of none.
    case addedValue
    /// A value stands in clear where it should be sealed.
    case clearValue
    /// A key is something else than it was when the file was sealed.
    case changedStructure
    /// The file's signature does not hold, or is over something else.
    case invalidSignature
    /// There is no value at the path.
    case noSuchPath
    /// Changes of two sides cannot both be kept.
    case conflict
    /// The rules cannot be read.
    case invalidRules
    /// The system or a library failed for no reason of the caller's.
    case internalFailure
  }

  /// The kind of failure.
  public let code: Code
  /// Lowercase, without a full stop, naming path or line; never holds key or plaintext.
  public let reason: String
  /// Which value it is about, where it is about one.
  public let path: SecretPath?
  /// The error of a lower floor that led to this one.
  public let underlying: (any Error)?

  init(
    _ code: Code, _ reason: String, path: SecretPath? = nil, underlying: (any Error)? = nil
  ) {
    self.code = code
    self.reason = reason
    self.path = path
    self.underlying = underlying
  }

  /// A failure of the file's text, naming the line that `offset` is on.
  init(_ code: Code, _ reason: String, at offset: Int, of bytes: [UInt8]) {
    self.init(code, "line \(bytes.lineNumber(at: offset)): \(reason)")
  }
}

extension SecretsError: CustomStringConvertible {
  /// The reason.
  public var description: String { reason }
}

extension [UInt8] {
  /// The number, from 1, of the line that `offset` is on.
  func lineNumber(at offset: Int) -> Int {
    1 + self[..<Swift.min(offset, count)].count { $0 == UInt8(ascii: "\n") }
  }
}

/// Runs calls to floor 1 and tells what went wrong in this floor's words.
func primitive<Result>(
  _ body: () throws(PrimitiveError) -> Result
) throws(SecretsError) -> Result {
  do { return try body() } catch {
    throw SecretsError(.internalFailure, error.reason, underlying: error)
  }
}

/// Runs calls to floor 2 and tells what went wrong in this floor's words.
func jose<Result>(
  _ code: SecretsError.Code, _ body: () throws(JOSEError) -> Result
) throws(SecretsError) -> Result {
  do { return try body() } catch {
    throw SecretsError(code, error.reason, underlying: error)
  }
}
