internal import DurableFiles
public import JOSE

/// Somebody to encrypt for: a name, and the keys that were pinned under it.
public struct Contact: Sendable {
  /// That somebody compared the fingerprint with the contact.
  public struct Verification: Sendable, Hashable {
    /// The fingerprint, as digits.
    public let fingerprint: String
    /// The day, as `2026-11-21`.
    public let day: String
    /// The identity that did it.
    public let by: String

    /// What was compared, when and by whom.
    public init(fingerprint: String, day: String, by: String) {
      self.fingerprint = fingerprint
      self.day = day
      self.by = by
    }
  }

  /// The name that people say.
  public let name: String
  /// Their public keys, at least one.
  public let published: PublishedKeys
  /// Where the keys came from, as the person who added them named it; nil when it is not known.
  public let source: String?
  /// The day they were added, as `2026-11-21`.
  public let addedOn: String?
  /// The thumbprints of keys from earlier cards: what was sealed for them is theirs all the same.
  public let formerKeyIDs: [String]
  private let verification: Verification?

  /// Their public keys, at least one.
  public var keys: [PublicJWK] { published.keys }

  /// - Throws: ``ContactsError`` `invalidName`, or `unusableKey` when none of the keys can be
  ///   encrypted to.
  public init(
    name: String, published: PublishedKeys, source: String? = nil, addedOn: String? = nil
  ) throws(ContactsError) {
    try Name.check(name)
    guard published.keys.contains(where: \.canEncrypt) else {
      throw ContactsError(.unusableKey, "\(name) has no key that can be encrypted to")
    }
    self.name = name
    self.published = published
    self.source = source
    self.addedOn = addedOn
    formerKeyIDs = []
    verification = nil
  }

  /// Another state of `old`.
  private init(
    _ old: Contact, name: String? = nil, published: PublishedKeys? = nil,
    formerKeyIDs: [String]? = nil, verification: Verification? = nil
  ) {
    self.name = name ?? old.name
    self.published = published ?? old.published
    self.formerKeyIDs = formerKeyIDs ?? old.formerKeyIDs
    self.verification = verification ?? old.verification
    source = old.source
    addedOn = old.addedOn
  }

  /// Who compared the fingerprint and when; nil when nobody did, or the contact has another one by
  /// now.
  ///
  /// - Throws: ``ContactsError`` `internalFailure`.
  public func verified() throws(ContactsError) -> Verification? {
    guard let verification else { return nil }
    let digits = try published.fingerprint().digits
    return verification.fingerprint.isExactly(digits) ? verification : nil
  }

  /// What their own card calls them; nil when it is what they are called here.
  public var otherCardName: String? {
    published.card.flatMap { $0.name.isExactly(name) ? nil : $0.name }
  }

  /// Whether its owner took all of its keys back.
  public var isRevoked: Bool { published.card?.isRevocation ?? false }

  /// The keys to encrypt to at `now`, in seconds since 1970; at least one.
  ///
  /// - Throws: ``ContactsError`` `revoked` or `expired` when none of them may be used.
  public func encryptionKeys(at now: Int) throws(ContactsError) -> [PublicJWK] {
    try encryptionKeys(at: now, isOwn: false)
  }

  func encryptionKeys(at now: Int, isOwn: Bool) throws(ContactsError) -> [PublicJWK] {
    let holder: EndedKeys.Holder =
      isOwn ? .oneself : published.card == nil ? .nobody : .signer
    return try keys.usable(at: now, of: EndedKeys(name: name, holder: holder))
  }

  /// The thumbprints of all encryption keys that they have, or had.
  ///
  /// - Throws: ``ContactsError`` `internalFailure`.
  public func encryptionKeyIDs() throws(ContactsError) -> [String] {
    do throws(JOSEError) {
      let current = try keys.filter(\.canEncrypt).map { (key) throws(JOSEError) in
        try key.thumbprintText()
      }
      return current + formerKeyIDs
    } catch { throw ContactsError(.internalFailure, error.reason, underlying: error) }
  }

