internal import CYAML
internal import CSodium

/// What libyaml finds in a YAML text, piece by piece, and where.
///
/// Events and no tree: an alias is told as an alias, so that a text cannot grow by naming itself,
/// and the caller decides how deep it goes.
@safe
package final class YAMLReader {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  /// Reads `text`, which must be UTF-8 without a byte order mark.
  ///
  /// - Throws: ``PrimitiveError`` `internalFailure` when there is no memory.
  package init(_ text: Span<UInt8>) throws(PrimitiveError) {
    // libyaml keeps the address of its input.
    unsafe input = .allocate(capacity: text.count)
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    for index in text.indices { unsafe input.initializeElement(at: index, to: text[index]) }
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      throw PrimitiveError(.internalFailure, "no memory to read YAML")
    }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    // The text may hold secrets; what libyaml copied of it is out of reach.
    if let address = unsafe input.baseAddress { unsafe sodium_memzero(address, input.count) }
    unsafe input.deallocate()
  }

  /// The next event; after ``YAMLEvent/Kind/streamEnd`` there is none.
  ///
  /// - Throws: ``PrimitiveError`` `malformedText`, naming the line.
  package func next() throws(PrimitiveError) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else {
      let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
      let line = unsafe parser.pointee.problem_mark.line + 1
      throw PrimitiveError(.malformedText, "line \(line): \(problem ?? "not YAML")")
    }
    defer { unsafe yaml_event_delete(&event) }
    return unsafe YAMLEvent(event)
  }
}

/// A piece of a YAML text.
package struct YAMLEvent: Sendable {
  /// What it is.
  package enum Kind: Sendable, Hashable {
    case streamStart, streamEnd
    case documentStart(isExplicit: Bool)
    case documentEnd(isExplicit: Bool)
    case alias
    case scalar(ScalarStyle)
    case sequenceStart, sequenceEnd
    case mappingStart(isBlock: Bool)
    case mappingEnd
  }

  /// How a scalar is written.
  package enum ScalarStyle: Sendable, Hashable { case plain, singleQuoted, doubleQuoted, block }

  package let kind: Kind
  /// Where it begins and ends, in Unicode scalars from the start of the text.
  package let range: Range<Int>
  /// A scalar's text; empty for others.
  package let value: [UInt8]
  /// The name that aliases call the node by, or that an alias calls; nil for none.
  package let anchor: [UInt8]?
  /// The node's tag as it is resolved; nil for none.
  package let tag: [UInt8]?
  package var hasAnchor: Bool { anchor != nil }
  package var hasTag: Bool { tag != nil }

  @unsafe fileprivate init(_ event: yaml_event_t) {
    let (start, end) = unsafe (event.start_mark.index, event.end_mark.index)
    range = start..<max(start, end)
    var value: [UInt8] = []
    var anchor: UnsafeMutablePointer<yaml_char_t>?
    var tag: UnsafeMutablePointer<yaml_char_t>?
    switch unsafe event.type {
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      kind = unsafe .scalar(Self.style(scalar.style))
      unsafe value = Array(UnsafeBufferPointer(start: scalar.value, count: scalar.length))
      unsafe (anchor, tag) = (scalar.anchor, scalar.tag)
    case YAML_ALIAS_EVENT:
      kind = .alias
      unsafe anchor = event.data.alias.anchor
    case YAML_SEQUENCE_START_EVENT:
      kind = .sequenceStart
      unsafe (anchor, tag) = (event.data.sequence_start.anchor, event.data.sequence_start.tag)
    case YAML_MAPPING_START_EVENT:
      unsafe (anchor, tag) = (event.data.mapping_start.anchor, event.data.mapping_start.tag)
      kind = unsafe .mappingStart(
        isBlock: event.data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE)
    case YAML_DOCUMENT_START_EVENT:
      kind = unsafe .documentStart(isExplicit: event.data.document_start.implicit == 0)
    case YAML_DOCUMENT_END_EVENT:
      kind = unsafe .documentEnd(isExplicit: event.data.document_end.implicit == 0)
    default: kind = unsafe Self.plainKind(event.type)
    }
    self.value = value
    self.anchor = unsafe Self.text(anchor)
    self.tag = unsafe Self.text(tag)
  }

  @unsafe private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> [UInt8]? {
    guard let pointer = unsafe pointer else { return nil }
    var count = 0
    while unsafe pointer[count] != 0 { count += 1 }
    return unsafe Array(UnsafeBufferPointer(start: pointer, count: count))
  }

  private static func plainKind(_ type: yaml_event_type_t) -> Kind {
    switch type {
    case YAML_STREAM_START_EVENT: .streamStart
    case YAML_SEQUENCE_END_EVENT: .sequenceEnd
    case YAML_MAPPING_END_EVENT: .mappingEnd
    default: .streamEnd
    }
  }

  private static func style(_ style: yaml_scalar_style_t) -> ScalarStyle {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
    default: .plain
    }
  }
}
