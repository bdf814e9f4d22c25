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
  let row: String
  var directions = InteropDirection.allCases
  /// Part of the peer's own words when it refuses.
  let words: String
  /// What the page says.
  let reason: String

  static func known(_ peer: InteropPeer) -> [InteropGap] {
    switch peer {
    case .jwcrypto: jwcrypto
    case .joserfc: joserfc
    case .panva: panva
    case .latchset: latchset
    }
  }

  private static let jwcrypto: [InteropGap] = []
  private static let joserfc: [InteropGap] = []
  private static let panva: [InteropGap] = []
  private static let latchset: [InteropGap] = []
}
