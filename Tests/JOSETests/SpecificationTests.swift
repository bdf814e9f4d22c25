import Foundation
import JOSE
import Testing
import Vectors

/// A reader of sixty lines, written from docs/reference/format.md alone, comes to the same as ours.
@Suite(
  .serialized,
  .enabled(if: InteropPeer.jwcrypto.version != nil, "pip install jwcrypto"))
struct SpecificationTests {
  /// What the checker prints; nil when it refuses.
  private func check(
    _ sample: SignedSample, as reader: PrivateJWK? = nil, knowing signer: PublicJWK? = nil,
    at time: Int = SignedSample.time
  ) throws -> String? {
    let key = (reader ?? sample.bob).serialized(.exposingPrivateKey).copy
    return try check(
      [sample.text, key, (signer ?? sample.alice.publicKey).serialized], at: time)
  }

  /// Likewise, of the texts of an envelope, its reader's key and a signer's.
  private func check(_ texts: [[UInt8]], at time: Int) throws -> String? {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = try texts.enumerated().map { index, text in
      let file = folder.appending(path: "\(index)")
      try Data(text).write(to: file)
      return file.path
    }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-B", "check_envelope.py", "\(time)"] + files
    process.currentDirectoryURL = InteropPeer.root.appending(path: "Tests/Interop")
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0
      ? String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) : nil
  }

  private func name(_ sample: SignedSample) throws -> String {
    "signed by \(try sample.alice.publicKey.thumbprintURI())"
  }

  @Test(
    "it believes what is signed, under each cipher and by each kind of key",
    arguments: [
      (PrivateJWK.Kind.ed25519, ContentEncryptionAlgorithm.a256GCM), (.p256, .a128GCM),
      (.p384, .a192CBCHS384), (.p521, .a256CBCHS512),
    ])
  func signed(_ kind: PrivateJWK.Kind, _ encryption: ContentEncryptionAlgorithm) throws {
    let sample = try SignedSample(alice: .generate(kind), encryption) {
      $0.additionalData = Array("beside it".utf8)
    }
    for reader in [sample.bob, sample.carol] {
      #expect(try check(sample, as: reader) == name(sample))
    }
    let other = try PrivateJWK.generate(.ed25519).publicKey
    #expect(try check(sample, knowing: other) == "signed by an unknown key")
  }

  @Test("it comes to what the page says of the page's own examples")
  func worked() throws {
    let page = try FormatPage()
    func found(_ title: String, _ reader: String, in section: String? = nil) throws -> String? {
      let keys = section ?? "The keys of the examples"
      let texts = try [
        #require(page.value("envelope", in: title)), #require(page.value(reader, in: keys)),
        #require(page.value("signer", in: keys)),
      ]
      return try check(texts.map { Array($0.utf8) }, at: WorkedSignature.time)
    }
    let signer = try WorkedSignature().signer().publicKey.thumbprintURI()
    let title = "A worked signature"
    #expect(try found(title, "recipient", in: title) == "signed by \(signer)")
    #expect(try found("Signed, with data beside it", "bob") == "signed by \(signer)")
    #expect(try found("Signed, with data beside it", "alice") == nil)
    for reader in ["bob", "alice"] { #expect(try found("For two", reader) == "unsigned") }
    #expect(try found("A hidden reader", "bob") == "unsigned")
  }

  @Test("it refuses what we refuse, and nothing else")
  func tampered() throws {
    let sample = try SignedSample()
    let eve = try PrivateJWK.generate(.x25519)
    let mallory = try JWS.Signer(PrivateJWK.generate(.ed25519))
    let other = try SignedSample(alice: sample.alice)
    let bare = base64URL(Array(#"{"enc":"A256GCM"}"#.utf8))
    let retyped = base64URL(Array(#"{"enc":"A256GCM","typ":"signed","cty":"x"}"#.utf8))
    let changes: [(String, (inout SignedSample) throws -> Void)] = [
      ("none", { _ in }), ("stripped", { $0["signature"] = nil }),
      ("uncommitted", { $0["commitment"] = nil }),
      ("another's commitment", { $0["commitment"] = other["commitment"] }),
      ("another's signature", { $0["signature"] = other["signature"] }),
      ("another's token", { try $0.wrap(other.token()) }),
      ("the same again", { try $0.sign() }),
      ("untyped", { try $0.reseal(under: bare) }),
      ("another header", { try $0.reseal(under: retyped) }),
      ("other content", { try $0.reseal([1]) }),
      ("other data", { try $0.reseal(beside: "AAAA") }),
      ("other signer", { try $0.sign(by: mallory) }),
      ("other audience", { try $0.sign { $0["aud"] = ["urn:x"] } }),
      ("another type", { try $0.sign(type: "JWT") }),
      ("the future", { try $0.sign { $0["iat"] = SignedSample.time + 301 } }),
      ("a little ahead", { try $0.sign { $0["iat"] = SignedSample.time + 300 } }),
      ("a missing digest", { try $0.sign { $0["aad_sha512"] = nil } }),
      ("another digest", { try $0.sign { $0["plaintext_sha512"] = "AAAA" } }),
    ]
    for (what, change) in changes {
      var changed = sample
      try change(&changed)
      let found = try check(changed)
      #expect((found == nil) == (changed.refused() != nil), "\(what)")
      #expect(try found == nil || found == name(sample), "\(what)")
    }
    var forwarded = sample
    try forwarded.add(eve.publicKey)
    #expect(try check(forwarded, as: eve) == nil)
    #expect(forwarded.refused(as: eve) == .verificationFailed)
    var unsigned = sample
    unsigned["protected"] = bare
    unsigned["signature"] = nil
    try unsigned.reseal()
    #expect(try check(unsigned) == "unsigned")
  }
}
