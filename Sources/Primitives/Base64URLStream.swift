/// Base64url of a stream: bytes go in by pieces of any size.
package struct Base64URLEncoder: Sendable {
  private var carried: [UInt8] = []

  package init() {}

  /// Appends the text that is complete.
  package mutating func update(_ bytes: Span<UInt8>, into text: inout OutputSpan<UInt8>) {
    var rest = bytes
    if !carried.isEmpty {
      let missing = min(3 - carried.count, rest.count)
      for index in 0..<missing { carried.append(rest[index]) }
      rest = rest.extracting(droppingFirst: missing)
      guard carried.count == 3 else { return }
      Base64URL.encode(carried.span, into: &text)
      carried.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 3 * 3
    Base64URL.encode(rest.extracting(first: whole), into: &text)
    for index in whole..<rest.count { carried.append(rest[index]) }
  }

  /// Appends the rest of the text.
  package mutating func finish(into text: inout OutputSpan<UInt8>) {
    Base64URL.encode(carried.span, into: &text)
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
    _ text: Span<UInt8>, into bytes: inout OutputSpan<UInt8>
  ) throws(PrimitiveError) {
    var rest = text
    if !carried.isEmpty {
      let missing = min(4 - carried.count, rest.count)
      for index in 0..<missing { carried.append(rest[index]) }
      rest = rest.extracting(droppingFirst: missing)
      guard carried.count == 4 else { return }
      try Base64URL.decode(carried.span, into: &bytes)
      carried.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 4 * 4
    try Base64URL.decode(rest.extracting(first: whole), into: &bytes)
    for index in whole..<rest.count { carried.append(rest[index]) }
  }

  /// Appends the rest of the bytes.
  ///
  /// - Throws: ``PrimitiveError`` `invalidEncoding` when the text ends within a byte.
  package mutating func finish(into bytes: inout OutputSpan<UInt8>) throws(PrimitiveError) {
    try Base64URL.decode(carried.span, into: &bytes)
    carried.removeAll(keepingCapacity: true)
  }
}