  func verified(_ verification: Verification) -> Contact {
    Contact(self, verification: verification)
  }

  func renamed(_ name: String) -> Contact { Contact(self, name: name) }

  /// The contact after its owner published other keys.
  func updated(to published: PublishedKeys) throws(ContactsError) -> Contact {
    var former = try encryptionKeyIDs()
    let updated = Contact(self, published: published, formerKeyIDs: [])
    for keyID in try updated.encryptionKeyIDs() { former.removeAll { $0.isExactly(keyID) } }
    return Contact(updated, formerKeyIDs: former)
  }

  init(parsing text: [UInt8], name: String) throws(ContactsError) {
    do {
      let root = try JSONDocument(parsing: text).root
      guard let card = root["card"] else { throw JOSEError(.malformed, "card is missing") }
      guard root["name"]?.string.map({ $0.isExactly(name) }) ?? true else {
        throw JOSEError(.malformed, "it has another's name")
      }
      published = try PublishedKeys(card)
      guard published.keys.contains(where: \.canEncrypt) else {
        throw JOSEError(.invalidKey, "it has no key that can be encrypted to")
      }
      source = root["source"]?.string
      addedOn = root["added"]?.string
      formerKeyIDs = root["former"].map { $0.elements.compactMap(\.string) } ?? []
      verification = root["verified"].flatMap(Verification.init)
    } catch let error as JOSEError {
      throw Self.damaged(name, error.reason, error)
    } catch {
      throw Self.damaged(name, (error as? ContactsError)?.reason ?? "", error)
    }
    self.name = name
  }

  private static func damaged(
    _ name: String, _ reason: String, _ error: any Error
  ) -> ContactsError {
    ContactsError(.damaged, "the contact \(name) is damaged: \(reason)", underlying: error)
  }

  /// The contact's file, for people and git.
  var json: JSONText {
    var members: [JSONText.Member] = [.init("name", .string(name))]
    if let source { members.append(.init("source", .string(source))) }
    if let addedOn { members.append(.init("added", .string(addedOn))) }
    if let verification { members.append(.init("verified", verification.json)) }
    if !formerKeyIDs.isEmpty {
      members.append(.init("former", .array(formerKeyIDs.map { .string($0) })))
    }
    return .object(members + [.init("card", published.json)])
  }
}

extension Contact.Verification {
  fileprivate init?(_ object: JSONValue) {
    guard let day = object["on"]?.string, let by = object["by"]?.string,
      let fingerprint = object["fingerprint"]?.string
    else { return nil }
    self.init(fingerprint: fingerprint, day: day, by: by)
  }

  fileprivate var json: JSONText {
    .object([
      .init("on", .string(day)), .init("by", .string(by)),
      .init("fingerprint", .string(fingerprint)),
    ])
  }
}

extension [PublicJWK] {
  /// The keys to encrypt to at `now`.
  ///
  /// One that ended makes room for the others; with none left, whoever is meant would be dropped
  /// without a word.
  func usable(at now: Int, of owner: EndedKeys) throws(ContactsError) -> [PublicJWK] {
    let name = owner.name
    let candidates = filter(\.canEncrypt)
    let usable = candidates.filter { $0.metadata.validity(at: now) == .valid }
    guard usable.isEmpty else { return usable }
    switch candidates.last?.metadata.validity(at: now) {
    case .revoked(let revocation):
      let reason = revocation.reason.map { ": \($0)" } ?? ""
      throw ContactsError(
        .revoked, "\(name) took the key back on \(Platform.day(of: revocation.revokedAt))\(reason)",
        underlying: owner)
    case .expired(let end):
      throw ContactsError(
        .expired, "the key of \(name) expired on \(Platform.lastDay(before: end))",
        underlying: owner)
    case .valid, nil:
      throw ContactsError(.unusableKey, "\(name) has no key that can be encrypted to")
    }
  }
}
