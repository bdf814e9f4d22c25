/// Base64url without padding (RFC 4648 §5, RFC 7515 §2), strict and canonical.
///
/// There is one text for each byte string: no padding, no white space, no other alphabet, and the
/// bits that a last character does not use are zero. Foundation's decoder accepts all of these.
package enum Base64URL {
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
  package static func encode(_ bytes: Span<UInt8>, appendingTo text: inout [UInt8]) {
    text.append(capacity: encodedByteCount(bytes.count)) { output in
      bytes.withAddress { unsafe encode($0, bytes.count, into: output) }
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
    _ text: Span<UInt8>, appendingTo bytes: inout [UInt8]
  ) throws(PrimitiveError) {
    guard let count = decodedByteCount(text.count) else { throw refusal }
    try bytes.append(capacity: count) { (output) throws(PrimitiveError) in
      let isCanonical = text.withAddress { unsafe decode($0, text.count, into: output) }
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
        text.withAddress { unsafe decode($0, text.count, into: output) }
      }
      guard isCanonical else { throw refusal }
    }
  }

  static let refusal = PrimitiveError(.invalidEncoding, "the text is not canonical base64url")

  private static let alphabet: InlineArray<64, UInt8> = {
    let text: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return InlineArray { unsafe text.utf8Start[$0] }
  }()

  /// The value of each character; 0xFF for those outside the alphabet.
  fileprivate static let values: InlineArray<256, UInt8> = {
    var values = InlineArray<256, UInt8>(repeating: 0xFF)
    for index in 0..<64 { values[Int(alphabet[index])] = UInt8(index) }
    return values
  }()

  private static func encode(
    _ input: UnsafePointer<UInt8>, _ count: Int, into output: UnsafeMutablePointer<UInt8>
  ) -> Int {
    let alphabet = alphabet
    var source = unsafe input
    var target = unsafe output
    for _ in 0..<(count / 3) {
      let bits = unsafe UInt32(source[0]) << 16 | UInt32(source[1]) << 8 | UInt32(source[2])
      unsafe target[0] = alphabet[unchecked: Int(bits >> 18)]
      unsafe target[1] = alphabet[unchecked: Int(bits >> 12 & 63)]
      unsafe target[2] = alphabet[unchecked: Int(bits >> 6 & 63)]
      unsafe target[3] = alphabet[unchecked: Int(bits & 63)]
      unsafe source += 3
      unsafe target += 4
    }
    switch count % 3 {
    case 1:
      let bits = unsafe UInt32(source[0]) << 4
      unsafe target[0] = alphabet[unchecked: Int(bits >> 6)]
      unsafe target[1] = alphabet[unchecked: Int(bits & 63)]
    case 2:
      let bits = unsafe UInt32(source[0]) << 10 | UInt32(source[1]) << 2
      unsafe target[0] = alphabet[unchecked: Int(bits >> 12)]
      unsafe target[1] = alphabet[unchecked: Int(bits >> 6 & 63)]
      unsafe target[2] = alphabet[unchecked: Int(bits & 63)]
    default: break
    }
    return encodedByteCount(count)
  }

  /// Whether all of the input was canonical.
  private static func decode(
    _ input: UnsafePointer<UInt8>, _ count: Int, into output: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    let values = values
    var source = unsafe input
    var target = unsafe output
    // Values of the alphabet are below 64, so one bit tells of any stranger among them.
    var seen: UInt8 = 0
    for _ in 0..<(count / 4) {
      let a = unsafe values[unchecked: Int(source[0])]
      let b = unsafe values[unchecked: Int(source[1])]
      let c = unsafe values[unchecked: Int(source[2])]
      let d = unsafe values[unchecked: Int(source[3])]
      seen |= a | b | c | d
      unsafe target[0] = a << 2 | b >> 4
      unsafe target[1] = b << 4 | c >> 2
      unsafe target[2] = c << 6 | d
      unsafe source += 4
      unsafe target += 3
    }
    var unused: UInt8 = 0
    let rest = count % 4
    if rest >= 2 {
      let a = unsafe values[unchecked: Int(source[0])]
      let b = unsafe values[unchecked: Int(source[1])]
      seen |= a | b
      unsafe target[0] = a << 2 | b >> 4
      unused = b & 0x0F
      if rest == 3 {
        let c = unsafe values[unchecked: Int(source[2])]
        seen |= c
        unsafe target[1] = b << 4 | c >> 2
        unused = c & 0x03
      }
    }
    return seen < 64 && unused == 0
  }
}

/// Base64url of a stream: bytes go in by pieces of any size.
package struct Base64URLEncoder: Sendable {
  private var carried: [UInt8] = []

  package init() {}

  /// Appends the text that is complete.
  package mutating func update(_ bytes: Span<UInt8>, appendingTo text: inout [UInt8]) {
    var rest = bytes
    if !carried.isEmpty {
      let missing = min(3 - carried.count, rest.count)
      for index in 0..<missing { carried.append(rest[index]) }
      rest = rest.extracting(droppingFirst: missing)
      guard carried.count == 3 else { return }
      Base64URL.encode(carried.span, appendingTo: &text)
      carried.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 3 * 3
    Base64URL.encode(rest.extracting(first: whole), appendingTo: &text)
    for index in whole..<rest.count { carried.append(rest[index]) }
  }

  /// Appends the rest of the text.
  package mutating func finish(appendingTo text: inout [UInt8]) {
    Base64URL.encode(carried.span, appendingTo: &text)
    carried.removeAll(keepingCapacity: true)
  }
}

/// The bytes of a stream of base64url: text goes in by pieces of any size.
package struct Base64URLDecoder: Sendable {
  private var carried: [UInt8] = []

  package init() {}

  /// Appends the bytes that are complete.
  ///
  /// - Throws: ``PrimitiveError`` `invalidEncoding` at the first stranger.
  package mutating func update(
    _ text: Span<UInt8>, appendingTo bytes: inout [UInt8]
  ) throws(PrimitiveError) {
    var rest = text
    if !carried.isEmpty {
      let missing = min(4 - carried.count, rest.count)
      for index in 0..<missing { carried.append(rest[index]) }
      rest = rest.extracting(droppingFirst: missing)
      guard carried.count == 4 else { return }
      try Base64URL.decode(carried.span, appendingTo: &bytes)
      carried.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 4 * 4
    try Base64URL.decode(rest.extracting(first: whole), appendingTo: &bytes)
    for index in whole..<rest.count { carried.append(rest[index]) }
  }

  /// Appends the rest of the bytes.
  ///
  /// - Throws: ``PrimitiveError`` `invalidEncoding` when the text ends within a byte.
  package mutating func finish(appendingTo bytes: inout [UInt8]) throws(PrimitiveError) {
    try Base64URL.decode(carried.span, appendingTo: &bytes)
    carried.removeAll(keepingCapacity: true)
  }
}

extension Base64URL {
  /// Whether `byte` is one of the 64 characters.
  package static func isInAlphabet(_ byte: UInt8) -> Bool { values[Int(byte)] != 0xFF }
}
