import Foundation
import JOSE
import Primitives
import Synchronization
import Testing

@testable import Secrets

@Suite("the worked example of docs/reference/secrets.md")
struct WorkedExampleTests {
  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

  /// The fenced blocks of the page, by the line before them.
  private static func blocks() throws -> [String: String] {
    let page = try String(
      contentsOf: root.appending(path: "docs/reference/secrets.md"), encoding: .utf8)
    let parts = page.components(separatedBy: "```\n")
    var blocks: [String: String] = [:]
    for index in stride(from: 1, to: parts.count, by: 2) {
      let heading = parts[index - 1].split(separator: "\n").last ?? ""
      blocks[String(heading)] = parts[index]
    }
    return blocks
  }

  /// Bytes 00, 01, 02 and so on, through all requests.
  private static func counting() -> RandomSource {
    let next = Mutex<UInt8>(0)
    return RandomSource { (span: inout MutableSpan<UInt8>) throws(PrimitiveError) in
      for index in span.indices {
        span[index] = next.withLock { value in
          defer { value &+= 1 }
          return value
        }
      }
    }
  }

  private static func key() throws -> SymmetricJWK {
    let k = SecretBytes(copying: [UInt8](0x40...0x5F).span)
    return try SymmetricJWK(k, KeyMetadata(keyID: "team"))
  }

  @Test("the sealed file is what the page shows, to the byte")
  func bytes() throws {
    let blocks = try Self.blocks()
    let clear = try #require(blocks["In clear:"])
    let sealed = try SecretFile(clear, .yaml).encrypted(
      for: [JWE.Recipient(Self.key())], selection: .all, random: Self.counting())
    #expect(string(sealed) == blocks["Sealed:"])
  }

  @Test("the page's sealed file opens, and its digest is as the page shows")
  func opens() throws {
    let blocks = try Self.blocks()
    let file = try SecretFile(try #require(blocks["Sealed:"]), .yaml)
    let opened = try file.opened(with: [.symmetric(Self.key())])
    #expect(string(opened.decrypted.copy) == blocks["In clear:"])
    let seal = try #require(CompactSeal(opened.block.digest))
    let digest = try #require(try seal.open(under: opened.key.digestKey()))
    #expect(string(digest.copy) + "\n" == blocks["The digest's plaintext:"])
  }
}
