/// Base32 of RFC 4648 §6 in lower case and without padding: what every file system keeps apart,
/// also those that take `A` and `a` for one letter.
enum Base32 {
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

  /// The text of `bytes`, eight characters for five bytes.
  static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.underestimatedCount * 8 + 4) / 5)
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

  /// Hands the bytes of `text` to `take` one by one.
  ///
  /// - Returns: false when it is not what ``encode(_:)`` makes of any bytes.
  static func decode(_ text: some Sequence<UInt8>, _ take: (UInt8) -> Void) -> Bool {
    var buffer: UInt16 = 0
    var bitCount = 0
    for character in text {
      guard let value = value(of: character) else { return false }
      buffer = buffer << 5 | UInt16(value)
      bitCount += 5
      guard bitCount >= 8 else { continue }
      bitCount -= 8
      take(UInt8(truncatingIfNeeded: buffer >> UInt16(bitCount)))
      buffer &= (1 << UInt16(bitCount)) - 1
    }
    // What is left over is less than a character, and zero.
    return bitCount < 5 && buffer == 0
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a")
    case UInt8(ascii: "2")...UInt8(ascii: "7"): character - UInt8(ascii: "2") + 26
    default: nil
    }
  }

  /// Whether `text` has only characters of base32.
  static func isAlphabetic(_ text: some Sequence<UInt8>) -> Bool {
    text.allSatisfy { value(of: $0) != nil }
  }
}
