internal import Primitives

/// What came of merging two versions of a file that have a common ancestor.
public enum Merge: Sendable {
  /// All changes of both sides are in the file.
  case clean([UInt8])
  /// The same values were changed on both sides.
  ///
  /// The file has conflict markers as Git writes them. Between them values stand in clear when the
  /// merge had the key, and sealed when it had not. With the key, all else is sealed and its digest
  /// holds: once the markers are gone, ``SecretFile/sealingAdditions(with:)`` makes the file whole.
  case conflict([UInt8], paths: [SecretPath])

  /// Merges value by value.
  ///
  /// Changes of different values merge, also on neighbouring lines; both sides may add at the same
  /// place. Elements of lists have no names: each is merged as a whole, and never put together of
  /// parts of others. Values keep the seals that they have on a side with the result's key. Without a
  /// `base` both sides added the file.
  ///
  /// - Throws: ``SecretsError`` `conflict` when both sides changed who can open the file or what is
  ///   secret, each in another way; `limitExceeded` for files too long to compare.
  public static func merging(
    base: OpenedFile?, ours: OpenedFile, theirs: OpenedFile
  ) throws(SecretsError) -> Merge {
    if ours.clearBytes == theirs.clearBytes, base == nil { return .clean(ours.file.bytes) }
    if theirs.file.bytes == base?.file.bytes { return .clean(ours.file.bytes) }
    if ours.file.bytes == base?.file.bytes { return .clean(theirs.file.bytes) }
    return try SealedMerge(base: base, ours: ours, theirs: theirs).merge()
  }

  /// Merges what can be merged without a key.
  ///
  /// That is what one side alone did to sealed values, and comments, on both sides. Where both changed
  /// what the digest lists, all of both files stands between the markers, so that whichever is taken
  /// has its own digest: nobody without the key could make another.
  ///
  /// - Throws: ``SecretsError`` `limitExceeded` for files too long to compare.
  public static func mergingWithoutKey(
    base: SecretFile?, ours: SecretFile, theirs: SecretFile
  ) throws(SecretsError) -> Merge {
    if theirs.bytes == base?.bytes || theirs.bytes == ours.bytes { return .clean(ours.bytes) }
    if ours.bytes == base?.bytes { return .clean(theirs.bytes) }
    let whole = ConflictText.whole(ours.bytes, theirs.bytes)
    guard let base, ours.format == theirs.format, ours.format == base.format else {
      return .conflict(whole, paths: [])
    }
    let draft = try MergeDraft.best(
      base.document, ours.document, theirs.document, ours.format)
    if let draft, draft.ours.regions.isEmpty {
      let merged = try SecretFile(draft.ours.bytes, format: ours.format)
      if merged.isSealedLike(ours) || merged.isSealedLike(theirs) { return .clean(merged.bytes) }
    }
    return .conflict(whole, paths: draft?.paths ?? [])
  }
}

extension SecretFile {
  /// Whether all that a digest lists, and the block, are those of `other`.
  fileprivate func isSealedLike(_ other: SecretFile) -> Bool {
    guard let block, let theirs = other.block else { return false }
    return block.key == theirs.key && block.digest == theirs.digest
      && block.signature == theirs.signature
      && Digest(of: self, block.selection) == Digest(of: other, theirs.selection)
  }
}

/// A merge of three texts before anything is sealed.
struct MergeDraft {
  let ours: MergeAssembly
  let theirs: MergeAssembly
  let paths: [SecretPath]
  /// Whether both sides added something at one place.
  let hasJoins: Bool
  private let versions: [MergeNode?]
  private let style: MergeText.Style

  /// The first way to put the versions together that says what they say; a conflict only where there
  /// is no other.
  ///
  /// - Returns: nil where lines always come to mean something else.
  static func best(
    _ base: ScannedDocument?, _ ours: ScannedDocument, _ theirs: ScannedDocument,
    _ format: FileFormat
  ) throws(SecretsError) -> MergeDraft? {
    let empty = ScannedDocument(bytes: [], tokens: [], block: nil, insertion: .init(offset: 0))
    let documents = [base ?? empty, ours, theirs]
    var style = MergeText.Style(format, documents)
    var values = ValueMerge(documents.map { MergeText($0, style) })
    let removed = values.removedConflicts
    if !removed.isEmpty {
      style.unnamed = Set(removed)
      values = ValueMerge(documents.map { MergeText($0, style) })
    }
    let texts = try MergeTexts(documents.map { MergeText($0, style) })
    var versions: [MergeNode?] = documents.map { MergeNode($0, style) }
    if base == nil { versions[0] = nil }
    var best: MergeDraft?
    for joining in MergePieces.Joining.all {
      let draft = MergeDraft(texts, values, removed, joining, versions, style)
      if draft.says(format) {
        if draft.ours.regions.isEmpty { return draft }
        best = best ?? draft
      }
      guard draft.hasJoins else { break }
    }
    return best
  }

