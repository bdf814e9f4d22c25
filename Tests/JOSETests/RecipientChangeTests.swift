import DurableFiles
import Foundation
import JOSE
import Primitives
import Testing

/// More readers for the ciphertext as it stands, or others for the same content.
@Suite struct RecipientChangeTests {
  typealias Made = HandMadeEnvelope

  let bob: PrivateJWK
  let carol: PrivateJWK
  let plaintext = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }

  init() throws {
    bob = try PrivateJWK.generate(.x25519)
    carol = try PrivateJWK.generate(.p384)
  }

  func sealed(
    for keys: [PrivateJWK]? = nil, _ change: (inout JWE.EncryptionOptions) -> Void = { _ in }
  ) throws -> [UInt8] {
    var options = JWE.EncryptionOptions()
    change(&options)
    let recipients = try (keys ?? [bob]).map { try JWE.Recipient($0.publicKey) }
    return try JWE.encrypt(plaintext, for: recipients, options: options)
  }

  func unlocked(
    _ text: [UInt8], as key: JWE.DecryptionKey? = nil
  ) throws -> JWE.UnlockedEnvelope {
    try JWE.Envelope(BytesInMemory(text)).unlock(with: [key ?? .privateKey(bob)])
  }

  private func adding(
    _ keys: [PrivateJWK], to text: [UInt8], as key: JWE.DecryptionKey? = nil
  ) throws -> [UInt8] {
    let gathered = BytesGathered()
    try unlocked(text, as: key).addRecipients(
      keys.map { try JWE.Recipient($0.publicKey) }, into: gathered)
    try gathered.commit()
    return try #require(gathered.committed)
  }

  func opens(_ text: [UInt8], as key: PrivateJWK) -> Bool {
    (try? JWE.decrypt(text, with: [.privateKey(key)]).plaintext) == plaintext
  }

  func member(_ name: String, of text: [UInt8]) throws -> String? {
    try SignedSample.members(text).first { $0.name == name }?.value
  }

  @Test("whoever is added reads the same, under the same ciphertext, as does who was there")
  func adding() throws {
    for count in [1, 2, 40] {
      let others = try (0..<count - 1).map { _ in try PrivateJWK.generate(.x25519) }
      let old = try sealed(for: [bob] + others) { $0.additionalData = [1, 2, 3] }
      let new = try adding([carol], to: old)
      #expect(!opens(old, as: carol))
      #expect(opens(new, as: carol))
      #expect(opens(new, as: bob))
      for name in ["protected", "aad", "commitment", "iv", "ciphertext", "tag"] {
        #expect(try member(name, of: new) == member(name, of: old), "\(name)")
      }
      let opened = try JWE.decrypt(new, with: [.privateKey(carol)])
      #expect(opened.consistency == .proven)
      #expect(opened.outcomes.count == count + 1)
      #expect(new.last == 0x0A && new.filter { $0 == 0x0A }.count == 1)
    }
  }

  @Test("a large ciphertext keeps its place within pages, so that the system copies whole ones")
  func alignment() throws {
    let content = [UInt8](repeating: 7, count: 1 << 20)
    func offset(_ text: [UInt8]) throws -> Int {
      let opening = Array("\"ciphertext\":\"".utf8)
      let start = try #require(
        text.indices.first { text[$0...].starts(with: opening) })
      return start + opening.count
    }
    var text = try JWE.encrypt(content, for: [JWE.Recipient(bob.publicKey)])
    let place = try offset(text) % 4096
    // From all distances, and without growing by a page each time.
    for _ in 0..<12 {
      text = try adding([carol], to: text)
      #expect(try offset(text) % 4096 == place)
    }
    #expect(try offset(text) < 2 * 4096)
    #expect(try JWE.decrypt(text, with: [.privateKey(carol)]).plaintext == content)
    #expect(try offset(adding([carol], to: sealed())) < 1_000)
  }

  @Test("many at once, and again, and hidden or under a shared key")
  func addingMany() throws {
    let more = try (0..<100).map { _ in try PrivateJWK.generate(.x25519) }
    let once = try adding(more, to: sealed())
    let twice = try adding([carol], to: once, as: .privateKey(more[99]))
    for key in [bob, carol, more[0], more[50]] { #expect(opens(twice, as: key)) }
    let shared = try SymmetricJWK(Made.wrappingKey)
    let gathered = BytesGathered()
    try unlocked(sealed()).addRecipients(
      [JWE.Recipient(carol.publicKey).hidden, JWE.Recipient(shared)], into: gathered)
    try gathered.commit()
    let text = try #require(gathered.committed)
    #expect(opens(text, as: carol))
    #expect(try JWE.decrypt(text, with: [.symmetric(shared)]).plaintext == plaintext)
  }

  @Test("an envelope of somebody else's comes to commit, once its content was seen to open")
  func foreign() throws {
    let old = try Made.with {
      $0.edit = {
        $0.append(("x-note", #""kept \u00e9""#))
        $0.append(("n", "[1, 2]"))
      }
    }
    let new = try adding([carol], to: old, as: Made.key)
    let opened = try JWE.decrypt(new, with: [.privateKey(carol)])
    #expect(opened.plaintext == Made.plaintext)
    #expect(opened.consistency == .proven)
    #expect(Made.opens(new))
    #expect(try member("x-note", of: new) == #""kept \u00e9""#)
    #expect(try member("n", of: new) == "[1, 2]")
    // The key is the one that opens, or nobody is given it.
    let damaged = try Made.with {
      $0.edit = { members in
        for index in members.indices where members[index].name == "tag" {
          members[index].value = "\"AAAAAAAAAAAAAAAAAAAAAA\""
        }
      }
    }
    #expect(failure { try adding([carol], to: damaged, as: Made.key) } == .decryptionFailed)
  }

  @Test("a damaged message stays damaged, and whoever opens it is told")
  func damaged() throws {
    var old = try sealed()
    let index = try #require(old.lastIndex(of: UInt8(ascii: "\"")))
    let tagStart = index - 10
    old[tagStart] = old[tagStart] == 0x41 ? 0x42 : 0x41
    let new = try adding([carol], to: old)
    #expect(refusal(new, with: [.privateKey(carol)]) == .decryptionFailed)
  }

  @Test("where what is authenticated speaks of the recipients, only encrypting anew will do")
  func reencryptionNeeded() throws {
    func code(_ text: [UInt8], as key: JWE.DecryptionKey? = nil) -> JOSEError.Code? {
      failure { try adding([carol], to: text, as: key) }
    }
    #expect(try code(sealed { $0.serialization = .compact }) == .reencryptionNeeded)
    #expect(try code(sealed { $0.placement = .allProtected }) == .reencryptionNeeded)
    #expect(try code(sealed { $0.placement = .encryptionProtected }) == .reencryptionNeeded)
    let signer = try JWS.Signer(PrivateJWK.generate(.ed25519))
    #expect(try code(sealed { $0.signer = signer }) == .reencryptionNeeded)
    #expect(try code(sealed()) == nil)
    let made = try Made.with {
      $0.protected = #"{"enc":"A256GCM","kid":"b"}"#
    }
    #expect(try code(made, as: Made.key) == .reencryptionNeeded)
    #expect(try code(Made().json(), as: Made.key) == nil)
  }

  @Test("who stands alone stays alone")
  func alone() throws {
    let shared = try SymmetricJWK(Made.contentKey)
    let direct = try JWE.Recipient(shared, algorithm: .direct)
    let agreed = try JWE.Recipient(bob.publicKey, algorithm: .ecdhES)
    let passphrase = SecretBytes("secret")
    let secret = try JWE.Recipient(passphrase: passphrase, iterations: 1000)
    for (recipient, key) in [
      (direct, JWE.DecryptionKey.symmetric(shared)), (agreed, .privateKey(bob)),
      (secret, .passphrase(passphrase)),
    ] {
      let text = try JWE.encrypt([1], for: [recipient])
      #expect(failure { try adding([carol], to: text, as: key) } == .refused)
      #expect(
        failure { try unlocked(sealed()).addRecipients([recipient], into: Shown()) } == .refused)
    }
    #expect(failure { try unlocked(sealed()).addRecipients([], into: Shown()) } == .refused)
  }

  @Test("no more recipients than a reader takes")
  func count() throws {
    var policy = JWE.DecryptionPolicy()
    policy.maximumRecipientCount = 3
    let text = try sealed()
    let unlocked = try JWE.Envelope(BytesInMemory(text), policy: policy)
      .unlock(with: [.privateKey(bob)])
    let recipient = try JWE.Recipient(carol.publicKey)
    try unlocked.addRecipients([recipient, recipient], into: Shown())
    let code = failure {
      try unlocked.addRecipients([recipient, recipient, recipient], into: Shown())
    }
    #expect(code == .refused)
  }

  @Test("from file to file, and from anything else to a file")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let old = folder.appending(path: "old").path
    try Data(sealed()).write(to: URL(filePath: old))
    let recipients = [try JWE.Recipient(carol.publicKey)]
    for (name, isFile) in [("a", true), ("b", false)] {
      let file = try InputFile(path: old)
      let access = try #require(FileAccess(file))
      let envelope =
        isFile
        ? try JWE.Envelope(access) : try JWE.Envelope(BytesInMemory(file.readAll(limit: 1 << 24)))
      let sink = try FileSink(StagedFile(path: folder.appending(path: name).path))
      try envelope.unlock(with: [.privateKey(bob)]).addRecipients(recipients, into: sink)
      try sink.commit()
      let new = try Data(contentsOf: folder.appending(path: name))
      #expect(opens(Array(new), as: carol))
    }
  }
}
