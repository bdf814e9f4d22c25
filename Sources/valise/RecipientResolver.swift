internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Primitives

/// From what people write after `-r` to keys.
struct RecipientResolver {
  private let people: People
  private var recipients: [JWE.Recipient] = []
  private var seen: Set<String> = []

  private init(_ people: People) { self.people = people }

  /// The recipients named on the command line, each key once, in order.
  static func resolve(
    _ names: [String], files: [String], in book: AddressBook, quiet: Bool
  ) throws -> [JWE.Recipient] {
    var resolver = RecipientResolver(People(book, isQuiet: quiet))
    for name in names { try resolver.add(name) }
    for file in files { try resolver.addLines(of: file) }
    return resolver.recipients
  }

  /// A contact, a group, `me`, or a file with keys.
  private mutating func add(_ name: String) throws {
    if let meant = try people.meant(by: name) {
      for person in meant { try add(person.keys.map { .publicKey($0) }, of: person.name) }
      return
    }
    guard FileIdentity(path: name) != nil else {
      if let foreign = ForeignText(name: name) {
        throw foreign.failure("\(name.prefix(24))…")
      }
      throw Failure(
        .unknownName, "there is no contact called \(Text.shown(name)), and no file",
        hint: try people.hint(unknown: name))
    }
    try add(KeyFile(name).publicKeys(), of: name)
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
      guard let line = String(validating: Self.trimmed(bytes), as: UTF8.self) else {
        throw Failure(.badData, "\(Text.shown(path)): line \(number + 1) is not UTF-8")
      }
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
        if key.publicKey?.canEncrypt == false { continue }
        let recipient: JWE.Recipient =
          switch key {
          case .symmetric(let key): try JWE.Recipient(key)
          case .publicKey(let key): try JWE.Recipient(try usable(key, of: name))
          case .privateKey(let key): try JWE.Recipient(try usable(key.publicKey, of: name))
          }
        count += 1
        // A person named twice is one reader.
        if let keyID = recipient.keyID, !seen.insert(keyID).inserted { continue }
        recipients.append(recipient)
      } catch let error as JOSEError { throw Failure(error, naming: name) }
    }
    guard count > 0 else {
      let onlySigns = keys.compactMap(\.publicKey).allSatisfy(\.onlySigns)
      throw Failure(
        .badData,
        "\(Text.shown(name)): "
          + (onlySigns ? KeyFile.onlySigns : "holds no key that can be encrypted to"))
    }
  }

  /// A key in a file may have an end, or have been taken back, just as a contact's.
  private func usable(_ key: PublicJWK, of name: String) throws -> PublicJWK {
    switch key.metadata.validity(at: people.now) {
    case .valid: return key
    case .expired(let end):
      throw Failure(
        .refused, "\(Text.shown(name)): the key expired on \(Platform.lastDay(before: end))")
    case .revoked(let revocation):
      let day = Platform.day(of: revocation.revokedAt)
      throw Failure(.refused, "\(Text.shown(name)): the key was taken back on \(day)")
    }
  }

  /// Without the white space of ASCII around it: a thousand keys took a fifth of their time by way of
  /// characters.
  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    let line = line.drop(while: isSpace)
    guard let end = line.lastIndex(where: { !isSpace($0) }) else { return [] }
    return line[...end]
  }
}
