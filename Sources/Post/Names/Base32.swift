/// Base32 of RFC 4648 §6 in lower case and without padding: what every file system keeps apart,
/// also those that take `A` and `a` for one letter.
enum Base32 {
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

  /// The text of `bytes`, eight characters for five bytes.
  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 8 + 4) / 5)
    var buffer: UInt16 = 0
    var bitCount = 0
    for byte in bytes {
      buffer = buffer << 8 | UInt16(byte)
      bitCount += 8
      while bitCount >= 5 {
        bitCount -= 5
        text.append(alphabet[Int(buffer >> UInt16(bitCount) & 31)])
      }
      buffer &= (1 << UInt16(bitCount)) - 1
    }
    if bitCount > 0 { text.append(alphabet[Int(buffer << UInt16(5 - bitCount) & 31)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether `text` has only characters of base32.
  static func isAlphabetic(_ text: some Sequence<UInt8>) -> Bool {
    text.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        || (UInt8(ascii: "2")...UInt8(ascii: "7")).contains($0)
    }
  }
}
