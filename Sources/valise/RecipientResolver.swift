internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Primitives

/// From what people write after `-r` to keys.
struct RecipientResolver {
  private let keyring: Keyring
  private var recipients: [JWE.Recipient] = []
  private var seen: Set<String> = []

  init(_ keyring: Keyring) { self.keyring = keyring }

  /// The recipients named on the command line, each key once, in order.
  static func resolve(
    _ names: [String], files: [String], keyring: Keyring
  ) throws -> [JWE.Recipient] {
    var resolver = RecipientResolver(keyring)
    for name in names { try resolver.add(name) }
    for file in files { try resolver.addLines(of: file) }
    return resolver.recipients
  }

  /// A contact, `me`, or a file with keys.
  private mutating func add(_ name: String) throws {
    if name == "me" { return try addOwnKeys() }
    if let contact = try keyring.contact(name) {
      return try add(contact.encryptionKeys.map { .publicKey($0) }, of: name)
    }
    if let identity = try keyring.identity(name) {
      return try add(identity.encryptionKeys.map { .publicKey($0) }, of: name)
    }
    guard FileIdentity(path: name) != nil else {
      throw Failure(
        .unknownName, "there is no contact called \(Text.shown(name)), and no file",
        hint: "valise contact add \(Text.shown(name)) FILE makes one; valise contact list shows all"
      )
    }
    try add(KeyFile(name).publicKeys(), of: name)
  }

  private mutating func addOwnKeys() throws {
    guard let identity = try keyring.defaultIdentity() else {
      throw Failure(
        .unknownName, "you have no identity that me could mean",
        hint: "valise key generate makes one")
    }
    try add(identity.encryptionKeys.map { .publicKey($0) }, of: identity.name)
  }

  /// A line is what could follow `-r`, a JWK, or a public key of OpenSSH; blank lines and `#` comments are passed over.
  private mutating func addLines(of path: String) throws {
    let bytes: [UInt8]
    do {
      let file = path == "-" ? try InputFile.standardInput() : try InputFile(path: path)
      bytes = try file.readAll(limit: 32 << 20)
    } catch { throw Failure(reading: error) }
    for (number, bytes) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      .enumerated()
    {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw Failure(.badData, "\(Text.shown(path)): line \(number + 1) is not UTF-8")
      }
      let line = Self.trimmed(text)
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      if line.hasPrefix("{") || OpenSSH.isPresent(in: line.utf8.span) {
        try add(KeyFile(line: line, in: "\(path) line \(number + 1)").publicKeys(), of: path)
      } else {
        try add(line)
      }
    }
  }

  private mutating func add(_ keys: [JWK], of name: String) throws {
    var count = 0
    for key in keys {
      do {
        let recipient: JWE.Recipient
        switch key {
        case .symmetric(let key): recipient = try JWE.Recipient(key)
        case .publicKey(let key) where !key.canEncrypt: continue
        case .privateKey(let key) where !key.publicKey.canEncrypt: continue
        case .publicKey(let key): recipient = try JWE.Recipient(key)
        case .privateKey(let key): recipient = try JWE.Recipient(key.publicKey)
        }
        count += 1
        // A person named twice is one reader.
        if let keyID = recipient.keyID, !seen.insert(keyID).inserted { continue }
        recipients.append(recipient)
      } catch { throw Failure(error, naming: name) }
    }
    guard count > 0 else {
      throw Failure(.badData, "\(Text.shown(name)): holds no key that can be encrypted to")
    }
  }

  private static func trimmed(_ text: String) -> String {
    let isSpace = { (character: Character) in character.isWhitespace }
    return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}
