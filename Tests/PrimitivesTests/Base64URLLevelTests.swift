import Primitives
import Testing

/// The vector code is held against the scalar one, which is simple enough to be believed.
@Suite struct Base64URLLevelTests {
  private static let vectors = Base64URL.Level.available.filter { $0 != .scalar }

  private static func encode(_ bytes: [UInt8], _ level: Base64URL.Level) -> [UInt8] {
    var text: [UInt8] = []
    Base64URL.encode(bytes.span, appendingTo: &text, level: level)
    return text
  }

  private static func decode(_ text: [UInt8], _ level: Base64URL.Level) -> [UInt8]? {
    var bytes: [UInt8] = []
    do { try Base64URL.decode(text.span, appendingTo: &bytes, level: level) } catch { return nil }
    return bytes
  }

  @Test("each level encodes and decodes every length around its blocks as the scalar one does")
  func lengths() {
    var generator = SystemRandomNumberGenerator()
    for count in 0..<300 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let text = Self.encode(bytes, .scalar)
      for level in Self.vectors {
        #expect(Self.encode(bytes, level) == text)
        #expect(Self.decode(text, level) == bytes)
      }
    }
  }

  @Test("every byte at every position of two blocks is taken or refused as the scalar code does")
  func everyByteEverywhere() {
    // Two blocks of the widest vector and a rest for the scalar end.
    let text = Self.encode((0..<81).map { UInt8(truncatingIfNeeded: $0 &* 73) }, .scalar)
    for position in text.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = text
        changed[position] = byte
        let expected = Self.decode(changed, .scalar)
        for level in Self.vectors where Self.decode(changed, level) != expected {
          Issue.record("\(level) differs for byte \(byte) at \(position)")
        }
      }
    }
  }

  @Test("each level counts the characters up to a stranger of any kind as the scalar one does")
  func leading() {
    let text = Self.encode([UInt8](repeating: 0x5A, count: 99), .scalar)
    for position in text.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = text
        changed[position] = byte
        let expected = Base64URL.leadingCount(in: changed.span, level: .scalar)
        for level in Self.vectors
        where Base64URL.leadingCount(in: changed.span, level: level) != expected {
          Issue.record("\(level) differs for byte \(byte) at \(position)")
        }
      }
    }
  }

  @Test("all texts of two characters, and all last characters of three, decode alike")
  func endings() {
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max {
        let expected = Self.decode([first, second], .scalar)
        for level in Self.vectors where Self.decode([first, second], level) != expected {
          Issue.record("\(level) differs for \(first), \(second)")
        }
      }
    }
  }

  @Test("the alphabet is RFC 4648's, in its order")
  func alphabet() {
    let bytes: [UInt8] = (0..<16).flatMap { group -> [UInt8] in
      let (a, b, c, d) = (group * 4, group * 4 + 1, group * 4 + 2, group * 4 + 3)
      let bits = a << 18 | b << 12 | c << 6 | d
      return [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
    }
    for level in Base64URL.Level.available {
      #expect(
        String(decoding: Self.encode(bytes, level), as: UTF8.self)
          == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    }
  }
}
