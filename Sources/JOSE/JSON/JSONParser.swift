/// Reads JSON as RFC 8259 writes it and not a byte otherwise.
///
/// Refused are a byte order mark, what is not UTF-8, members of one name (also when escapes hide
/// it), trailing commas and data, lone surrogates, and whatever passes the limits. Readers that
/// differ on one of these can be shown two different texts in one.
struct JSONParser {
  private let limits: JSONLimits
  private var nodes: [JSONNode] = []
  private var offset = 0

  init(_ limits: JSONLimits) { self.limits = limits }

  mutating func parse(_ bytes: Span<UInt8>) throws(JOSEError) -> [JSONNode] {
    guard bytes.count <= limits.byteCount else {
      throw JOSEError(.limitExceeded, "the JSON text is over \(limits.byteCount) bytes")
    }
    do { _ = try UTF8Span(validating: bytes) } catch {
      throw JOSEError(.malformed, "the JSON text is not UTF-8", underlying: error)
    }
    skipSpace(bytes)
    try parseValue(bytes, depth: 0)
    skipSpace(bytes)
    guard offset == bytes.count else { throw refusal("data after the JSON text") }
    return nodes
  }

  private func refusal(_ what: String) -> JOSEError {
    JOSEError(.malformed, "invalid JSON at byte \(offset): \(what)")
  }

  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while offset < bytes.count,
      bytes[offset] == 0x20 || bytes[offset] == 0x0A || bytes[offset] == 0x0D
        || bytes[offset] == 0x09
    { offset += 1 }
  }

  private mutating func consume(_ byte: Unicode.Scalar, _ bytes: Span<UInt8>) -> Bool {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: byte) else { return false }
    offset += 1
    return true
  }

  private mutating func parseValue(_ bytes: Span<UInt8>, depth: Int) throws(JOSEError) {
    guard offset < bytes.count else { throw refusal("the text ends early") }
    guard nodes.count < limits.nodeCount else {
      throw JOSEError(.limitExceeded, "the JSON text has over \(limits.nodeCount) values")
    }
    switch bytes[offset] {
    case UInt8(ascii: "{"): try parseObject(bytes, depth: depth)
    case UInt8(ascii: "["): try parseArray(bytes, depth: depth)
    case UInt8(ascii: "\""): try parseString(bytes)
    case UInt8(ascii: "t"): try parseWord("true", .bool, bytes)
    case UInt8(ascii: "f"): try parseWord("false", .bool, bytes)
    case UInt8(ascii: "n"): try parseWord("null", .null, bytes)
    default: try parseNumber(bytes)
    }
  }

  /// Opens a container and returns its node's index.
  private mutating func open(_ kind: JSONNode.Kind, depth: Int) throws(JOSEError) -> Int {
    guard depth < limits.depth else {
      throw JOSEError(.limitExceeded, "the JSON text is nested deeper than \(limits.depth)")
    }
    nodes.append(JSONNode(kind: kind, start: UInt32(offset), end: 0, next: 0))
    offset += 1
    return nodes.count - 1
  }

  private mutating func close(_ index: Int) {
    nodes[index].end = UInt32(offset)
    nodes[index].next = UInt32(nodes.count)
  }

  private mutating func parseObject(_ bytes: Span<UInt8>, depth: Int) throws(JOSEError) {
    let index = try open(.object, depth: depth)
    var names: [Int] = []
    skipSpace(bytes)
    if !consume("}", bytes) {
      repeat {
        skipSpace(bytes)
        names.append(nodes.count)
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
          throw refusal("a member name is missing")
        }
        try parseString(bytes)
        skipSpace(bytes)
        guard consume(":", bytes) else { throw refusal("a colon is missing") }
        skipSpace(bytes)
        try parseValue(bytes, depth: depth + 1)
        skipSpace(bytes)
      } while consume(",", bytes)
      guard consume("}", bytes) else { throw refusal("an object is not closed") }
    }
    close(index)
    try refuseDuplicates(names, bytes)
  }

  private mutating func parseArray(_ bytes: Span<UInt8>, depth: Int) throws(JOSEError) {
    let index = try open(.array, depth: depth)
    skipSpace(bytes)
    if !consume("]", bytes) {
      repeat {
        skipSpace(bytes)
        try parseValue(bytes, depth: depth + 1)
        skipSpace(bytes)
      } while consume(",", bytes)
      guard consume("]", bytes) else { throw refusal("an array is not closed") }
    }
    close(index)
  }

  private mutating func parseWord(
    _ word: StaticString, _ kind: JSONNode.Kind, _ bytes: Span<UInt8>
  ) throws(JOSEError) {
    let start = offset
    for byte in "\(word)".utf8 {
      guard offset < bytes.count, bytes[offset] == byte else { throw refusal("unknown word") }
      offset += 1
    }
    append(kind, start, offset)
  }

  private mutating func append(_ kind: JSONNode.Kind, _ start: Int, _ end: Int) {
    nodes.append(
      JSONNode(
        kind: kind, start: UInt32(start), end: UInt32(end), next: UInt32(nodes.count + 1)))
  }

  private mutating func parseString(_ bytes: Span<UInt8>) throws(JOSEError) {
    offset += 1
    let start = offset
    var kind = JSONNode.Kind.string
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        guard offset - start <= limits.stringByteCount else {
          throw JOSEError(
            .limitExceeded, "a string of the JSON text is over \(limits.stringByteCount) bytes")
        }
        append(kind, start, offset)
        offset += 1
        return
      }
      guard byte >= 0x20 else { throw refusal("a control character in a string") }
      if byte == UInt8(ascii: "\\") {
        kind = .escapedString
        guard let length = JSONEscapes.length(bytes, at: offset) else {
          throw refusal("a bad escape in a string")
        }
        offset += length
      } else {
        offset += 1
      }
    }
    throw refusal("a string is not closed")
  }

  private mutating func parseNumber(_ bytes: Span<UInt8>) throws(JOSEError) {
    let start = offset
    _ = consume("-", bytes)
    if !consume("0", bytes) {
      guard consumeDigits(bytes) else { throw refusal("no value") }
    }
    if consume(".", bytes) {
      guard consumeDigits(bytes) else { throw refusal("a fraction without digits") }
    }
    if consume("e", bytes) || consume("E", bytes) {
      _ = consume("+", bytes) || consume("-", bytes)
      guard consumeDigits(bytes) else { throw refusal("an exponent without digits") }
    }
    append(.number, start, offset)
  }

  private mutating func consumeDigits(_ bytes: Span<UInt8>) -> Bool {
    let start = offset
    while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) { offset += 1 }
    return offset > start
  }

  /// CVE-grade ambiguity: of two members of one name, one reader takes the first, another the last.
  private func refuseDuplicates(_ names: [Int], _ bytes: Span<UInt8>) throws(JOSEError) {
    guard names.count > 1 else { return }
    var seen = Set<[UInt8]>(minimumCapacity: names.count)
    for name in names {
      let node = nodes[name]
      let raw = bytes.extracting(Int(node.start)..<Int(node.end))
      let resolved = node.kind == .string ? Array(copying: raw) : JSONEscapes.resolve(raw)
      guard seen.insert(resolved).inserted else {
        throw JOSEError(
          .malformed,
          "invalid JSON: two members are called \(String(decoding: resolved, as: UTF8.self))")
      }
    }
  }
}

