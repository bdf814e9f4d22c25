internal import JOSE

/// What a sender keeps of a message to read it again, sealed for nobody else.
///
/// A JWE of the claims for the sender's own key. It never leaves the mailbox, so it is not signed.
/// `aud` has the readers whom all others see.
struct SentCopy {
  /// The thumbprint URI of the key that opens it.
  let key: String
  let bytes: [UInt8]

  private static let contentType = "valise-sent+json"

  init(key: String, bytes: [UInt8]) {
    self.key = key
    self.bytes = bytes
  }

  init(of message: Message, for key: PublicJWK) throws(PostError) {
    do throws(JOSEError) {
      var options = JWE.EncryptionOptions()
      options.serialization = .compact
      options.contentType = Self.contentType
      let claims = try message.claims().text.compact
      bytes = try JWE.encrypt(claims, for: [JWE.Recipient(key)], options: options)
      self.key = try key.thumbprintURI()
    } catch { throw PostError(error) }
  }

  /// What the message says.
  ///
  /// - Throws: ``PostError`` `unusableKey` when none of `keys` is the one that it was sealed for,
  ///   `damaged` when it does not open.
  func open(with keys: OwnKeys, limits: PostLimits) throws(PostError) -> Message {
    let own = try keys.encryptionKey(named: key)
    do {
      let opened = try JWE.decrypt(bytes, with: [.privateKey(own)])
      return try Message(JWT.Claims(parsing: opened.plaintext), limits: limits)
    } catch {
      throw PostError(.damaged, "mailbox: the copy of a sent message is damaged", underlying: error)
    }
  }
}
