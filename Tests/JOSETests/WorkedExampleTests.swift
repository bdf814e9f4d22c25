import Foundation
import JOSE
import Primitives
import Testing
import Vectors

/// The examples of the format page, each as it stands there and as it comes out here.
@Suite struct WorkedExampleTests {
  private typealias Examples = WorkedExamples

  private func expect(
    _ values: [(name: String, text: String)], in title: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let page = try FormatPage()
    for value in values {
      #expect(
        page.value(value.name, in: title) == value.text,
        "\(title) should have:\n\(FormatPage.description(values))", sourceLocation: sourceLocation)
    }
  }

  private func line(_ envelope: [UInt8]) -> String { text(envelope.dropLast()) }

  private func opened(
    _ envelope: [UInt8], _ key: String = WorkedExamples.bobText
  ) throws -> JWE.Decrypted {
    try JWE.decrypt(envelope, with: [.privateKey(Examples.privateKey(key))])
  }

  @Test("the keys of the examples")
  func keys() throws {
    try expect(
      [
        ("signer", Examples.signerText), ("bob", Examples.bobText), ("alice", Examples.aliceText),
        ("vault", Examples.sharedText),
      ], in: "The keys of the examples")
  }

  @Test("an envelope for two, and the same with a reader more and its ciphertext as it stood")
  func forTwo() throws {
    let envelope = try Examples.forTwo()
    try expect([("envelope", line(envelope))], in: "For two")
    for key in [Examples.bobText, Examples.aliceText] {
      #expect(try opened(envelope, key).plaintext == Examples.plaintext)
    }
    let added = try Examples.withReaderAdded()
    try expect([("envelope", line(added))], in: "A reader added")
    let shared = try JWE.decrypt(added, with: [.symmetric(Examples.shared())])
    #expect(shared.plaintext == Examples.plaintext && shared.consistency == .proven)
    for key in [Examples.bobText, Examples.aliceText] {
      #expect(try opened(added, key).plaintext == Examples.plaintext)
    }
    let (old, new) = try (JSONDocument(parsing: envelope).root, JSONDocument(parsing: added).root)
    for name in ["protected", "commitment", "iv", "ciphertext", "tag"] {
      #expect(old[name]?.utf8 != nil && old[name]?.utf8 == new[name]?.utf8, "\(name)")
    }
  }

  @Test("an envelope for a hidden reader") func hidden() throws {
    let envelope = try Examples.hidden()
    try expect([("envelope", line(envelope))], in: "A hidden reader")
    #expect(!text(envelope).contains("kid"))
    #expect(try opened(envelope).plaintext == Examples.plaintext)
  }

  @Test("an envelope under a passphrase") func passphrase() throws {
    let envelope = try Examples.underPassphrase()
    try expect(
      [("passphrase", Examples.passphrase), ("envelope", line(envelope))],
      in: "Under a passphrase")
    let passphrase = SecretBytes(Examples.passphrase)
    #expect(
      try JWE.decrypt(envelope, with: [.passphrase(passphrase)]).plaintext == Examples.plaintext)
  }

  @Test("a signed envelope with data beside it, whose digest covers both")
  func withData() throws {
    let envelope = try Examples.withData()
    let root = try JSONDocument(parsing: envelope).root
    let members = [root["protected"]?.string, root["aad"]?.string].compactMap { $0 }
    let bound = Array(members.joined(separator: ".").utf8)
    let digest = try Hash.sha512.digest(bound.span)
    try expect(
      [
        ("data", text(Examples.additionalData)), ("aad_sha512", base64URL(digest)),
        ("envelope", line(envelope)),
      ], in: "Signed, with data beside it")
    #expect(try opened(envelope).additionalData == Examples.additionalData)
    let contentKey = Examples.contentKey
    let key = try SignedSample.derived(
      SecretBytes(copying: contentKey.span), "valise signature v1")
    let token = try JWE.decrypt(
      root["signature"]?.utf8 ?? [],
      with: [.symmetric(SymmetricJWK(SecretBytes(copying: key.span)))]
    ).plaintext
    let claims = try bytes(base64URL: text(Array(token.split(separator: UInt8(ascii: "."))[1])))
    #expect(text(claims).contains(#""aad_sha512":"\#(base64URL(digest))""#))
  }

  @Test("the compact form, and a token in it") func compact() throws {
    let envelope = try Examples.compact()
    try expect([("envelope", text(envelope))], in: "The compact form")
    #expect(try opened(envelope).plaintext == Examples.plaintext)

    let token = try Examples.token()
    try expect(
      [("claims", text(try Examples.claims())), ("token", text(token))], in: "A token")
    let issuer = try Examples.privateKey(Examples.signerText).publicKey
    var policy = JWT.ValidationPolicy(types: [Examples.tokenType]) { _ in [issuer] }
    policy.now = Examples.time
    policy.requiredClaims = ["iat", "exp", "jti"]
    let opened = try JWT.open(
      token, with: [.privateKey(Examples.privateKey(Examples.bobText))], policy: policy)
    #expect(opened.claims.value("order")?.string == "hold")
  }
}
