import Primitives
import Testing

/// Secrets neither print nor linger.
@Suite(.serialized) struct SecretBytesTests {
  private func secret(_ bytes: [UInt8]) -> SecretBytes { SecretBytes(copying: bytes.span) }
  private func bytes(_ secret: SecretBytes) -> [UInt8] {
    secret.withBytes { [UInt8](copying: $0) }
  }

  @Test("it holds what was put in, at any size", arguments: [0, 1, 63, 64, 65, 4096, 1 << 20])
  func holds(_ count: Int) {
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let made = secret(content)
    #expect(made.byteCount == count)
    #expect(bytes(made) == content)
    #expect(bytes(made.extracting((count / 2)..<count)) == Array(content[(count / 2)...]))
  }

  @Test("printing, dumping and reflecting tell the size alone")
  func printing() {
    let made = secret(Array("swordfish".utf8))
    struct Holder { let secret: SecretBytes }
    var dumped = ""
    dump(Holder(secret: made), to: &dumped)
    let texts = [
      "\(made)", String(reflecting: made), String(describing: Holder(secret: made)),
      String(reflecting: [made]), String(describing: Optional(made)), dumped,
    ]
    for text in texts {
      #expect(!text.contains("swordfish"))
      #expect(!text.contains("115, 119"))
      #expect(!text.lowercased().contains("pointer"), "\(text)")
    }
    #expect("\(made)" == "SecretBytes(9 bytes)")
    #expect(Mirror(reflecting: made).children.isEmpty)
  }

  @Test("secrets are equal when their bytes are")
  func equality() {
    let content = [UInt8](repeating: 5, count: 40)
    #expect(secret(content) == secret(content))
    #expect(secret([]) == secret([]))
    #expect(secret(content) != secret(content + [0]))
    #expect(secret([]) != secret([0]))
    for index in content.indices {
      var other = content
      other[index] ^= 1
      #expect(secret(content) != secret(other))
    }
    // The hash is that of the size: no digest of a secret is made.
    #expect(secret([1]).hashValue == secret([2]).hashValue)
  }

  @Test(
    "an initializer that throws leaves no secret, and the next one starts from zero",
    arguments: [
      8, 64, 100,
    ])
  func throwing(_ count: Int) throws {
    struct Stop: Error {}
    for _ in 0..<200 {
      #expect(throws: Stop.self) {
        try SecretBytes(byteCount: count) { (span) throws(Stop) in
          for index in 0..<span.count { span[index] = 0xAA }
          throw Stop()
        }
      }
      let next = SecretBytes(byteCount: count) { _ in }
      #expect(bytes(next) == [UInt8](repeating: 0, count: count))
    }
  }

  @Test("memory that comes back from the pool is wiped", arguments: [1, 32, 64, 65, 300])
  func reuse(_ count: Int) {
    for _ in 0..<300 {
      do {
        let first = secret([UInt8](repeating: 0xAA, count: count))
        #expect(first.byteCount == count)
      }
      let second = SecretBytes(byteCount: 64) { _ in }
      #expect(bytes(second) == [UInt8](repeating: 0, count: 64))
    }
  }

  @Test("ten thousand secrets at once are apart from each other")
  func many() {
    let secrets = (0..<10_000).map { secret([UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)]) }
    for (index, made) in secrets.enumerated() {
      let expected = [UInt8(truncatingIfNeeded: index), UInt8(index >> 8)]
      #expect(bytes(made) == expected)
    }
  }

  @Test("secrets are taken and given from many threads")
  func threads() async {
    await withTaskGroup(of: Bool.self) { group in
      for byte in 1...8 as ClosedRange<UInt8> {
        group.addTask {
          (0..<500).allSatisfy { _ in
            let content = [UInt8](repeating: byte, count: 48)
            let made = SecretBytes(copying: content.span)
            return made.withBytes { [UInt8](copying: $0) } == content
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test("an array that is taken over is empty afterwards")
  func wiping() {
    var array: [UInt8] = [1, 2, 3]
    let made = SecretBytes(wiping: &array)
    #expect(array.isEmpty)
    #expect(bytes(made) == [1, 2, 3])
    var none: [UInt8] = []
    #expect(SecretBytes(wiping: &none).byteCount == 0)
  }

  @Test("random bytes differ, at sizes beyond one call of the system")
  func random() throws {
    for count in [0, 1, 255, 256, 257, 1000] {
      let made = try RandomSource.system.bytes(count)
      #expect(made.count == count)
      // A call that was left out would leave a stretch of zeros at the end.
      if count >= 255 { #expect(made.suffix(16) != [UInt8](repeating: 0, count: 16)[...]) }
    }
    #expect(try RandomSource.system.secret(32) != RandomSource.system.secret(32))
  }

  @Test("a random source that fails makes no bytes and no secret")
  func failingRandom() {
    let source = RandomSource { (_: inout MutableSpan<UInt8>) throws(PrimitiveError) in
      throw PrimitiveError(.randomUnavailable, "none")
    }
    #expect(throws: PrimitiveError(.randomUnavailable, "none")) { try source.bytes(12) }
    #expect(throws: PrimitiveError(.randomUnavailable, "none")) { try source.secret(32) }
    for curve in MontgomeryCurve.allCases {
      #expect(throws: PrimitiveError.self) {
        try MontgomeryPrivateKey.generate(curve, random: source)
      }
    }
    for curve in EdwardsCurve.allCases {
      #expect(throws: PrimitiveError.self) {
        try EdwardsPrivateKey.generate(curve, random: source)
      }
    }
  }
}
