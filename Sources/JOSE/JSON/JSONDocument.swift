package import Primitives

/// A JSON text and where its values lie in it (RFC 8259, read strictly).
///
/// The values are views into the text, so that ten thousand recipients cost no string each, and
/// what is secret in a private key stays in the memory that the text came in.
package final class JSONDocument: Sendable {
  package enum Storage: Sendable {
    case plain([UInt8])
    case secret(SecretBytes)
  }

  let storage: Storage
  let nodes: [JSONNode]

  /// Parses `text`, which must be one value with nothing after it.
  ///
  /// - Throws: ``JOSEError`` `malformed` or `limitExceeded`.
  package convenience init(
    parsing text: [UInt8], limits: JSONLimits = JSONLimits()
  ) throws(JOSEError) {
    try self.init(.plain(text), limits)
  }

  /// Parses a text that holds secrets.
  ///
  /// - Throws: ``JOSEError`` `malformed` or `limitExceeded`.
  package convenience init(
    parsing text: SecretBytes, limits: JSONLimits = JSONLimits()
  ) throws(JOSEError) {
    try self.init(.secret(text), limits)
  }

  private init(_ storage: Storage, _ limits: JSONLimits) throws(JOSEError) {
    self.storage = storage
    nodes = try Self.withBytes(of: storage) { (bytes) throws(JOSEError) in
      var parser = JSONParser(limits)
      return try parser.parse(bytes)
    }
  }

  /// The outermost value.
  package var root: JSONValue { JSONValue(document: self, index: 0) }

  func withBytes<Result, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    try Self.withBytes(of: storage, body)
  }

  private static func withBytes<Result, E: Error>(
    of storage: Storage, _ body: (Span<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    switch storage {
    case .plain(let bytes): try body(bytes.span)
    case .secret(let secret): try secret.withBytes(body)
    }
  }
}

/// How much a text may hold.
package struct JSONLimits: Sendable {
  /// Nested arrays and objects.
  package var depth = 16
  /// The text in bytes.
  package var byteCount = 32 << 20
  /// One string in bytes, as written.
  package var stringByteCount = 4 << 20
  /// Containers and values, each of which costs memory beside its text.
  ///
  /// Ten thousand recipients have some 200,000.
  package var nodeCount = 1 << 20

  package init() {}

  package init(byteCount: Int) { self.byteCount = byteCount }
}

/// A value's place in its document.
struct JSONNode: Sendable {
  enum Kind: UInt8 { case object, array, string, escapedString, number, bool, null }

  let kind: Kind
  /// The value's bytes; a string's without its quotes.
  var start, end: UInt32
  /// The index of the node after this value and all within it.
  var next: UInt32
}

/// A view of one value of a document.
package struct JSONValue: Sendable {
  let document: JSONDocument
  let index: Int

  private var node: JSONNode { document.nodes[index] }

  package var isObject: Bool { node.kind == .object }
  package var isArray: Bool { node.kind == .array }
  package var isNumber: Bool { node.kind == .number }
  package var isString: Bool { node.kind == .string || node.kind == .escapedString }

  /// The value as it was written.
  package var source: [UInt8] { document.withBytes { Array(copying: $0.extracting(range)) } }

  /// The value to be written again as it was written.
  package var text: JSONText {
    .verbatim(isString ? [0x22] + source + [0x22] : source)
  }

  /// The value as it was written, in protected memory.
  package var secretSource: SecretBytes {
    document.withBytes { SecretBytes(copying: $0.extracting(range)) }
  }
  /// The size of the value as it was written, a string's without its quotes.
  var byteCount: Int { range.count }

  /// Where the value stands in the text, a string with its quotes.
  package var writtenRange: Range<Int> {
    isString ? range.lowerBound - 1..<range.upperBound + 1 : range
  }

  private var range: Range<Int> { Int(node.start)..<Int(node.end) }
  /// Where the value begins in the text.
  var startOffset: Int { Int(node.start) }

  /// A string's bytes in UTF-8 with escapes resolved; nil for other values.
  package var utf8: [UInt8]? {
    switch node.kind {
    case .string: source
    case .escapedString: document.withBytes { JSONEscapes.resolve($0.extracting(range)) }
    default: nil
    }
  }

  /// A string; nil for other values.
  package var string: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

  /// A number that was written as an integer, without fraction and exponent, and fits; else nil.
  ///
  /// `JSONDecoder` reads `1.0` as 1; what was written is what counts.
  package var integer: Int? {
    guard node.kind == .number else { return nil }
    return Int(String(decoding: source, as: UTF8.self))
  }

  /// A truth value; nil for other values.
  package var bool: Bool? { node.kind == .bool ? node.end - node.start == 4 : nil }

  /// The values of an array; empty for other values.
  package var elements: [JSONValue] { isArray ? children : [] }

  /// The members of an object in their order; empty for other values.
  package var members: [(name: JSONValue, value: JSONValue)] {
    guard isObject else { return [] }
    let children = children
    return stride(from: 0, to: children.count, by: 2).map { (children[$0], children[$0 + 1]) }
  }

  /// The member called `name`, compared byte by byte: Swift's `==` would also find the name in
  /// another normal form.
  package subscript(_ name: String) -> JSONValue? {
    guard isObject else { return nil }
    var child = index + 1
    while child < Int(node.next) {
      let value = JSONValue(document: document, index: Int(document.nodes[child].next))
      if JSONValue(document: document, index: child).isString(name) { return value }
      child = Int(document.nodes[value.index].next)
    }
    return nil
  }

  /// Whether it is the string `text`, byte by byte.
  package func isString(_ text: String) -> Bool {
    guard node.kind == .string else { return utf8?.elementsEqual(text.utf8) ?? false }
    guard text.utf8.count == range.count else { return false }
    return document.withBytes { bytes in
      zip(range, text.utf8).allSatisfy { bytes[$0] == $1 }
    }
  }

  /// The bytes that a string stands for in base64url.
  ///
  /// - Throws: ``JOSEError`` `malformed`, naming `member`, unless it is canonical.
  package func base64URL(_ member: String) throws(JOSEError) -> [UInt8] {
    guard isString else { throw JOSEError(.malformed, "\(member) is not a string") }
    do {
      if node.kind == .escapedString {
        let resolved = utf8 ?? []
        return try Base64URL.decode(resolved.span)
      }
      return try document.withBytes { (bytes) throws(PrimitiveError) in
        try Base64URL.decode(bytes.extracting(range))
      }
    } catch { throw JOSEError(.malformed, "\(member) is not base64url", underlying: error) }
  }

  /// The secret that a string stands for in base64url, never in other memory.
  ///
  /// - Throws: ``JOSEError`` `malformed`, naming `member`, unless it is canonical and without
  ///   escapes.
  package func secretBase64URL(_ member: String) throws(JOSEError) -> SecretBytes {
    guard node.kind == .string else { throw JOSEError(.malformed, "\(member) is not a string") }
    do {
      return try document.withBytes { (bytes) throws(PrimitiveError) in
        try Base64URL.decodeSecret(bytes.extracting(range))
      }
    } catch { throw JOSEError(.malformed, "\(member) is not base64url", underlying: error) }
  }

  private var children: [JSONValue] {
    var children: [JSONValue] = []
    var child = index + 1
    while child < Int(node.next) {
      children.append(JSONValue(document: document, index: child))
      child = Int(document.nodes[child].next)
    }
    return children
  }
}