/// Escapes within JSON strings (RFC 8259 §7).
enum JSONEscapes {
  /// The length of the escape at `offset`, a surrogate pair counting as one; nil if it is none.
  static func length(_ bytes: Span<UInt8>, at offset: Int) -> Int? {
    guard offset + 1 < bytes.count else { return nil }
    guard bytes[offset + 1] == UInt8(ascii: "u") else {
      return simple(bytes[offset + 1]) == nil ? nil : 2
    }
    guard let unit = unit(bytes, at: offset) else { return nil }
    guard UTF16.isLeadSurrogate(unit) || UTF16.isTrailSurrogate(unit) else { return 6 }
    guard UTF16.isLeadSurrogate(unit), let trail = self.unit(bytes, at: offset + 6),
      UTF16.isTrailSurrogate(trail)
    else { return nil }
    return 12
  }

  /// The bytes of a string that was found well formed.
  static func resolve(_ bytes: Span<UInt8>) -> [UInt8] {
    var resolved: [UInt8] = []
    resolved.reserveCapacity(bytes.count)
    var offset = 0
    while offset < bytes.count {
      guard bytes[offset] == UInt8(ascii: "\\"), let length = length(bytes, at: offset) else {
        resolved.append(bytes[offset])
        offset += 1
        continue
      }
      if length == 2 {
        resolved.append(simple(bytes[offset + 1]) ?? 0)
      } else {
        let units = stride(from: offset, to: offset + length, by: 6).map {
          unit(bytes, at: $0) ?? 0
        }
        resolved.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
      }
      offset += length
    }
    return resolved
  }

  private static func simple(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  private static func unit(_ bytes: Span<UInt8>, at offset: Int) -> UInt16? {
    guard offset + 5 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
      bytes[offset + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt16 = 0
    for index in (offset + 2)...(offset + 5) {
      let digit: UInt8
      switch bytes[index] {
      case 0x30...0x39: digit = bytes[index] - 0x30
      case 0x41...0x46: digit = bytes[index] - 0x41 + 10
      case 0x61...0x66: digit = bytes[index] - 0x61 + 10
      default: return nil
      }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }
}
