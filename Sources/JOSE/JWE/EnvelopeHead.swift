internal import Primitives

/// All of an envelope but its ciphertext, with its structure checked (RFC 7516 §7.2).
struct EnvelopeHead {
  enum Form: String { case general, flattened, compact }

  let form: Form
  /// All members of a JSON text; nil for the compact form.
  let root: JSONValue?
  /// The protected header's text as it was received; it is authenticated in these very bytes.
  let protectedText: [UInt8]
  let protected: JSONValue?
  let unprotected: JSONValue?
  let recipients: [RecipientEntry]
  let initializationVector: [UInt8]
  let tag: [UInt8]
  /// The text of `aad`; nil when there is none.
  let additionalDataText: [UInt8]?
  let commitment: [UInt8]?
  /// The text of `signature`; nil when there is none.
  let signature: [UInt8]?

  /// Whether it says that it is signed, where nobody but a holder of its key can have said so.
  var isSigned: Bool {
    protected?["typ"]?.string.map { MediaType($0) == MediaType(EnvelopeSignature.type) } ?? false
  }

  /// What the cipher authenticates (RFC 7516 §5.2 step 15).
  var additionalData: [UInt8] {
    guard let additionalDataText else { return protectedText }
    return protectedText + [UInt8(ascii: ".")] + additionalDataText
  }

  init(_ layout: EnvelopeLayout, _ policy: JWE.DecryptionPolicy) throws(JOSEError) {
    switch layout.form {
    case .compact(let parts, let tag): try self.init(compact: parts, tag: tag, policy)
    case .json(let document): try self.init(document.root, policy)
    }
  }

  private init(
    compact parts: [[UInt8]], tag: [UInt8], _ policy: JWE.DecryptionPolicy
  ) throws(JOSEError) {
    form = .compact
    root = nil
    protectedText = parts[0]
    protected = try Self.header(parts[0], policy)
    unprotected = nil
    additionalDataText = nil
    commitment = nil
    signature = nil
    initializationVector = try Self.decode(parts[2], "the initialization vector")
    self.tag = try Self.decode(tag, "the tag")
    let encryptedKey = parts[1].isEmpty ? nil : try Self.decode(parts[1], "the encrypted key")
    recipients = [RecipientEntry(own: nil, encryptedKey: encryptedKey)]
    try check()
  }

  private init(_ root: JSONValue, _ policy: JWE.DecryptionPolicy) throws(JOSEError) {
    guard root.isObject else { throw JOSEError(.malformed, "it is not a JSON object") }
    self.root = root
    // A text that is also a JWS could be read as either.
    if let other = ["payload", "signatures"].first(where: { root[$0] != nil }) {
      throw JOSEError(.malformed, "\(other) is a member of a JWS, not of a JWE")
    }
    guard root["ciphertext"]?.isString == true else {
      throw JOSEError(.malformed, "ciphertext is missing")
    }
    protectedText = try Self.text(root, "protected") ?? []
    protected = protectedText.isEmpty ? nil : try Self.header(protectedText, policy)
    unprotected = try Self.object(root, "unprotected", policy.maximumHeaderByteCount)
    guard unprotected?.members.isEmpty != true else {
      throw JOSEError(.malformed, "unprotected is empty, where it should be absent")
    }
    initializationVector = try Self.octets(root, "iv") ?? []
    tag = try Self.octets(root, "tag") ?? []
    additionalDataText = try Self.text(root, "aad")
    if additionalDataText != nil { _ = try Self.octets(root, "aad") }
    commitment = try Self.octets(root, "commitment")
    signature = try Self.text(root, "signature")

    if let list = root["recipients"] {
      form = .general
      guard root["header"] == nil, root["encrypted_key"] == nil else {
        throw JOSEError(.malformed, "it is general and flattened at once")
      }
      recipients = try Self.entries(list, policy)
    } else {
      form = .flattened
      recipients = [try RecipientEntry(root, policy)]
    }
    try check()
  }

  private func check() throws(JOSEError) {
    let shared = try SharedParameters(protected, unprotected)
    for recipient in recipients { try shared.checkDisjointness(from: recipient.own) }
    try checkCritical()
    // `signature` is a member of a JWS too. What carries one and does not say under its tag that it
    // is signed must not open as if nobody had meant to sign it.
    guard signature == nil || isSigned else {
      throw JOSEError(.malformed, "it has a signature, but typ does not say so")
    }
  }

  /// Refuses every `crit` (RFC 7516 §4.1.13).
  ///
  /// No extension is known here, so a well-formed one is unsupported.
  private func checkCritical() throws(JOSEError) {
    guard let value = protected?["crit"] else { return }
    let names = try CriticalParameters.names(value, in: protected, known: JWE.registeredParameters)
    throw JOSEError(
      .unsupported, "it needs extensions that are not known: \(names.joined(separator: ", "))")
  }

  /// The header that holds for `recipient`.
  func header(for recipient: RecipientEntry) -> JOSEHeader {
    JOSEHeader(protected: protected, unprotected: unprotected, own: recipient.own)
  }

  // MARK: Members

  private static func entries(
    _ list: JSONValue, _ policy: JWE.DecryptionPolicy
  ) throws(JOSEError) -> [RecipientEntry] {
    let elements = list.elements
    guard list.isArray, !elements.isEmpty else {
      throw JOSEError(.malformed, "recipients is not an array of at least one")
    }
    guard elements.count <= policy.maximumRecipientCount else {
      throw JOSEError(.limitExceeded, "it has more than \(policy.maximumRecipientCount) recipients")
    }
    var entries: [RecipientEntry] = []
    entries.reserveCapacity(elements.count)
    for element in elements {
      guard element.isObject else { throw JOSEError(.malformed, "a recipient is not an object") }
      entries.append(try RecipientEntry(element, policy))
    }
    return entries
  }

