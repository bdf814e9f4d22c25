internal import CBase64URL

/// Base64url without padding (RFC 4648 §5, RFC 7515 §2), strict and canonical.
///
/// There is one text for each byte string: no padding, no white space, no other alphabet, and the
/// bits that a last character does not use are zero. Foundation's decoder accepts all of these.
package enum Base64URL {
  /// Which code does the work; all do the same, and the scalar one is the reference.
  package enum Level: CaseIterable, Sendable {
    /// One character after the other.
    case scalar
    /// 16 characters at once, with SSSE3 or NEON.
    case vector16
    /// 32 characters at once, with AVX2.
    case vector32

    /// The best that this processor has.
    package static let best =
      allCases.last { $0.value.rawValue <= valise_base64url_best_level().rawValue } ?? .scalar

    /// Those that this processor has.
    package static var available: [Level] {
      allCases.filter { $0.value.rawValue <= best.value.rawValue }
    }

    fileprivate var value: valise_base64url_level {
      switch self {
      case .scalar: VALISE_BASE64URL_SCALAR
      case .vector16: VALISE_BASE64URL_VECTOR16
      case .vector32: VALISE_BASE64URL_VECTOR32
      }
    }
  }

  /// The length of the text for `byteCount` bytes.
  package static func encodedByteCount(_ byteCount: Int) -> Int {
    byteCount / 3 * 4 + [0, 2, 3][byteCount % 3]
  }

  /// The number of bytes that a text of `characterCount` stands for; nil for lengths that none has.
  package static func decodedByteCount(_ characterCount: Int) -> Int? {
    let rest = characterCount % 4
    return rest == 1 ? nil : characterCount / 4 * 3 + [0, 0, 1, 2][rest]
  }

  /// The text for `bytes`.
  package static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(encodedByteCount(bytes.count))
    encode(bytes, appendingTo: &text)
    return text
  }

  /// Appends the text for `bytes`.
  package static func encode(
    _ bytes: Span<UInt8>, appendingTo text: inout [UInt8], level: Level = .best
  ) {
    guard !bytes.isEmpty else { return }
    text.append(addingCapacity: encodedByteCount(bytes.count)) { output in
      encode(bytes, into: &output, level: level)
    }
  }

  /// Appends the text for `bytes`, for which there must be room.
  static func encode(
    _ bytes: Span<UInt8>, into text: inout OutputSpan<UInt8>, level: Level = .best
  ) {
    let count = encodedByteCount(bytes.count)
    text.append(capacity: count) { output in
      bytes.withAddress { unsafe valise_base64url_encode($0, bytes.count, output, level.value) }
      return count
    }
  }

  /// The bytes that `text` stands for.
  ///
  /// - Throws: ``PrimitiveError`` `invalidEncoding` unless `text` is canonical.
  package static func decode(_ text: Span<UInt8>) throws(PrimitiveError) -> [UInt8] {
    var bytes: [UInt8] = []
    try decode(text, appendingTo: &bytes)
    return bytes
  }

  /// Appends the bytes that `text` stands for; after an error some of them may have been appended.
  ///
  /// - Throws: ``PrimitiveError`` `invalidEncoding` unless `text` is canonical.
  package static func decode(
    _ text: Span<UInt8>, appendingTo bytes: inout [UInt8], level: Level = .best
  ) throws(PrimitiveError) {
    guard let count = decodedByteCount(text.count) else { throw refusal }
    guard count > 0 else { return }
    try bytes.append(addingCapacity: count) { (output) throws(PrimitiveError) in
      try decode(text, into: &output, level: level)
    }
  }

  /// Appends the bytes that `text` stands for, for which there must be room.
  static func decode(
    _ text: Span<UInt8>, into bytes: inout OutputSpan<UInt8>, level: Level = .best
  ) throws(PrimitiveError) {
    guard let count = decodedByteCount(text.count) else { throw refusal }
    try bytes.append(capacity: count) { (output) throws(PrimitiveError) in
      let isCanonical = text.withAddress {
        unsafe valise_base64url_decode($0, text.count, output, level.value)
      }
      guard isCanonical else { throw refusal }
      return count
    }
  }

  /// The secret that `text` stands for, which never lies in other memory than its own.
  ///
  /// - Throws: ``PrimitiveError`` `invalidEncoding` unless `text` is canonical.
  package static func decodeSecret(_ text: Span<UInt8>) throws(PrimitiveError) -> SecretBytes {
    guard let count = decodedByteCount(text.count) else { throw refusal }
    return try SecretBytes(byteCount: count) { (output) throws(PrimitiveError) in
      let isCanonical = output.withMutableAddress { output in
        text.withAddress {
          unsafe valise_base64url_decode($0, text.count, output, Level.best.value)
        }
      }
      guard isCanonical else { throw refusal }
    }
  }

  static let refusal = PrimitiveError(.invalidEncoding, "the text is not canonical base64url")

  /// How many characters of the alphabet `text` begins with.
  package static func leadingCount(in text: Span<UInt8>, level: Level = .best) -> Int {
    text.withAddress { unsafe valise_base64url_leading($0, text.count, level.value) }
  }
}
