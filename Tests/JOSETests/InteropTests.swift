import Foundation
import JOSE
import Testing

/// Other implementations open what Valise seals, and Valise what they seal.
///
/// One at a time, for they share the page that they write.
@Suite(.serialized) struct InteropTests {
  @Test("jwcrypto", .enabled(if: InteropPeer.jwcrypto.version != nil, "pip install jwcrypto"))
  func jwcrypto() throws { try exchange(.jwcrypto) }

  @Test("joserfc", .enabled(if: InteropPeer.joserfc.version != nil, "pip install joserfc"))
  func joserfc() throws { try exchange(.joserfc) }

  @Test("panva/jose", .enabled(if: InteropPeer.panva.version != nil, "apt install node-jose"))
  func panva() throws { try exchange(.panva) }

  @Test("latchset/jose", .enabled(if: InteropPeer.latchset.version != nil, "apt install jose"))
  func latchset() throws { try exchange(.latchset) }

  @Test("the page is as the tests write it") func page() {
    let (page, text) = InteropPage.committed()
    #expect(page.text == text, "write it with VALISE_UPDATE_DOCS=1")
  }

  private func exchange(_ peer: InteropPeer) throws {
    print("\(peer.rawValue): VALISE_TEST_SEED=\(InteropShuffle.seed)")
    var exchange = try InteropExchange(peer)
    try exchange.messages()
    try exchange.defaultIterations()
    try exchange.signedMessages()
    try exchange.changedMessages()
    try exchange.signatures()

    let (committed, _) = InteropPage.committed()
    var found = committed
    found.fill(exchange.tally)
    if ProcessInfo.processInfo.environment["VALISE_UPDATE_DOCS"] == "1" {
      let folder = InteropPage.file.deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      return try Data(found.text.utf8).write(to: InteropPage.file)
    }
    for row in found.differences(from: committed, on: peer) {
      Issue.record(
        """
        docs/reference/interoperability.md, \(row), \(peer.rawValue): \
        \(committed.cell(row, peer) ?? "nothing") was \(found.cell(row, peer) ?? "nothing"); \
        write it with VALISE_UPDATE_DOCS=1
        """)
    }
  }
}
