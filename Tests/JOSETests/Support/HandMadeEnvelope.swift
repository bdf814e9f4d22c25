import JOSE
import Primitives

/// An envelope built member by member, sealed correctly over whatever its headers say.
///
/// Its tag always holds and its key always unwraps, so that a refusal is due to the one flaw that
/// a test puts in, and to nothing else.
struct HandMadeEnvelope {
  struct Entry {
    var header: String? = #"{"alg":"A256KW"}"#
    /// Base64url; nil leaves the member out.
    var encryptedKey: String? = HandMadeEnvelope.wrapped(HandMadeEnvelope.contentKey)
  }

  static let plaintext = Array("attack at dawn".utf8)
  static let contentKey = SecretBytes(copying: [UInt8](repeating: 0x2A, count: 32).span)
  static let wrappingKey = SecretBytes(copying: [UInt8](repeating: 7, count: 32).span)
  static var key: JWE.DecryptionKey {
    get throws { .symmetric(try SymmetricJWK(wrappingKey)) }
  }

  /// The protected header's JSON text; nil leaves the member out.
  var protected: String? = #"{"enc":"A256GCM"}"#
  /// What stands as `protected` in place of the base64url of ``protected``.
  var protectedText: String?
  var unprotected: String?
  /// The single recipient of the flattened and compact forms.
  var entry = Entry()
  /// The recipients of the general form.
  var entries: [Entry]?
  /// The text of `aad`.
  var additionalData: String?
  var commitment: String?
  var plaintext = HandMadeEnvelope.plaintext
  var contentKey = HandMadeEnvelope.contentKey
  var cipher = AEAD.aes256GCM
  /// The last word on the members: names and values as JSON text.
  var edit: (inout [(name: String, value: String)]) -> Void = { _ in }
  /// The last word on the five parts of the compact form.
  var editParts: (inout [String]) -> Void = { _ in }

  static func wrapped(_ contentKey: SecretBytes) -> String? {
    (try? AESKeyWrap.wrap(contentKey, with: wrappingKey)).map(encoded)
  }

  static func encoded(_ bytes: [UInt8]) -> String {
    String(decoding: Base64URL.encode(bytes.span), as: UTF8.self)
  }

  static func encoded(_ text: String) -> String { encoded(Array(text.utf8)) }

  private var protectedMember: String? {
    protectedText ?? protected.map { Self.encoded($0) }
  }

  private var initializationVector: [UInt8] {
    [UInt8](repeating: 9, count: cipher.nonceByteCount)
  }

  private func seal() throws -> (ciphertext: [UInt8], tag: [UInt8]) {
    let data = (protectedMember ?? "") + (additionalData.map { ".\($0)" } ?? "")
    let bytes = Array(data.utf8)
    let nonce = initializationVector
    let sealer = try cipher.sealer(key: contentKey, nonce: nonce.span, additionalData: bytes.span)
    var ciphertext: [UInt8] = []
    try sealer.update(plaintext.span, appendingTo: &ciphertext)
    let tag = try sealer.finish(appendingTo: &ciphertext)
    return (ciphertext, tag)
  }

  /// General where ``entries`` is set, else flattened.
  func json() throws -> [UInt8] {
    let (ciphertext, tag) = try seal()
    var members: [(name: String, value: String)] = []
    func add(_ name: String, _ value: String?) {
      if let value { members.append((name, value)) }
    }
    func quoted(_ text: String?) -> String? { text.map { "\"\($0)\"" } }
    add("protected", quoted(protectedMember))
    add("unprotected", unprotected)
    if let entries {
      let texts = entries.map { entry in
        let fields = [
          entry.header.map { #""header":\#($0)"# },
          entry.encryptedKey.map { #""encrypted_key":"\#($0)""# },
        ]
        return "{\(fields.compactMap { $0 }.joined(separator: ","))}"
      }
      add("recipients", "[\(texts.joined(separator: ","))]")
    } else {
      add("header", entry.header)
      add("encrypted_key", quoted(entry.encryptedKey))
    }
    add("aad", quoted(additionalData))
    add("commitment", quoted(commitment))
    add("iv", quoted(Self.encoded(initializationVector)))
    add("ciphertext", quoted(Self.encoded(ciphertext)))
    add("tag", quoted(Self.encoded(tag)))
    edit(&members)
    return Self.text(members)
  }

  func compact() throws -> [UInt8] {
    let (ciphertext, tag) = try seal()
    var parts = [
      protectedMember ?? "", entry.encryptedKey ?? "", Self.encoded(initializationVector),
      Self.encoded(ciphertext), Self.encoded(tag),
    ]
    editParts(&parts)
    return Array(parts.joined(separator: ".").utf8)
  }

  static func text(_ members: [(name: String, value: String)]) -> [UInt8] {
    Array("{\(members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ","))}".utf8)
  }
}

extension HandMadeEnvelope {
  /// All in the protected header, as the compact form needs it.
  static func compactDefaults(_ more: String = "") -> HandMadeEnvelope {
    var envelope = HandMadeEnvelope()
    envelope.protected = #"{"alg":"A256KW","enc":"A256GCM"\#(more)}"#
    envelope.entry.header = nil
    return envelope
  }

  /// The default envelope after `change`.
  static func with(_ change: (inout HandMadeEnvelope) -> Void) throws -> [UInt8] {
    var envelope = HandMadeEnvelope()
    change(&envelope)
    return try envelope.json()
  }

  static func open(
    _ text: [UInt8], policy: JWE.DecryptionPolicy = JWE.DecryptionPolicy()
  ) throws -> [UInt8] {
    try JWE.decrypt(text, with: [key], policy: policy).plaintext
  }

  static func opens(
    _ text: [UInt8], policy: JWE.DecryptionPolicy = JWE.DecryptionPolicy()
  ) -> Bool {
    (try? open(text, policy: policy)) == plaintext
  }
}

/// How `text` is refused; nil when it opens.
func refusal(
  _ text: [UInt8], with keys: [JWE.DecryptionKey]? = nil,
  policy: JWE.DecryptionPolicy = JWE.DecryptionPolicy()
) -> JOSEError.Code? {
  refusalError(text, with: keys, policy: policy)?.code
}

/// The error that `text` is refused with; nil when it opens.
func refusalError(
  _ text: [UInt8], with keys: [JWE.DecryptionKey]? = nil,
  policy: JWE.DecryptionPolicy = JWE.DecryptionPolicy()
) -> JOSEError? {
  do {
    let keys = if let keys { keys } else { [try HandMadeEnvelope.key] }
    _ = try JWE.decrypt(text, with: keys, policy: policy)
    return nil
  } catch let error as JOSEError {
    return error
  } catch {
    return JOSEError(.internalFailure, "the test's own key cannot be made")
  }
}

/// The kind of ``JOSEError`` that `body` throws; nil when it throws none.
func failure<Result>(_ body: () throws -> Result) -> JOSEError.Code? {
  do {
    _ = try body()
    return nil
  } catch { return (error as? JOSEError)?.code }
}