  private static func header(
    _ text: [UInt8], _ policy: JWE.DecryptionPolicy
  ) throws(JOSEError) -> JSONValue {
    try protectedHeader(text, policy.maximumHeaderByteCount)
  }

  /// The header that `text` stands for, which is at most `limit` bytes long.
  static func protectedHeader(_ text: [UInt8], _ limit: Int) throws(JOSEError) -> JSONValue {
    guard text.count <= limit else {
      throw JOSEError(.limitExceeded, "the protected header is over \(limit) bytes")
    }
    let root = try JSONDocument(parsing: decode(text, "protected")).root
    guard root.isObject else {
      throw JOSEError(.malformed, "the protected header is not a JSON object")
    }
    return try checkCount(root, "protected")
  }

  /// Each of ten thousand recipients looks names up in the shared headers, so these stay short.
  private static func checkCount(
    _ header: JSONValue, _ name: String
  ) throws(JOSEError) -> JSONValue {
    guard header.members.count <= maximumParameterCount else {
      throw JOSEError(.limitExceeded, "\(name) has more than \(maximumParameterCount) parameters")
    }
    return header
  }

  private static let maximumParameterCount = 256

  private static func decode(_ text: [UInt8], _ name: String) throws(JOSEError) -> [UInt8] {
    do { return try Base64URL.decode(text.span) } catch {
      throw JOSEError(.malformed, "\(name) is not base64url", underlying: error)
    }
  }

  static func text(_ object: JSONValue, _ name: String) throws(JOSEError) -> [UInt8]? {
    guard let value = object[name] else { return nil }
    // What would be empty must be absent (RFC 7516 §7.2.1), so that there is one way to write it.
    guard let text = value.utf8, !text.isEmpty else {
      throw JOSEError(.malformed, "\(name) is empty or not a string")
    }
    return text
  }

  static func octets(_ object: JSONValue, _ name: String) throws(JOSEError) -> [UInt8]? {
    try text(object, name).map { (text) throws(JOSEError) in try decode(text, name) }
  }

  static func object(
    _ object: JSONValue, _ name: String, _ limit: Int
  ) throws(JOSEError) -> JSONValue? {
    guard let value = object[name] else { return nil }
    guard value.isObject else { throw JOSEError(.malformed, "\(name) is not an object") }
    guard value.byteCount <= limit else {
      throw JOSEError(.limitExceeded, "\(name) is over \(limit) bytes")
    }
    return try checkCount(value, name)
  }
}

/// One recipient's own part of an envelope.
struct RecipientEntry {
  /// The per-recipient header; nil when there is none.
  let own: JSONValue?
  /// The wrapped key; nil when there is none.
  let encryptedKey: [UInt8]?

  init(own: JSONValue?, encryptedKey: [UInt8]?) {
    self.own = own
    self.encryptedKey = encryptedKey
  }

  init(_ object: JSONValue, _ policy: JWE.DecryptionPolicy) throws(JOSEError) {
    own = try EnvelopeHead.object(object, "header", policy.maximumHeaderByteCount)
    encryptedKey = try EnvelopeHead.octets(object, "encrypted_key")
  }
}

/// The union of the three headers that hold for one recipient (RFC 7516 §4).
struct JOSEHeader {
  let protected: JSONValue?
  let unprotected: JSONValue?
  let own: JSONValue?

  subscript(_ name: String) -> JSONValue? {
    protected?[name] ?? unprotected?[name] ?? own?[name]
  }

  /// The string called `name`; nil when there is none or it is something else.
  func string(_ name: String) -> String? { self[name]?.string }
}

/// The names in the headers that all recipients share, gathered once: to compare all names with
/// all for each recipient would let 200 KiB of text cost hours.
struct SharedParameters {
  private var names: Set<[UInt8]> = []

  init(_ protected: JSONValue?, _ unprotected: JSONValue?) throws(JOSEError) {
    insert(protected)
    try checkDisjointness(from: unprotected)
    insert(unprotected)
  }

  private mutating func insert(_ header: JSONValue?) {
    for (name, _) in header?.members ?? [] { names.insert(name.utf8 ?? []) }
  }

  /// RFC 7516 §7.2.1: a name in two headers would be read from one by some and the other by others.
  func checkDisjointness(from header: JSONValue?) throws(JOSEError) {
    for (name, _) in header?.members ?? [] {
      guard let bytes = name.utf8, !names.contains(bytes) else {
        throw JOSEError(.malformed, "a header parameter stands in two headers")
      }
      guard !name.isString("zip"), !name.isString("crit") else {
        throw JOSEError(.malformed, "\(String(decoding: bytes, as: UTF8.self)) is not protected")
      }
    }
  }
}

/// The list of extensions that a reader must understand (RFC 7515 §4.1.11).
enum CriticalParameters {
  /// The names in `value`, checked: strings, at least one, no two alike, none of the registered
  /// ones, each of them present and protected.
  static func names(
    _ value: JSONValue, in protected: JSONValue?, known registered: Set<String>
  ) throws(JOSEError) -> [String] {
    let names = value.elements.compactMap(\.string)
    guard value.isArray, !names.isEmpty, names.count == value.elements.count else {
      throw JOSEError(.malformed, "crit is not an array of names")
    }
    guard Set(names.map { Array($0.utf8) }).count == names.count else {
      throw JOSEError(.malformed, "crit names a parameter twice")
    }
    for name in names {
      guard !registered.contains(name), protected?[name] != nil else {
        throw JOSEError(.malformed, "crit names a parameter that it must not")
      }
    }
    return names
  }
}
