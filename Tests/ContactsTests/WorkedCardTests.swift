import JOSE
import Primitives
import Testing
import Vectors

@testable import Contacts

/// The card of docs/reference/format.md.
@Suite struct WorkedCardTests {
  private static let time = 1_700_000_000

  private func key(
    _ name: String, _ page: FormatPage, _ use: KeyMetadata.Use, _ algorithm: String
  ) throws -> PrivateJWK {
    let text = try #require(page.value(name, in: "The keys of the examples"))
    guard case .privateKey(var key) = try JWK(parsing: Array(text.utf8)) else {
      throw ContactsError(.unusableKey, "the example's key is not private")
    }
    key.metadata.keyID = try key.publicKey.thumbprintText()
    key.metadata.use = use
    key.metadata.algorithm = algorithm
    key.metadata.issuedAt = Self.time
    return key
  }

  @Test("the worked card of the format page comes out byte for byte, and holds")
  func card() throws {
    let page = try FormatPage()
    let signer = try key("signer", page, .signature, "EdDSA")
    let keys = try [key("alice", page, .encryption, "ECDH-ES+A256KW").publicKey, signer.publicKey]
    let card = try Card(name: "alice", serial: 1, keys: keys, signer: signer, at: Self.time)
    // What is signed is all but the signature, without a space.
    let signature = try #require(JSONDocument(parsing: card.serialized).root["signature"]?.utf8)
    let payload = Array(signature.split(separator: UInt8(ascii: "."))[1])
    let signed = try Base64URL.decode(payload.span)
    let compact =
      signed.dropLast() + Array(",\"signature\":\"".utf8) + signature + Array("\"}".utf8)
    let values = [(name: "card", text: String(decoding: compact, as: UTF8.self))]
    #expect(
      page.value("card", in: "A card") == values[0].text,
      "A card should have:\n\(FormatPage.description(values))")
    #expect(try Card(parsing: compact).isSame(as: card))
  }
}