  private init(
    _ texts: MergeTexts, _ values: ValueMerge, _ removed: [SecretPath],
    _ joining: MergePieces.Joining, _ versions: [MergeNode?], _ style: MergeText.Style
  ) {
    let pieces = MergePieces(texts, joining: joining)
    hasJoins = pieces.hasJoins
    paths = (values.conflicts + removed).sorted()
    ours = MergeAssembly(pieces, values, side: .ours)
    theirs = MergeAssembly(pieces, values, side: .theirs)
    self.versions = versions
    self.style = style
  }

  /// Whether what was put together says what the versions say.
  private func says(_ format: FileFormat) -> Bool {
    let hasConflicts = !ours.regions.isEmpty
    guard let mine = node(ours.bytes, format),
      let other = hasConflicts ? node(theirs.bytes, format) : mine
    else { return false }
    return MergeCheck(hasConflicts: hasConflicts).accepts(
      .init(base: versions[0], ours: versions[1], theirs: versions[2], mine: mine, other: other))
  }

  /// What a text says; nil for one that cannot be read, because lines came to stand where they break
  /// a rule of the format.
  private func node(_ bytes: [UInt8], _ format: FileFormat) -> MergeNode? {
    do { return MergeNode(try format.syntax.scan(bytes), style) } catch { return nil }
  }

  /// What puts markers and both sides' lines in place of ours, with a separator after those lines
  /// that end where more is to follow.
  func conflictSplices(endingAt offset: Int? = nil, with separator: UInt8? = nil) -> [Splice] {
    zip(ours.regions, theirs.regions).map { mine, other in
      let isFollowed = mine.upperBound == offset && !mine.isEmpty
      let end = isFollowed ? separator.map { [$0] } ?? [] : []
      let sides = [Array(ours.bytes[mine]), Array(theirs.bytes[other])].map { lines in
        lines.isEmpty || lines.last == end.last ? lines : lines + end
      }
      return ConflictText.splice(ours.bytes, mine, sides)
    }
  }
}

/// Three texts, and what both sides did to the base.
struct MergeTexts {
  /// How many lines can be compared in reasonable time.
  static let maximumUnitCount = 20_000

  let base: MergeText
  let ours: MergeText
  let theirs: MergeText
  let ourHunks: [Hunk]
  let theirHunks: [Hunk]

  /// Of the base, ours and theirs.
  ///
  /// - Throws: ``SecretsError`` `limitExceeded`.
  init(_ texts: [MergeText]) throws(SecretsError) {
    guard texts.allSatisfy({ $0.units.count <= Self.maximumUnitCount }) else {
      throw SecretsError(
        .limitExceeded, "the file has more than \(Self.maximumUnitCount) lines to compare")
    }
    (base, ours, theirs) = (texts[0], texts[1], texts[2])
    ourHunks = try Hunk.hunks(from: base, to: ours)
    theirHunks = try Hunk.hunks(from: base, to: theirs)
  }
}

/// Conflict markers as Git writes them.
enum ConflictText {
  private static let opening = Array("<<<<<<< ours".utf8)
  private static let middle = Array("=======".utf8)
  private static let closing = Array(">>>>>>> theirs".utf8)

  /// Puts both `sides` with markers in place of the lines in `range`.
  static func splice(_ bytes: [UInt8], _ range: Range<Int>, _ sides: [[UInt8]]) -> Splice {
    let lineBreak = bytes.lineBreak
    let lines = [opening, sides[0], middle, sides[1], closing].filter { !$0.isEmpty }
    var text = Array(lines.joined(separator: lineBreak))
    if range.isEmpty {
      let isAtUnendedLine = range.lowerBound > 0 && bytes[range.lowerBound - 1] != 0x0A
      text = isAtUnendedLine ? lineBreak + text : text + lineBreak
    }
    return Splice(range: range, text: text)
  }

  /// Both files as they are.
  static func whole(_ ours: [UInt8], _ theirs: [UInt8]) -> [UInt8] {
    let lineBreak = ours.lineBreak
    func ended(_ text: [UInt8]) -> [UInt8] { text.last == 0x0A ? text : text + lineBreak }
    var text = opening + lineBreak
    text += ended(ours)
    text += middle + lineBreak
    text += ended(theirs)
    return text + closing + lineBreak
  }
}
