import Primitives
import Testing

/// A hash that is fed in pieces.
@Suite struct HashContextTests {
  @Test("the pieces' digest is that of the whole, wherever it is cut", arguments: Hash.allCases)
  func pieces(_ hash: Hash) throws {
    let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    let whole = try hash.digest(message.span)
    for cut in [0, 1, 127, 128, 999, 1000] {
      let context = try HashContext(hash)
      try context.update(message.span.extracting(first: cut))
      try context.update(message.span.extracting(droppingFirst: cut))
      #expect(try context.finish() == whole)
    }
  }

  @Test("nothing at all has the digest that FIPS 180-4 gives it")
  func empty() throws {
    let digest = try HashContext(.sha512).finish()
    #expect(digest.count == 64)
    #expect(digest.prefix(4) == [0xCF, 0x83, 0xE1, 0x35])
  }
}
