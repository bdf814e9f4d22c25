/// Who reads what the other wrote.
enum InteropDirection: CaseIterable {
  /// The peer opens or verifies what Valise sealed or signed.
  case opens
  /// The peer seals or signs, and Valise opens or verifies.
  case seals
}

/// Something that a peer is known not to do.
///
/// A refusal that is not listed fails the test, and so does a listed one that does not happen.
struct InteropGap {
  /// Where the page tells of it.
  let row: String
  /// It happens together with one of these only; empty for always.
  var with: [String] = []
  var directions = InteropDirection.allCases
  /// Part of the peer's own words when it refuses.
  let words: String
  /// What the page says.
  let reason: String

  func covers(_ rows: [String], _ direction: InteropDirection) -> Bool {
    rows.contains(row) && directions.contains(direction)
      && (with.isEmpty || with.contains(where: rows.contains))
  }

  static func known(_ peer: InteropPeer) -> [InteropGap] {
    switch peer {
    case .jwcrypto: jwcrypto
    case .joserfc: joserfc
    case .panva: panva
    case .latchset: latchset
    }
  }

  private static let emptyKey =
    "Valise refuses its JSON: `encrypted_key` is empty, not absent (RFC 7516 §7.2.1)"
  private static let oneJSONForm = ["JWE, flattened", InteropMessage.singleRow]

  private static let jwcrypto = [
    InteropGap(
      row: InteropExchange.iterationsRow, directions: [.opens], words: "No recipient matched",
      reason: "ends at 16,384"),
    InteropGap(
      row: InteropMessage.sizeRow(0), directions: [.opens], words: "No recipient matched",
      reason: "takes an empty plaintext for a failure"),
    InteropGap(
      row: "JWS, general, 1 signature", directions: [.seals], words: "writes no signatures",
      reason: "writes one signature flattened"),
  ]

  private static let joserfc =
    InteropWay.all.filter { $0.algorithm.rawValue == "ECDH-ES" || $0.row == "dir" }.map {
      InteropGap(
        row: $0.row, with: oneJSONForm, directions: [.seals],
        words: "Valise: encrypted_key is empty", reason: emptyKey)
    } + [
      InteropGap(
        row: InteropExchange.iterationsRow, directions: [.opens], words: "must be less than 300000",
        reason: "ends below 300,000"),
      InteropGap(
        row: InteropMessage.mixedRow,
        with: ["ECDH-ES+A256KW, X25519", "ECDH-ES+A256KW, X448"], directions: [.opens],
        words: "KeyError", reason: "tries X25519 and X448 keys on recipients of other curves"),
    ]

  private static let panva = [
    InteropGap(
      row: InteropExchange.iterationsRow, directions: [.opens],
      words: "out is of acceptable bounds",
      reason: "ends at 10,000 unless told otherwise")
  ]

  private static let latchset =
    ["RSA-OAEP", "RSA-OAEP-256", "EdDSA, Ed25519"].map {
      InteropGap(row: $0, words: "does not list", reason: "not among its algorithms")
    }
    + ["ECDH-ES", "ECDH-ES+A256KW"].flatMap { name in
      ["X25519", "X448"].map {
        InteropGap(row: "\(name), \($0)", words: "rapping failed", reason: "no such curve")
      }
    } + [
      InteropGap(
        row: "dir", with: ["JWE, flattened"], directions: [.seals],
        words: "Valise: encrypted_key is empty", reason: emptyKey),
      InteropGap(
        row: InteropExchange.iterationsRow, directions: [.opens], words: "Unwrapping failed",
        reason: "ends at 32,768"),
      InteropGap(
        row: InteropMessage.singleRow, directions: [.seals], words: "writes no recipients",
        reason: "writes one recipient flattened"),
      InteropGap(
        row: "`aad`", with: ["A128GCM", "A192GCM", "A256GCM"], directions: [.opens],
        words: "exit status 1", reason: "authenticates something else under AES-GCM"),
      InteropGap(
        row: "`aad`", with: ["A128GCM", "A192GCM", "A256GCM"], directions: [.seals],
        words: "Valise: it does not open", reason: "authenticates something else under AES-GCM"),
      InteropGap(
        row: "JWS, general, 1 signature", directions: [.seals], words: "writes no signatures",
        reason: "writes one signature flattened"),
    ]
}
