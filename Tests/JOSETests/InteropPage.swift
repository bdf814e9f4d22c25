import Foundation

/// docs/reference/interoperability.md, whose cells a run finds out.
struct InteropPage {
  private var cells: [String: [InteropPeer: String]] = [:]

  static let file = InteropPeer.root.appending(path: "docs/reference/interoperability.md")
  static let versionRow = "version"

  private static let sections: [(title: String, rows: [String])] = [
    ("Peers", [versionRow]),
    ("Key management", InteropWay.all.map(\.row) + [InteropExchange.iterationsRow]),
    ("Content encryption", InteropMessage.ciphers.map(\.rawValue)),
    (
      "Forms",
      ["JWE, compact", "JWE, flattened", InteropMessage.singleRow]
        + [2, 16].map(InteropMessage.countRow)
        + [InteropMessage.mixedRow, "`aad`"] + InteropMessage.byteCounts.map(InteropMessage.sizeRow)
        + [InteropExchange.signedRow, InteropExchange.changedRow]
    ),
    (
      "Signatures",
      InteropSignature.all.map(\.row) + InteropSignature.forms.map(\.row)
        + [InteropSignature.pairRow]
    ),
  ]

  private static let preface = """
    # Interoperability

    Valise seals and each peer opens, as each of the recipients; each peer seals and Valise opens,
    as each of the recipients. JSON is read with its members in a random order, and Valise writes
    the flattened form for one recipient, the general one for more.

    `both ways (18 + 19)` says that the peer opened 18 times what Valise had sealed, and Valise 19
    times what the peer had. `opens` and `seals` say what the peer does where it does one only. For
    signatures, to open means to verify and to seal to sign. A message counts in each row that it
    has to do with.

    `Tests/JOSETests/InteropTests.swift` writes this page, and fails where the page says something
    else than it finds:

        VALISE_UPDATE_DOCS=1 swift test --filter InteropTests

    It needs Debian's packages `jose` and `node-jose` and Python's `jwcrypto` and `joserfc`; a peer
    that is not installed is passed over. What a peer is known not to do stands in
    `Tests/JOSETests/InteropGaps.swift`; any other refusal is a failure.

    """

  /// Reads a page back; one that is not there has no cells.
  init(parsing text: String) {
    var peers: [InteropPeer?] = []
    for line in text.split(separator: "\n") where line.hasPrefix("| ") {
      let columns = line.dropFirst(2).dropLast(2).components(separatedBy: " | ")
      if columns[0].isEmpty || columns[0].hasPrefix(" ") {
        peers = columns.dropFirst().map { InteropPeer(rawValue: $0) }
      } else {
        for (peer, cell) in zip(peers, columns.dropFirst()) {
          if let peer { cells[columns[0], default: [:]][peer] = cell }
        }
      }
    }
  }

  static func committed() -> (page: InteropPage, text: String) {
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return (InteropPage(parsing: text), text)
  }

  func cell(_ row: String, _ peer: InteropPeer) -> String? { cells[row]?[peer] }

  /// Puts in what a run found.
  mutating func fill(_ tally: InteropTally) {
    for row in Self.sections.flatMap(\.rows) {
      cells[row, default: [:]][tally.peer] =
        row == Self.versionRow ? tally.peer.version : tally.cell(row)
    }
  }

  /// The rows where the pages differ on `peer`.
  ///
  /// Not the version: another one that does the same is as good.
  func differences(from other: InteropPage, on peer: InteropPeer) -> [String] {
    Self.sections.flatMap(\.rows).filter {
      $0 != Self.versionRow && cell($0, peer) != other.cell($0, peer)
    }
  }

  var text: String {
    var text = Self.preface
    for section in Self.sections {
      let peers = InteropPeer.allCases.map(\.rawValue)
      text += "\n## \(section.title)\n\n|  | \(peers.joined(separator: " | ")) |\n"
      text += "|\(String(repeating: "---|", count: peers.count + 1))\n"
      for row in section.rows {
        let columns = InteropPeer.allCases.map { cell(row, $0) ?? "not tried" }
        text += "| \(row) | \(columns.joined(separator: " | ")) |\n"
      }
    }
    return text
  }
}
