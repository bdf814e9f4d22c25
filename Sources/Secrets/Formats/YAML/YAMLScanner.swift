internal import Primitives

/// Finds the values of a YAML file.
struct YAMLScanner {
  /// Whether the values' texts are wanted too.
  var keepsTexts = false
  /// The texts by the ranges of their tokens.
  private(set) var texts: [Range<Int>: [UInt8]] = [:]

  private let bytes: [UInt8]
  private let reader: YAMLReader
  private let offsets: TextOffsets
  private let finder: YAMLTokenFinder
  private let lines: LineMap
  /// The size of a byte order mark.
  private let shift: Int
  private var collector: TokenCollector
  private var documentCount = 0
  private var insertion: BlockInsertion
  /// Whether the first document's root is a mapping that a key can be added to.
  private var hasOpenRoot = false
  /// Where the last value ends.
  private var contentEnd = 0
  /// What aliases of the document can call.
  private var anchors: [[UInt8]: StructureMark.Kind] = [:]

  /// Where a node stands: its path, its key's offset, and whether its lines are its own.
  private struct Place {
    var path: SecretPath
    var key: Int?
    var isRemovable = false
    var depth = 0
  }

  init(_ bytes: [UInt8]) throws(SecretsError) {
    try ScanLimits.check(bytes)
    try UTF8Check.require(bytes)
    self.bytes = bytes
    shift = ByteReader(bytes).isAt("\u{FEFF}") ? 3 : 0
    let text = Array(bytes.dropFirst(shift))
    reader = try primitive { () throws(PrimitiveError) in try YAMLReader(text.span) }
    offsets = TextOffsets(text)
    finder = YAMLTokenFinder(bytes: bytes)
    lines = LineMap(bytes)
    collector = TokenCollector(bytes)
    insertion = BlockInsertion(offset: bytes.count)
  }

  mutating func scan() throws(SecretsError) -> ScannedDocument {
    while true {
      let event = try next()
      switch event.kind {
      case .documentStart(let isExplicit):
        try scanDocument(isExplicit ? start(event) : nil)
      case .streamEnd:
        if documentCount != 1 || !hasOpenRoot {
          insertion = BlockInsertion(offset: bytes.count, isSeparateDocument: true)
        }
        return try collector.document(insertion, .lines)
      default: continue
      }
    }
  }

  private func next() throws(SecretsError) -> YAMLEvent {
    do { return try reader.next() } catch {
      throw SecretsError(.malformed, error.reason, underlying: error)
    }
  }

  private func start(_ event: YAMLEvent) -> Int {
    offsets.offset(event.range.lowerBound) + shift
  }

  private func end(_ event: YAMLEvent) -> Int {
    offsets.offset(event.range.upperBound) + shift
  }

  private func refusal(
    _ code: SecretsError.Code, _ reason: String, _ event: YAMLEvent
  ) -> SecretsError {
    SecretsError(code, reason, at: start(event), of: bytes)
  }

  private mutating func scanDocument(_ marker: Int?) throws(SecretsError) {
    let isFirst = documentCount == 0
    let path = SecretPath(isFirst ? [] : [.document(documentCount)])
    documentCount += 1
    anchors = [:]
    let root = try next()
    note(root, path)
    if case .mappingStart(let isBlock) = root.kind {
      hasOpenRoot = isFirst && isBlock
      try scanMapping(Place(path: path), root, isBlock: isBlock, marker: isFirst ? nil : marker)
    } else {
      try scanNode(root, Place(path: path))
    }
    let end = try next()
    if isFirst, end.kind == .documentEnd(isExplicit: true) { insertion.offset = start(end) }
  }

  private mutating func scanNode(_ event: YAMLEvent, _ place: Place) throws(SecretsError) {
    try ScanLimits.check(depth: place.depth)
    note(event, place.path)
    switch event.kind {
    case .scalar(let style): try append(event, style, place)
    case .sequenceStart: try scanSequence(place, event)
    case .mappingStart(let isBlock):
      try scanMapping(place, event, isBlock: isBlock, marker: nil)
    case .alias:
      guard let target = anchors[event.anchor ?? []] else {
        throw refusal(.malformed, "an alias has no anchor before it", event)
      }
      try mark(target, event, place)
    default: return
    }
  }

  private mutating func note(_ event: YAMLEvent, _ path: SecretPath) {
    guard let anchor = event.anchor, event.kind != .alias else { return }
    anchors[anchor] = .alias(path)
  }

  private mutating func mark(
    _ kind: StructureMark.Kind, _ event: YAMLEvent, _ place: Place
  ) throws(SecretsError) {
    let end = max(end(event), start(event) + 1)
    noteContent(end)
    // A tag goes with what it is a tag of.
    let isAlone = place.isRemovable && event.kind == .alias
    let entry = isAlone ? place.key.map { bytes.lines($0..<end) } : nil
    try collector.append(
      StructureMark(path: place.path, kind: kind, entry: entry), at: place.key ?? start(event))
  }

  /// A container with a tag, or with nothing in it.
  private mutating func markContainer(
    _ event: YAMLEvent, _ place: Place, empty: StructureMark.Kind?, end: YAMLEvent
  ) throws(SecretsError) {
    if let tag = event.tag { try mark(.tag(tag), event, place) }
    guard let empty else { return }
    let range = start(end) - 1..<self.end(end)
    noteContent(range.upperBound)
    let entry = place.isRemovable ? place.key.map { bytes.lines($0..<range.upperBound) } : nil
    let isPlace = bytes[range].elementsEqual("{}".utf8)
    try collector.append(
      StructureMark(path: place.path, kind: empty, entry: entry, place: isPlace ? range : nil),
      at: place.key ?? start(event))
  }

