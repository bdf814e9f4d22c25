import JOSE
import Primitives
import Testing

/// Attacks by way of `zip`.
@Suite struct AttacksOnCompressionTests {
  typealias Made = HandMadeEnvelope

  /// 100,000 zero bytes in DEFLATE: 114 bytes, 877 to 1.
  static let bomb = "7cExAQAAAMKg9U9tDQ-g" + String(repeating: "A", count: 128) + "gFcD"

  @Test("a zip bomb is refused, and where compression is allowed it is capped")
  func bomb() throws {
    let text = Array(Self.bomb.utf8)
    let compressed = try Base64URL.decode(text.span)
    let made = try Made.with {
      $0.protected = #"{"enc":"A256GCM","zip":"DEF"}"#
      $0.plaintext = compressed
    }
    #expect(refusal(made) == .refused)
    var policy = JWE.DecryptionPolicy()
    for limit in [0, 1, 65_536, 99_999] as [UInt64] {
      policy.compression = .allowed(maximumByteCount: limit)
      #expect(refusal(made, policy: policy) == .limitExceeded)
    }
    policy.compression = .allowed(maximumByteCount: 100_000)
    #expect(try Made.open(made, policy: policy) == [UInt8](repeating: 0, count: 100_000))
    let envelope = try JWE.Envelope(BytesInMemory(made), policy: policy)
    let shown = Shown()
    try envelope.unlock(with: [Made.key]).verify().emit(into: shown)
    #expect(shown.bytes.count == 100_000)
  }

  @Test("a compression that is unknown, cut short, or followed by more is refused")
  func badCompression() throws {
    let text = Array(Self.bomb.utf8)
    let compressed = try Base64URL.decode(text.span)
    var policy = JWE.DecryptionPolicy()
    policy.compression = .allowed(maximumByteCount: 1 << 20)
    for plaintext in [[], Array(compressed.dropLast(3)), compressed + [0], [0xFF, 0xFF, 0xFF]] {
      let made = try Made.with {
        $0.protected = #"{"enc":"A256GCM","zip":"DEF"}"#
        $0.plaintext = plaintext
      }
      #expect(refusal(made, policy: policy) == .malformed)
    }
    for zip in ["\"def\"", "\"GZ\"", "null", "1", "[\"DEF\"]", "\"\""] {
      let made = try Made.with { $0.protected = #"{"enc":"A256GCM","zip":\#(zip)}"# }
      #expect(refusal(made, policy: policy) == .unsupported)
    }
    #expect(
      refusal(try Made.with { $0.unprotected = #"{"zip":"DEF"}"# }, policy: policy)
        == .malformed)
  }

  @Test("what was not verified is never inflated: its failure is that of a bad tag")
  func compressionOracle() throws {
    // Stored blocks of DEFLATE: several pieces of the stream, no compression.
    var stored: [UInt8] = []
    for index in 0..<10 {
      stored += [index == 9 ? 1 : 0, 0xFF, 0xFF, 0, 0] + [UInt8](repeating: 7, count: 65_535)
    }
    let plaintext = stored
    let made = try Made.with {
      $0.protected = #"{"enc":"A256GCM","zip":"DEF"}"#
      $0.plaintext = plaintext
    }
    var policy = JWE.DecryptionPolicy()
    policy.compression = .allowed(maximumByteCount: 1 << 20)
    #expect(try Made.open(made, policy: policy).count == 655_350)
    // The first byte of the ciphertext is the first block's header.
    let text = String(decoding: made, as: UTF8.self)
    let start = try #require(text.firstRange(of: "\"ciphertext\":\""))
    var bent = made
    let offset = text.utf8.distance(from: text.startIndex, to: start.upperBound)
    for character in "ABCDEFGHabcdefgh" {
      bent[offset] = character.asciiValue ?? 0
      if bent == made { continue }
      #expect(refusal(bent, policy: policy) == .decryptionFailed)
    }
    policy.compression = .allowed(maximumByteCount: 10)
    bent[offset] = made[offset]
    bent[offset + 800_000] ^= 3
    #expect(refusal(bent, policy: policy) != .limitExceeded)
  }
}
