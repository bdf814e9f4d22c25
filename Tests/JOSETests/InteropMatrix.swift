import JOSE

/// One way of getting at a message's key: a row of the page.
struct InteropWay {
  let row: String
  let algorithm: KeyManagementAlgorithm
  private let keys: @Sendable (ContentEncryptionAlgorithm) -> [InteropKey]

  func keys(_ encryption: ContentEncryptionAlgorithm) -> [InteropKey] { keys(encryption) }

  /// Whether a message may have several such recipients.
  var takesMany: Bool { keys(.a256GCM).count > 1 && algorithm != .ecdhES }

  private init(
    _ row: String, _ algorithm: KeyManagementAlgorithm,
    _ keys: @escaping @Sendable (ContentEncryptionAlgorithm) -> [InteropKey]
  ) {
    self.row = row
    self.algorithm = algorithm
    self.keys = keys
  }

  static let all: [InteropWay] =
    [
      InteropWay("RSA-OAEP", .rsaOAEP) { _ in InteropKeys.rsa },
      InteropWay("RSA-OAEP-256", .rsaOAEP256) { _ in InteropKeys.rsa },
    ]
    + [KeyManagementAlgorithm.ecdhES, .ecdhESA256KW].flatMap { algorithm in
      [
        InteropWay("\(algorithm.rawValue), P-256", algorithm) { _ in InteropKeys.p256 },
        InteropWay("\(algorithm.rawValue), P-384", algorithm) { _ in InteropKeys.p384 },
        InteropWay("\(algorithm.rawValue), P-521", algorithm) { _ in InteropKeys.p521 },
        InteropWay("\(algorithm.rawValue), X25519", algorithm) { _ in InteropKeys.x25519 },
        InteropWay("\(algorithm.rawValue), X448", algorithm) { _ in InteropKeys.x448 },
      ]
    }
    + [
      InteropWay("A256KW", .a256KW) { _ in InteropKeys.shared },
      InteropWay("A256GCMKW", .a256GCMKW) { _ in InteropKeys.shared },
      InteropWay("dir", .direct) { InteropKeys.direct[$0.keyByteCount] ?? [] },
      InteropWay("PBES2-HS512+A256KW", .pbes2HS512A256KW) { _ in InteropKeys.passphrase },
    ]
}

/// A message to be sealed by one side and opened by the other, as each of its recipients.
struct InteropMessage {
  enum Form: String { case compact, flattened, general }

  let recipients: [(way: InteropWay, key: InteropKey)]
  let encryption: ContentEncryptionAlgorithm
  let form: Form
  let additionalData: [UInt8]
  let byteCount: Int
  /// The rows of the page that it is evidence for, the one most likely to be a gap first.
  let rows: [String]

  init(
    _ recipients: [(way: InteropWay, key: InteropKey)], _ encryption: ContentEncryptionAlgorithm,
    _ form: Form, formRow: String? = nil, isAuthenticatingMore: Bool = false, byteCount: Int = 1000
  ) {
    self.recipients = recipients
    self.encryption = encryption
    self.form = form
    self.byteCount = byteCount
    additionalData = isAuthenticatingMore ? Array("what anybody may read".utf8) : []
    rows =
      (recipients.count == 1 || formRow != Self.mixedRow ? [recipients[0].way.row] : [])
      + [encryption.rawValue, formRow ?? "JWE, \(form.rawValue)", Self.sizeRow(byteCount)]
      + (isAuthenticatingMore ? ["`aad`"] : [])
  }

  /// Where recipients are of all kinds, the one that opens is told by its own row.
  func rows(_ way: InteropWay) -> [String] { rows.contains(way.row) ? rows : rows + [way.row] }

  var plaintext: [UInt8] { (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) } }

  /// Valise writes a general one for two recipients or more.
  var isWrittenByValise: Bool { form != .general || recipients.count > 1 }

  var summary: String {
    "\(rows.joined(separator: ", ")) (\(recipients.map(\.way.row).joined(separator: " ")))"
  }

  static let ciphers = ContentEncryptionAlgorithm.allCases.filter {
    ContentEncryptionAlgorithm.registered.contains($0)
  }
  static let byteCounts = [0, 1, 1000, 40_960]
  static let singleRow = "JWE, general, 1 recipient"
  static let mixedRow = "JWE, general, recipients of all kinds"
  static func sizeRow(_ byteCount: Int) -> String {
    byteCount == 1 ? "plaintext of 1 byte" : "plaintext of \(byteCount) bytes"
  }
  static func countRow(_ count: Int) -> String { "JWE, general, \(count) recipients" }
}

extension InteropMessage {
  /// What is exchanged with a peer.
  ///
  /// The whole product of algorithm, cipher and `aad` for one recipient, in JSON, and of algorithm
  /// and cipher in compact form; each algorithm with each count of recipients, where cipher and
  /// `aad` rotate so that each is met; each size under each cipher. `mixed` are the ways that the
  /// peer knows, to stand together in one message.
  static func matrix(mixed: [InteropWay]) -> [InteropMessage] {
    var messages: [InteropMessage] = []
    for (index, way) in InteropWay.all.enumerated() {
      for (cipherIndex, cipher) in ciphers.enumerated() {
        let one = [(way, way.keys(cipher)[0])]
        messages.append(InteropMessage(one, cipher, .compact))
        for isMore in [false, true] {
          messages.append(InteropMessage(one, cipher, .flattened, isAuthenticatingMore: isMore))
        }
        guard cipherIndex == index % ciphers.count else { continue }
        messages.append(InteropMessage(one, cipher, .general, formRow: singleRow))
      }
      guard way.takesMany else { continue }
      for (countIndex, count) in [2, 16].enumerated() {
        let cipher = ciphers[(index + 3 * countIndex) % ciphers.count]
        let many = way.keys(cipher).prefix(count).map { (way, $0) }
        messages.append(
          InteropMessage(
            many, cipher, .general, formRow: countRow(count),
            isAuthenticatingMore: (index + countIndex).isMultiple(of: 2)))
      }
    }
    for (index, cipher) in ciphers.enumerated() {
      // Each its own key, for some take keys of the same kind.
      let different = mixed.filter(\.takesMany).enumerated().map {
        ($0.element, $0.element.keys(cipher)[$0.offset])
      }
      messages.append(
        InteropMessage(
          different, cipher, .general, formRow: mixedRow,
          isAuthenticatingMore: index.isMultiple(of: 2)))
      for byteCount in byteCounts {
        let one = [(mixed[0], mixed[0].keys(cipher)[0])]
        messages.append(InteropMessage(one, cipher, .flattened, byteCount: byteCount))
        messages.append(InteropMessage(one, cipher, .compact, byteCount: byteCount))
      }
    }
    return messages
  }
}