  private mutating func scanSequence(_ place: Place, _ opening: YAMLEvent) throws(SecretsError) {
    var index = 0
    while true {
      let event = try next()
      if event.kind == .sequenceEnd {
        let empty = index == 0 ? StructureMark.Kind.emptyList : nil
        return try markContainer(opening, place, empty: empty, end: event)
      }
      let path = place.path.appending(.index(index))
      try scanNode(event, Place(path: path, depth: place.depth + 1))
      index += 1
    }
  }

  /// Goes through a mapping; `marker` is where its document begins, for one after the first.
  private mutating func scanMapping(
    _ place: Place, _ opening: YAMLEvent, isBlock: Bool, marker: Int?
  ) throws(SecretsError) {
    var names: Set<[UInt8]> = []
    var column = 0
    while true {
      let event = try next()
      if event.kind == .mappingEnd {
        if isBlock { noteMapping(place.path, column) }
        let empty = names.isEmpty ? StructureMark.Kind.emptyMapping : nil
        return try markContainer(opening, place, empty: empty, end: event)
      }
      guard case .scalar = event.kind else {
        throw refusal(.unsupported, "a key is not plain text", event)
      }
      let value = try next()
      // Two merge keys of aliases are common in Compose files and hold no value of their own.
      let isMerge = event.value.elementsEqual("<<".utf8) && value.kind == .alias
      guard names.insert(event.value).inserted || isMerge else {
        throw refusal(.malformed, "a key stands twice", event)
      }
      try ScanLimits.check(key: event.value)
      if names.count == 1 { column = start(event) - max(lines.start(start(event)), shift) }
      if names.count == 1, place.depth == 0, documentCount == 1 { noteIndentation(start(event)) }
      var path = place.path.appending(.key(event.value))
      if place.depth == 0, SealBlock.holds(path) {
        path = SecretPath([.key(event.value)])
        noteBlock(event, marker: names.count == 1 ? marker : nil)
      }
      let member = Place(
        path: path, key: start(event), isRemovable: isBlock && beginsLine(start(event)),
        depth: place.depth + 1)
      if let anchor = event.anchor { anchors[anchor] = .keyAlias(path) }
      if let tag = event.tag { try mark(.tag(Array("key ".utf8) + tag), event, member) }
      try scanNode(value, member)
    }
  }

  private mutating func noteMapping(_ path: SecretPath, _ column: Int) {
    guard contentEnd > 0 else { return }
    let offset = bytes[contentEnd - 1] == 0x0A ? contentEnd : lines.end(contentEnd - 1)
    collector.places[path] = EntryPlace(
      offset: offset, indentation: Array(repeating: 0x20, count: column))
  }

  private mutating func noteBlock(_ event: YAMLEvent, marker: Int?) {
    collector.noteBlock((marker ?? start(event))..<end(event))
  }

  /// The block's lines are indented as the root's other keys are.
  private mutating func noteIndentation(_ offset: Int) {
    let line = lines.start(offset)
    insertion.indentation = Array(bytes[max(line, shift)...].prefix { $0 == 0x20 })
  }

  private func beginsLine(_ offset: Int) -> Bool {
    bytes[max(lines.start(offset), shift)..<offset].allSatisfy { $0 == 0x20 }
  }

  // MARK: Scalars

  private mutating func noteContent(_ end: Int) { contentEnd = max(contentEnd, end) }

  private mutating func append(
    _ event: YAMLEvent, _ style: YAMLEvent.ScalarStyle, _ place: Place
  ) throws(SecretsError) {
    // Nothing is written there: a null, or an empty value with a tag.
    if style == .plain, event.value.isEmpty { return try appendEmpty(event, place) }
    let range = finder.range(of: event, style, start(event)..<end(event))
    if keepsTexts { texts[range] = event.value }
    guard finder.isPlausible(range, event, style) else {
      throw refusal(.unsupported, "a value could not be located", event)
    }
    contentEnd = lines.end(after: range)
    let isTagFirst = event.hasAnchor && bytes[start(event)] == UInt8(ascii: "!")
    let isPlain = style == .plain && !event.hasTag
    let entry =
      place.isRemovable ? place.key.map { bytes.lines($0..<range.upperBound) } : nil
    try collector.append(
      SecretToken(
        place.path, range, isPlain ? YAMLScalar.kind(ofPlain: event.value) : .string, entry: entry,
        obstacle: isTagFirst ? "its tag stands before its anchor; put the anchor first" : nil),
      key: place.key ?? range.lowerBound)
  }

  /// A value can be written behind the colon, where there is one and nothing else.
  private mutating func appendEmpty(_ event: YAMLEvent, _ place: Place) throws(SecretsError) {
    if let tag = event.tag { try mark(.tag(tag), event, place) }
    let end = end(event)
    noteContent(end)
    let isOpen =
      place.key != nil && !event.hasTag && !event.hasAnchor && end > 0
      && bytes[end - 1] == UInt8(ascii: ":")
    let entry = place.isRemovable && isOpen ? place.key.map { bytes.lines($0..<end) } : nil
    try collector.append(
      StructureMark(
        path: place.path, kind: .empty, entry: entry, place: isOpen ? end..<end : nil),
      at: place.key ?? start(event))
  }
}
