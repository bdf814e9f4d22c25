public import JOSE

/// Somebody to encrypt for: a name and public keys.
public struct Contact: Sendable {
  /// The name that people say.
  public let name: String
  /// Their public keys, at least one.
  public let keys: [PublicJWK]
  /// Where the keys came from, as the person who added them named it; nil when it is not known.
  public let source: String?
  /// The day they were added, as `2026-11-21`.
  public let addedOn: String?

  /// - Throws: ``ContactsError`` `invalidName`, or `unusableKey` when none of `keys` can be
  ///   encrypted to.
  public init(
    name: String, keys: [PublicJWK], source: String? = nil, addedOn: String? = nil
  ) throws(ContactsError) {
    try Name.check(name)
    guard keys.contains(where: \.canEncrypt) else {
      throw ContactsError(.unusableKey, "\(name) has no key that can be encrypted to")
    }
    self.name = name
    self.keys = keys
    self.source = source
    self.addedOn = addedOn
  }

  /// The keys to encrypt to.
  public var encryptionKeys: [PublicJWK] { keys.filter(\.canEncrypt) }

  init(parsing text: [UInt8], name: String) throws(ContactsError) {
    do throws(JOSEError) {
      let root = try JSONDocument(parsing: text).root
      let set = try JWKSet(root)
      source = root["source"]?.string
      addedOn = root["added"]?.string
      keys = set.publicKeys
    } catch {
      throw ContactsError(
        .damaged, "the contact \(name) is damaged: \(error.reason)", underlying: error)
    }
    self.name = name
  }

  /// A JWK Set with two members more: for people, for git, and for any other reader.
  var json: JSONText {
    var members: [JSONText.Member] = [.init("name", .string(name))]
    if let source { members.append(.init("source", .string(source))) }
    if let addedOn { members.append(.init("added", .string(addedOn))) }
    return .object(members + [.init("keys", .array(keys.map(\.json)))])
  }
}

/// What contacts and identities may be called.
enum Name {
  /// Names are file names, option values and parts of messages, so they are made of what is plain in
  /// all three: letters and digits of ASCII, and `.`, `_`, `-`, `+` and `@` after the first.
  static func check(_ name: String) throws(ContactsError) {
    let isPlain = name.utf8.enumerated().allSatisfy { index, byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
        UInt8(ascii: "@"):
        index > 0
      default: false
      }
    }
    guard isPlain, (1...64).contains(name.utf8.count) else {
      throw ContactsError(
        .invalidName,
        "a name has 1 to 64 letters, digits, dots, underscores, hyphens, plus and at signs")
    }
    guard name != "me" else {
      throw ContactsError(.invalidName, "the name me stands for your own identity")
    }
  }
}
