public import JOSE
internal import Primitives

/// What two people compare, over the telephone or on paper, to know that they hold the same keys.
///
/// It covers all of somebody's keys, whatever their order, and nothing that the keys say about
/// themselves. It is shown as words and as digits; each form alone is enough.
public struct Fingerprint: Sendable, Hashable {
  /// SHA-512 over a name that no other hash has, a zero byte and the sorted thumbprints.
  private let digest: [UInt8]

  /// The fingerprint of `keys`, in which a key that stands twice counts once.
  ///
  /// - Throws: ``ContactsError`` `unusableKey` when there is none, `internalFailure` when there is no
  ///   hash.
  public init(of keys: [PublicJWK]) throws(ContactsError) {
    guard !keys.isEmpty else { throw ContactsError(.unusableKey, "there is no key to compare") }
    do throws(JOSEError) {
      let thumbprints = try keys.map { (key) throws(JOSEError) in try key.thumbprint() }
      let sorted = Set(thumbprints).sorted { $0.lexicographicallyPrecedes($1) }
      let message = Array("valise fingerprint v1".utf8) + [0] + sorted.joined()
      digest = try Self.hash(message)
    } catch {
      throw ContactsError(.internalFailure, error.reason, underlying: error)
    }
  }

  private static func hash(_ message: [UInt8]) throws(JOSEError) -> [UInt8] {
    do { return try Hash.sha512.digest(message.span) } catch {
      throw JOSEError(.internalFailure, error.reason, underlying: error)
    }
  }

  /// Twelve words of the first 132 bits, in three groups of four that stand apart by two spaces.
  public var words: String {
    let words = (0..<12).map { index in
      // 11 bits lie within three bytes, wherever they begin.
      let (byte, bit) = (11 * index / 8, 11 * index % 8)
      let bits = digest[byte..<byte + 3].reduce(0) { $0 << 8 | Int($1) }
      return WordList.words[(bits >> (13 - bit)) % WordList.count]
    }
    return stride(from: 0, to: words.count, by: 4)
      .map { words[$0..<$0 + 4].joined(separator: " ") }.joined(separator: "  ")
  }

  /// Eight groups of five digits, apart by a space: bytes 17 to 56, five for each, modulo 100,000.
  public var digits: String {
    (0..<8).map { index in
      let start = 17 + 5 * index
      let number = digest[start..<start + 5].reduce(0) { $0 << 8 | Int($1) } % 100_000
      let text = String(number)
      return String(repeating: "0", count: 5 - text.utf8.count) + text
    }.joined(separator: " ")
  }
}

extension Fingerprint: CustomStringConvertible {
  /// The words and, on a line of their own, the digits.
  public var description: String { "\(words)\n\(digits)" }
}
