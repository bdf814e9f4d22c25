/// What a message is called on the command line, the same on both sides: 26 characters of base32.
///
/// Made of `iss` and `jti`, which are its name in the protocol. A `jti` alone may begin with a
/// hyphen, and may differ from another one only by the case of a letter.
public struct MessageID: Hashable, Sendable, CustomStringConvertible {
  static let characterCount = 26
  /// Fewer characters would soon be those of several messages.
  static let minimumPrefixCount = 4

  let text: String

  /// The characters.
  public var description: String { text }

  /// The name of the message that `issuer` calls `identifier`.
  ///
  /// - Parameters:
  ///   - issuer: the thumbprint URI of the key that signed it.
  ///   - identifier: its `jti`.
  /// - Throws: ``PostError`` `internalFailure`.
  public init(issuer: String, identifier: String) throws(PostError) {
    let hash = try ContentHash(of: Array(issuer.utf8) + [0] + Array(identifier.utf8))
    text = String(hash.text.prefix(Self.characterCount))
  }

  /// A name as the mailbox keeps it.
  init(stored text: String) { self.text = text }

  /// The beginning of a name as a person types it, in lower case; nil when it is none.
  static func prefix(_ text: String) -> String? {
    let text = text.lowercased()
    let isPrefix =
      Base32.isAlphabetic(text.utf8)
      && (minimumPrefixCount...characterCount).contains(text.utf8.count)
    return isPrefix ? text : nil
  }
}
