import JOSE
import Testing

@testable import Secrets

@Suite("files as people have them")
struct CorpusTests {
  @Test("there are at least 150 of them")
  func count() {
    #expect(CorpusFile.all.count >= 150)
    #expect(CorpusFile.variants.count >= 750)
  }

  @Test("sealed and opened, each is byte for byte as it was", arguments: CorpusFile.variants)
  func roundTrip(file: CorpusFile) throws {
    let reader = try Reader()
    let sealed = try SecretFile(file.bytes, format: file.format).sealed(for: reader)
    #expect(sealed.clearPaths.isEmpty)
    let opened = try sealed.opened(with: [reader.opener])
    #expect(opened.decrypted.copy == file.bytes)
  }

  @Test("sealing twice changes nothing", arguments: CorpusFile.all)
  func twice(file: CorpusFile) throws {
    let reader = try Reader()
    let sealed = try SecretFile(file.bytes, format: file.format).sealed(for: reader)
    #expect(try sealed.sealingAdditions(with: [reader.opener]) == sealed.bytes)
    #expect(try sealed.opened(with: [reader.opener]).edited(to: file.bytes) == sealed.bytes)
  }

  @Test("one value changed: its line and the digest's change", arguments: CorpusFile.all)
  func oneValue(file: CorpusFile) throws {
    let reader = try Reader()
    let clear = try SecretFile(file.bytes, format: file.format)
    let sealed = try clear.sealed(for: reader)
    let opened = try sealed.opened(with: [reader.opener])
    let token = try #require(clear.document.tokens.last)
    let changed = try opened.setting(token.path, to: Array("changed".utf8))
    let before = sealed.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let after = changed.split(separator: 0x0A, omittingEmptySubsequences: false)
    try #require(before.count == after.count)
    let lines = zip(before, after).count { $0 != $1 }
    // In JSON without line breaks the last value and the block share one.
    #expect(lines == (clear.document.insertion.isCompact ? 1 : 2))
    let again = try SecretFile(changed, format: file.format).opened(with: [reader.opener])
    #expect(string(try again.text(at: token.path).copy) == "changed")
  }
}
