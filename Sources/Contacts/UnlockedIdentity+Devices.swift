public import JOSE

extension UnlockedIdentity {
  /// A machine more of the same person.
  public struct NewDevice: Sendable {
    /// What it is called on the card, for everybody who has it to read; nil for nothing.
    public var name: String?
    /// The kind of its encryption key.
    public var kind: PrivateJWK.Kind
    /// When its key is made and ends.
    public var lifetime: Lifetime
    /// Whether it opens what was sealed before it was there.
    public var opensOldFiles: Bool

    /// A device that opens nothing from before it was there, unless told otherwise.
    public init(
      name: String? = nil, kind: PrivateJWK.Kind, lifetime: Lifetime, opensOldFiles: Bool = false
    ) {
      self.name = name
      self.kind = kind
      self.lifetime = lifetime
      self.opensOldFiles = opensOldFiles
    }
  }

  /// Makes a key for another device.
  ///
  /// The private half is in what is returned for the other device, and nowhere else: each device takes
  /// away the messages that it collects, so that two must never have the same key. One that is to open
  /// old files gets this device's keys as well, and this one takes a fresh key at the same time.
  ///
  /// - Returns: this identity with the new key on its card, and what the other device starts with.
  /// - Throws: ``ContactsError`` `nameTaken` when a device is called so already, `invalidName`,
  ///   `limitExceeded` when the card is full, `revoked`, `internalFailure`.
  public func addingDevice(
    _ device: NewDevice
  ) throws(ContactsError) -> (identity: Identity, device: ExportedIdentity) {
    try identity.requireUnrevoked()
    if let name = device.name { try checkDeviceName(name) }
    let key = try Self.encryptionKey(device.kind, device.lifetime)
    var (content, held) = (identity.card.content, held)
    if device.opensOldFiles { try renewKey(in: &content, &held, to: device.kind, device.lifetime) }
    try content.append(key.publicKey, named: device.name)
    // The other device would not know whose these are.
    let former = decryptionKeys.map(\.publicKey).filter { !$0.isAmong(content.keys) }
    try content.remove(former)
    content.serial += 1
    let card = try Card(content, signer: signingKey, at: device.lifetime.start)
    let shared = device.opensOldFiles ? decryptionKeys : []
    let there = HeldKeys(
      signingKey: signingKey, decryptionKeys: [key] + shared,
      inheritedKeys: shared.map(\.publicKey))
    return (try UnlockedIdentity(card, held).identity, ExportedIdentity(card, there))
  }

  private func checkDeviceName(_ name: String) throws(ContactsError) {
    try Name.check(name)
    guard !identity.card.deviceNames.contains(where: { $0.name.isExactly(name) }) else {
      throw ContactsError(.nameTaken, "there is a device called \(name) already")
    }
  }

  /// The identity with a card without another device's key, or this one's.
  ///
  /// - Parameters:
  ///   - device: its name, or the thumbprint of its key.
  ///   - now: the time in seconds since 1970.
  /// - Returns: the identity with the new card; a key of this device's goes on opening.
  /// - Throws: ``ContactsError`` `unknownName`, also when several are meant; `unusableKey` when no
  ///   other key is on the card; `revoked`.
  public func removingDevice(
    _ device: String, at now: Int
  ) throws(ContactsError) -> Identity {
    try identity.requireUnrevoked()
    var content = identity.card.content
    let meant = content.encryptionKeys.filter { key in
      key.hasThumbprint(device)
        || identity.card.deviceName(of: key)?.isExactly(device) == true
    }
    guard meant.count == 1 else {
      throw ContactsError(
        .unknownName,
        "\(meant.isEmpty ? "no device" : "more than one device") of \(identity.name) is called "
          + device)
    }
    guard content.encryptionKeys.count > 1 else {
      throw ContactsError(
        .unusableKey, "nobody could seal for \(identity.name) any more: it has no other device")
    }
    try content.remove(meant)
    content.serial += 1
    let card = try Card(content, signer: signingKey, at: now)
    return try UnlockedIdentity(card, held).identity
  }

  /// Puts a fresh key in the place of this device's, the other devices' staying as they are.
  func renewKey(
    in content: inout Card.Content, _ held: inout HeldKeys, to kind: PrivateJWK.Kind,
    _ lifetime: Lifetime
  ) throws(ContactsError) {
    let key = try Self.encryptionKey(kind, lifetime)
    let own = identity.cardKeysHere.filter { !$0.isAmong(identity.inheritedKeys) }
    let old = content.keys.filter { $0.isAmong(own) }
    let name = identity.deviceKey.flatMap(identity.card.deviceName)
    let isAlone = old.count == content.encryptionKeys.count && content.removedKeyIDs.isEmpty
    try content.remove(old)
    // Nobody else makes cards, so that none can bring it back.
    if isAlone { content.removedKeyIDs = [] }
    content.keys.insert(key.publicKey, at: 0)
    if let name {
      content.deviceNames.append(.init(keyID: try key.publicKey.keyThumbprint(), name: name))
    }
    held.decryptionKeys.insert(key, at: 0)
  }
}
