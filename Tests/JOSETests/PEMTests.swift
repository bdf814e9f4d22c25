import JOSE
import Primitives
import Testing

/// PEM texts, certificates and their dates.
@Suite struct PEMTests {
  private func keys(_ texts: String...) throws -> [JWK] {
    try JWKSet(pem: SecretBytes(texts.joined(separator: "\n"))).keys
  }

  private func reason(_ texts: String...) -> String? {
    do {
      _ = try JWKSet(pem: SecretBytes(texts.joined(separator: "\n")))
      return nil
    } catch { return error.reason }
  }

  @Test("a certificate's key ends when the certificate does; a bare key does not end")
  func expiry() throws {
    let certified = try #require(keys(PEMText.certificate).first)
    #expect(certified.metadata.expiresAt == 3_789_777_906)
    let bare = try #require(keys(PEMText.publicKey).first)
    #expect(bare.metadata.expiresAt == nil)
    #expect(try bare.publicKey?.thumbprint() == certified.publicKey?.thumbprint())
  }

  @Test("a certificate that has ended, or not begun, is refused with the day")
  func validity() {
    #expect(reason(PEMText.expired) == "the certificate has expired on 2002-02-03")
    #expect(reason(PEMText.future) == "the certificate is not valid before 2090-12-31")
    #expect(reason(PEMText.certificate) == nil)
  }

  @Test("all keys of a text are read, and of a pair the private one")
  func several() throws {
    let two = try keys("for people", OpenSSHText.p256PEM, "", OpenSSHText.rsaPEM, "end")
    #expect(two.map { $0.publicKey?.kind } == ["P-256", "RSA-2048"])
    // A key and its certificate in one file, as servers keep them.
    let pair = try keys(PEMText.certificate, PEMText.privateKey)
    #expect(pair.count == 1)
    guard case .privateKey = pair[0] else {
      Issue.record("not the private key")
      return
    }
  }

  @Test("of several certificates none is guessed to be the owner's")
  func chain() {
    let expected = "a certificate stands beside others or beside keys; leave the one that is meant"
    #expect(reason(PEMText.certificate, PEMText.certificate) == expected)
    #expect(reason(PEMText.publicKey, PEMText.certificate) == expected)
  }

  @Test("private keys under a passphrase or in OpenSSH's own form are refused by name")
  func unreadable() {
    let encrypted = "the PEM key is under a passphrase; `openssl pkey` takes it off"
    #expect(reason(PEMText.encrypted) == encrypted)
    #expect(reason(PEMText.encryptedSEC1) == encrypted)
    #expect(reason(PEMText.publicKey, PEMText.encrypted) == encrypted)
    #expect(reason("an ENCRYPTED remark", PEMText.privateKey) == nil)
    #expect(reason(PEMText.openSSH)?.hasPrefix("private keys of OpenSSH are not read") == true)
  }

  @Test("a text without a block, or with a block that does not end as it began, is refused")
  func structure() {
    #expect(reason("hello") == "there is no PEM block")
    #expect(reason(" " + PEMText.publicKey) == "there is no PEM block")
    let unended = "a PEM block does not end as it began"
    #expect(reason(String(PEMText.publicKey.dropLast(1))) == unended)
    #expect(reason(PEMText.publicKey.replacing("END PUBLIC", with: "END PRIVATE")) == unended)
    #expect(reason("-----BEGIN PUBLIC KEY-----", PEMText.publicKey) == unended)
    #expect(
      reason(PEMText.publicKey.replacing("PUBLIC KEY", with: "X509 CRL"))
        == "no PEM block is a key or a certificate")
    #expect(reason(PEMText.publicKey.replacing("\n", with: "\r\n")) == nil)
    #expect(
      reason(PEMText.publicKey.replacing("MFkw", with: "MFkx"))
        == "the PEM block holds no usable key")
    let large = String(repeating: "\n", count: 1 << 20)
    #expect(failure { try keys(large, PEMText.publicKey) } == .limitExceeded)
  }
}
