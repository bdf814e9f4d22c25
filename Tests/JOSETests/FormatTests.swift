import Foundation
import JOSE
import Primitives
import Testing
import Vectors

/// The format page is a specification, so what it states in numbers is checked here.
@Suite struct FormatTests {
  /// What stands behind `name =` on the page.
  private func value(of name: String) throws -> String {
    let text = try FormatPage().text
    let line = try #require(text.split(separator: "\n").first { $0.contains("  \(name) ") })
    let parts = line.split(separator: "=", maxSplits: 1)
    return try String(#require(parts.last)).trimmingCharacters(in: .whitespaces)
  }

  @Test("the worked key of the format page opens what its passphrase and salt seal")
  func argon2id() throws {
    var options = JWE.EncryptionOptions()
    let salt = try bytes(base64URL: value(of: "s"))
    options.random = .scripted([salt, [UInt8](repeating: 9, count: 12)])
    let passphrase = SecretBytes(try value(of: "passphrase"))
    let sealed = try JWE.encrypt(
      Array("hello".utf8), for: [JWE.Recipient(passphrase: passphrase, argon2id: .standard)],
      options: options)
    #expect(try value(of: "m, t, p") == "65536, 3, 1")
    let contentKey = try bytes(base64URL: value(of: "CEK (A256GCM)"))
    let key = try SymmetricJWK(SecretBytes(copying: contentKey.span))
    #expect(try JWE.decrypt(sealed, with: [.symmetric(key)]).plaintext == Array("hello".utf8))
  }

  @Test("the worked commitment of the format page is what an envelope under that key carries")
  func commitment() throws {
    let text = try FormatPage().text
    let line = try #require(
      text.split(separator: "\n").first { $0.contains("commitment  = ") })
    let expected = try #require(line.split(separator: " ").last)
    let key = try SymmetricJWK(SecretBytes(copying: Array(UInt8(0)...31).span))
    let sealed = try JWE.encrypt([], for: [JWE.Recipient(key, algorithm: .direct)])
    let envelope = try #require(
      JSONSerialization.jsonObject(with: Data(sealed)) as? [String: Any])
    #expect(envelope["commitment"] as? String == String(expected))
  }

  @Test("an envelope is one line, its members in the order of the format page")
  func order() throws {
    let keys = try [PrivateJWK.Kind.p256, .x25519].map { try PrivateJWK.generate($0) }
    let sealed = try JWE.encrypt(
      Array("hello".utf8), for: keys.map { try JWE.Recipient($0.publicKey) })
    let text = String(decoding: sealed, as: UTF8.self)
    #expect(text.hasSuffix("\"}\n") && text.filter(\.isNewline).count == 1)
    let order = ["protected", "recipients", "commitment", "iv", "ciphertext", "tag"]
    let positions = order.map { text.range(of: "\"\($0)\":")?.lowerBound }
    #expect(positions.allSatisfy { $0 != nil })
    #expect(positions.compactMap { $0 } == positions.compactMap { $0 }.sorted())
  }

  @Test("the worked signature of the format page comes out byte for byte, and opens")
  func signature() throws {
    let example = WorkedSignature()
    let sealed = try example.sealed()
    let text = try FormatPage().text
    let expected = try example.description(sealed)
    #expect(text.contains(expected), "it should say:\n\(expected)")

    let signer = try example.signer().publicKey
    var policy = JWE.DecryptionPolicy()
    policy.signature = JWE.SignaturePolicy { _ in signer }
    let opened = try JWE.decrypt(
      sealed, with: [.privateKey(example.recipient())], policy: policy)
    #expect(opened.plaintext == WorkedSignature.plaintext)
    guard case .signed(let signature) = opened.authorship else { return #expect(Bool(false)) }
    #expect(signature.issuedAt == WorkedSignature.time)
  }
}
