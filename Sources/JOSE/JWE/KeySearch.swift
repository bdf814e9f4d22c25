internal import Primitives

/// Which key to try for which recipient, and in what order.
struct KeySearch {
  struct Trial {
    let recipientIndex: Int
    let keyIndex: Int
    let reader: WrappedKeyReader
    let key: JWE.DecryptionKey
  }

  /// A trial that is to come, in few bytes: there may be ten thousand for each key.
  struct Place {
    let recipientIndex: UInt32
    let keyIndex: UInt32
    let cost: WrappedKeyReader.Cost
  }

  private let envelope: JWE.Envelope
  private let encryption: ContentEncryptionAlgorithm
  private let keys: [JWE.DecryptionKey]
  /// Those whose recipient names the key come first.
  private var places: [Place] = []
  private(set) var outcomes: [JWE.RecipientOutcome]
  private var unsuitable: JOSEError?

  /// The trials in their order, each made when it is asked for.
  var trials: LazyMapCollection<[Place], Trial> { places.lazy.map(trial) }

  init(
    _ envelope: JWE.Envelope, _ encryption: ContentEncryptionAlgorithm, _ keys: [JWE.DecryptionKey]
  ) throws(JOSEError) {
    self.envelope = envelope
    self.encryption = encryption
    self.keys = keys
    outcomes = Array(repeating: .notTried, count: envelope.head.recipients.count)
    let names = try keys.map { (key) throws(JOSEError) in try key.names() }
    var later: [Place] = []
    var passphrases: [WrappedKeyReader] = []
    for index in outcomes.indices {
      guard let reader = reader(of: index) else {
        outcomes[index] = .unsupported
        continue
      }
      if reader.algorithm.isDirect { try requireAlone(reader) }
      if reader.cost == .passphrase { passphrases.append(reader) }
      let keyID = reader.header["kid"]?.utf8
      for (keyIndex, key) in keys.enumerated() where fits(reader, key) {
        let place = Place(
          recipientIndex: UInt32(index), keyIndex: UInt32(keyIndex), cost: reader.cost)
        let isNamed = keyID.map(names[keyIndex].contains) ?? false
        if isNamed { places.append(place) } else { later.append(place) }
      }
    }
    places += later
    try check(passphrases)
    limitTrials(envelope.policy)
    guard !places.isEmpty else { throw reasonForNone() }
  }

  /// What reads the key of a recipient; nil when its algorithm is missing, not known or not allowed.
  private func reader(of index: Int) -> WrappedKeyReader? {
    let entry = envelope.head.recipients[index]
    let header = envelope.head.header(for: entry)
    guard let name = header.string("alg"), let algorithm = KeyManagementAlgorithm(exactly: name),
      envelope.policy.keyManagement.contains(algorithm)
    else { return nil }
    return WrappedKeyReader(
      header: header, algorithm: algorithm, encryption: encryption,
      encryptedKey: entry.encryptedKey)
  }

  private func trial(_ place: Place) -> Trial {
    let index = Int(place.recipientIndex)
    // It was there when the place was noted.
    guard let reader = reader(of: index) else { preconditionFailure("a trial without a reader") }
    return Trial(
      recipientIndex: index, keyIndex: Int(place.keyIndex), reader: reader,
      key: keys[Int(place.keyIndex)])
  }

  private mutating func fits(_ reader: WrappedKeyReader, _ key: JWE.DecryptionKey) -> Bool {
    do { return try reader.fits(key) } catch {
      unsuitable = error
      return false
    }
  }

  private func requireAlone(_ reader: WrappedKeyReader) throws(JOSEError) {
    guard envelope.head.recipients.count == 1 else {
      throw JOSEError(
        .malformed, "\(reader.algorithm.rawValue) stands beside other recipients")
    }
    guard reader.encryptedKey == nil else {
      throw JOSEError(.malformed, "encrypted_key stands with \(reader.algorithm.rawValue)")
    }
  }

  /// Bounds what passphrases cost, before the first trial.
  private func check(_ passphrases: [WrappedKeyReader]) throws(JOSEError) {
    guard passphrases.count <= 1 else {
      throw JOSEError(.refused, "it has more than one passphrase recipient")
    }
    guard let reader = passphrases.first else { return }
    guard reader.isArgon2id else {
      _ = try reader.passphraseParameters(envelope.policy)
      return
    }
    _ = try Argon2idDerivation(reader.header, envelope.policy)
    guard envelope.head.commitment != nil else {
      throw JOSEError(.malformed, "commitment is missing, which Argon2id needs")
    }
  }

  /// Whoever sends ten thousand recipients must not cost ten thousand RSA operations.
  private mutating func limitTrials(_ policy: JWE.DecryptionPolicy) {
    var agreements = policy.maximumAgreementTrials
    var rsa = policy.maximumRSATrials
    places = places.filter { place in
      switch place.cost {
      case .agreement:
        agreements -= 1
        return agreements >= 0
      case .rsa:
        rsa -= 1
        return rsa >= 0
      case .passphrase, .cheap: return true
      }
    }
  }

  private func reasonForNone() -> JOSEError {
    if let unsuitable { return unsuitable }
    guard outcomes.allSatisfy({ $0 == .unsupported }) else {
      return JOSEError(.noMatchingKey, "none of the keys belongs to a recipient")
    }
    // A stranger wrote them, at any length.
    let names = envelope.recipients.prefix(4).map { recipient in
      String(
        String.UnicodeScalarView((recipient.algorithmName ?? "none").unicodeScalars.prefix(24)))
    }
    return JOSEError(
      .unsupported,
      "its key management is not known or not allowed: \(names.joined(separator: ", "))")
  }
}

extension JWE.DecryptionKey {
  /// What a recipient may call the key: its own `kid` and its thumbprint, as bytes.
  fileprivate func names() throws(JOSEError) -> Set<[UInt8]> {
    switch self {
    case .privateKey(let key):
      let thumbprint = try key.publicKey.thumbprintText()
      return Set([thumbprint, key.metadata.keyID].compactMap { $0.map { Array($0.utf8) } })
    case .symmetric(let key):
      return Set([key.metadata.keyID].compactMap { $0.map { Array($0.utf8) } })
    case .passphrase: return []
    }
  }
}
