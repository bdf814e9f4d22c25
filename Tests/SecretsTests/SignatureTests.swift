import JOSE
import Testing

@testable import Secrets

@Suite("who sealed a file")
struct SignatureTests {
  private let reader: Reader
  private let signer: PrivateJWK
  private let clear = "a: 1\nb: 2 # c\n"
  private let file: SecretFile
  private let signed: SecretFile

  init() throws {
    reader = try Reader()
    signer = try PrivateJWK.generate(.ed25519)
    file = try SecretFile(clear, .yaml).sealed(for: reader)
    signed = try SecretFile(file.signed(by: signer, at: 1_700_000_000), format: .yaml)
  }

  private func state(_ file: SecretFile) throws -> SecretFile.SignatureState {
    let uri = try signer.publicKey.thumbprintURI()
    return try file.signature { $0 == uri ? signer.publicKey : nil }
  }

  @Test("a signed file says who and when, and opens as before", arguments: FileFormat.allCases)
  func each(format: FileFormat) throws {
    let texts: [FileFormat: String] = [
      .yaml: "a: 1\n", .json: "{\n  \"a\": 1\n}", .toml: "a = 1", .dotenv: "A=1\n",
      .ini: "[a]\r\nb = 1\r\n",
    ]
    let text = try #require(texts[format])
    let sealed = try SecretFile(text, format).sealed(for: reader)
    let signed = try SecretFile(sealed.signed(by: signer, at: 5), format: format)
    let issuer = try signer.publicKey.thumbprintURI()
    #expect(try state(signed) == .signed(SecretSignature(issuer: issuer, issuedAt: 5)))
    #expect(try string(signed.opened(with: [reader.opener]).decrypted.copy) == text)
    #expect(try state(sealed) == .unsigned)
  }

  @Test("a signer whose key is not known says nothing")
  func unknown() throws {
    let uri = try signer.publicKey.thumbprintURI()
    #expect(try signed.signature { _ in nil } == .unknownSigner(issuer: uri))
  }

  @Test("a signature does not hold over other values, other readers, or another key")
  func changed() throws {
    let text = string(signed.bytes)
    let other = try SecretFile(clear, .yaml).sealed(for: reader)
    let value = try #require(signed.sources["a"])
    let foreign = try #require(other.sources["a"])
    let replaced = try SecretFile(text.replacing(value, with: foreign), .yaml)
    #expect(refusal { _ = try state(replaced) } == .invalidSignature)

    let opened = try file.opened(with: [reader.opener])
    let more = try SecretFile(
      opened.rekeyed(for: [reader.recipient, Reader().recipient]).bytes, format: .yaml)
    let line = try #require(text.split(separator: "\n").last)
    #expect(line.hasPrefix("  signature: "))
    let attached = try SecretFile(string(more.bytes) + line + "\n", .yaml)
    #expect(refusal { _ = try state(attached) } == .invalidSignature)

    let stranger = try PrivateJWK.generate(.ed25519)
    #expect(refusal { _ = try signed.signature { _ in stranger.publicKey } } == .invalidSignature)
  }

  @Test("a signature that was made for something else")
  func otherPurpose() throws {
    let line = try #require(string(signed.bytes).split(separator: "\n").last)
    let payload = try JWS.verify(
      Array(line.dropFirst("  signature: ".count).utf8), with: [.publicKey(signer.publicKey)]
    ).payload
    let plain = try JWS.sign(payload, by: [JWS.Signer(signer)])
    let attacked = string(signed.bytes).replacing(line, with: "  signature: " + string(plain))
    #expect(refusal { _ = try state(SecretFile(attacked, .yaml)) } == .invalidSignature)
  }

  @Test("a change drops the signature; a comment does not, nor does signing twice add one")
  func kept() throws {
    let opened = try signed.opened(with: [reader.opener])
    let changed = try SecretFile(opened.setting(path("a"), to: [0x39]), format: .yaml)
    #expect(try state(changed) == .unsigned)
    let commented = try SecretFile(
      opened.edited(to: Array("a: 1\nb: 2 # d\n".utf8)), format: .yaml)
    #expect(try state(commented) == state(signed))
    let added = try SecretFile(
      string(signed.bytes).replacing("valise:", with: "n: 1\nvalise:"), .yaml)
    let whole = try SecretFile(added.sealingAdditions(with: [reader.opener]), format: .yaml)
    #expect(try state(whole) == .unsigned && whole.clearPaths.isEmpty)
    #expect(try signed.signed(by: signer, at: 1_700_000_000) == signed.bytes)
  }

  @Test("a check finds a signature that is missing, or is another's")
  func check() throws {
    func kinds(_ file: SecretFile, _ signer: PublicJWK?) -> [Finding.Kind] {
      Finding.all(in: file.bytes, format: .yaml, expecting: .init(signer: signer)).map(\.kind)
    }
    #expect(kinds(signed, signer.publicKey).isEmpty)
    #expect(kinds(signed, nil).isEmpty)
    #expect(kinds(file, nil).isEmpty)
    #expect(kinds(file, signer.publicKey) == [.missingSignature])
    #expect(kinds(signed, try PrivateJWK.generate(.ed25519).publicKey) == [.missingSignature])
  }
}
