internal import Primitives

/// What a file of a post is called: base32 of the SHA-256 of its bytes, 52 characters.
///
/// Held as the 256 bits that it stands for: a box may have a million names.
struct ContentHash: Hashable, Sendable {
  static let characterCount = 52

  private let words: SIMD4<UInt64>

  /// The characters.
  var text: String {
    Base32.encode(
      (0..<32).lazy.map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(56 - $0 % 8 * 8)) })
  }

  /// The first bits, by which hashes are in an order that nobody chose.
  var rank: UInt64 { words.x }

  /// The hash of `bytes`.
  init(of bytes: [UInt8]) throws(PostError) {
    do throws(PrimitiveError) {
      self.init(digest: try Hash.sha256.digest(bytes.span))
    } catch { throw PostError(.internalFailure, error.reason, underlying: error) }
  }

  /// Takes 32 bytes.
  init(digest: [UInt8]) {
    var words = SIMD4<UInt64>()
    for (index, byte) in digest.prefix(32).enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    self.words = words
  }

  /// Reads a hash as it stands in a name; nil when it is none.
  init?(parsing text: some StringProtocol) {
    guard text.utf8.count == Self.characterCount else { return nil }
    var words = SIMD4<UInt64>()
    var index = 0
    let isHash = Base32.decode(text.utf8) { byte in
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
      index += 1
    }
    guard isHash else { return nil }
    self.words = words
  }

  /// Reads the hash that a file's name begins with, whatever carriers appended; nil when there is
  /// none.
  init?(beginning name: String) {
    self.init(parsing: Substring(name.utf8.prefix(Self.characterCount)))
  }
}
