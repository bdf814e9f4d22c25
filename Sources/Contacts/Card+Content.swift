internal import JOSE

extension Card {
  /// What a card says, to make the next one of.
  struct Content: Sendable {
    var name: String
    var serial: Int
    var keys: [PublicJWK]
    var deviceNames: [DeviceName]
    var removedKeyIDs: [String]

    var encryptionKeys: [PublicJWK] { keys.filter(\.canEncrypt) }
  }

  /// What the owner calls a device.
  struct DeviceName: Sendable {
    /// The thumbprint of its encryption key.
    let keyID: String
    let name: String
  }

  /// What it says.
  var content: Content {
    Content(
      name: name, serial: serial, keys: keys, deviceNames: deviceNames,
      removedKeyIDs: removedKeyIDs)
  }
}

extension Card.Content {
  /// Puts a device's key behind those of the others; programs that know of one key take the first.
  mutating func append(_ key: PublicJWK, named name: String?) throws(ContactsError) {
    keys.insert(key, at: keys.lastIndex(where: \.canEncrypt).map { $0 + 1 } ?? 0)
    guard let name else { return }
    deviceNames.append(.init(keyID: try key.keyThumbprint(), name: name))
  }

  /// Takes keys off the card, and says so on it.
  ///
  /// A card that another device made before it heard of this one still has them; without the
  /// note they would come back with it, a lost device's among them.
  mutating func remove(_ gone: [PublicJWK]) throws(ContactsError) {
    for key in gone {
      let keyID = try key.keyThumbprint()
      if !removedKeyIDs.contains(where: { $0.isExactly(keyID) }) { removedKeyIDs.append(keyID) }
    }
    dropRemoved()
  }

  /// Puts in what another card of the same owner says, which was made without knowing of this one.
  ///
  /// Keys of either, but those that one of them took off: the order of merging makes no difference.
  mutating func merge(_ other: Card.Content) {
    removedKeyIDs += other.removedKeyIDs.filter { keyID in
      !removedKeyIDs.contains { $0.isExactly(keyID) }
    }
    let known = keys
    let new = other.keys.filter { key in !known.contains { $0.isSameKey(as: key) } }
    keys = encryptionKeys + new.filter(\.canEncrypt) + keys.filter { !$0.canEncrypt }
    deviceNames += other.deviceNames.filter { device in
      !deviceNames.contains { $0.keyID.isExactly(device.keyID) }
    }
    dropRemoved()
  }

  private mutating func dropRemoved() {
    let removed = removedKeyIDs
    keys.removeAll { key in key.canEncrypt && removed.contains { key.hasThumbprint($0) } }
    let kept = keys
    deviceNames.removeAll { device in !kept.contains { $0.hasThumbprint(device.keyID) } }
  }

  /// Whether it has the same keys, and knows of no removal that `other` does not know of.
  func isCovered(by other: Card.Content) -> Bool {
    keys.count == other.keys.count
      && keys.allSatisfy { key in other.keys.contains { $0.isSameKey(as: key) } }
      && removedKeyIDs.allSatisfy { keyID in
        other.removedKeyIDs.contains { $0.isExactly(keyID) }
      }
  }
}

// MARK: As JSON

extension Card.Content {
  func members(at now: Int) -> [JSONText.Member] {
    var members: [JSONText.Member] = [
      .init("name", .string(name)), .init("serial", .integer(serial)),
      .init("iat", .integer(now)), .init("keys", .array(keys.map(\.json))),
    ]
    if !deviceNames.isEmpty {
      let names = deviceNames.map { JSONText.Member($0.keyID, .string($0.name)) }
      members.append(.init("devices", .object(names)))
    }
    if !removedKeyIDs.isEmpty {
      members.append(.init("removed", .array(removedKeyIDs.map { .string($0) })))
    }
    return members
  }
}

extension Card.DeviceName {
  /// The devices in a card.
  static func all(in card: JSONValue) throws(JOSEError) -> [Card.DeviceName] {
    guard let devices = card["devices"] else { return [] }
    guard devices.isObject else { throw JOSEError(.malformed, "its devices are not an object") }
    var names: [Card.DeviceName] = []
    for (keyID, name) in devices.members {
      guard let keyID = keyID.string, let name = name.string, Name.isWellFormed(name) else {
        throw JOSEError(.malformed, "a device's name is not one")
      }
      names.append(.init(keyID: keyID, name: name))
    }
    return names
  }
}

extension JSONValue {
  /// The strings of the array called `name`; nil when there is none.
  ///
  /// - Throws: ``JOSEError`` `malformed` when it is something else.
  func strings(_ name: String) throws(JOSEError) -> [String]? {
    guard let list = self[name] else { return nil }
    let strings = list.elements.compactMap(\.string)
    guard list.isArray, strings.count == list.elements.count else {
      throw JOSEError(.malformed, "\(name) is not an array of strings")
    }
    return strings
  }
}

extension PublicJWK {
  /// The RFC 7638 thumbprint as text.
  func keyThumbprint() throws(ContactsError) -> String {
    do { return try thumbprintText() } catch {
      throw ContactsError(.internalFailure, error.reason, underlying: error)
    }
  }

  /// Whether `text` is the key's thumbprint, whatever name it gives itself.
  func hasThumbprint(_ text: String) -> Bool {
    (try? thumbprintText())?.isExactly(text) == true
  }
}
