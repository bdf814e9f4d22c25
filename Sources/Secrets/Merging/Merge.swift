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
  /// place. List elements are known by their value, as lines are. Values keep the seals that they
  /// have on a side with the result's key.
  ///
  /// - Throws: ``SecretsError`` `conflict` when both sides changed who can open the file or what is
  ///   secret, each in another way; `limitExceeded` for files too long to compare.
  public static func merging(
    base: OpenedFile, ours: OpenedFile, theirs: OpenedFile
  ) throws(SecretsError) -> Merge {
    if theirs.file.bytes == base.file.bytes { return .clean(ours.file.bytes) }
    if ours.file.bytes == base.file.bytes { return .clean(theirs.file.bytes) }
    return try SealedMerge(base: base, ours: ours, theirs: theirs).merge()
  }

  /// Merges what can be merged without a key.
  ///
  /// That is nothing where both sides changed values: nobody without the key can tell what belongs
  /// together from then on.
  ///
  /// - Throws: ``SecretsError`` `limitExceeded` for files too long to compare.
  public static func mergingWithoutKey(
    base: SecretFile, ours: SecretFile, theirs: SecretFile
  ) throws(SecretsError) -> Merge {
    if theirs.bytes == base.bytes || theirs.bytes == ours.bytes { return .clean(ours.bytes) }
    if ours.bytes == base.bytes { return .clean(theirs.bytes) }
    let whole = ConflictText.whole(ours.bytes, theirs.bytes)
    guard ours.format == theirs.format, ours.format == base.format else {
      return .conflict(whole, paths: [])
    }
    let draft = try MergeDraft(base.document, ours.document, theirs.document, ours.format)
    guard !draft.ours.regions.isEmpty else { return .conflict(whole, paths: draft.paths) }
    let splices = draft.conflictSplices()
    return .conflict(draft.ours.bytes.applying(splices), paths: draft.paths)
  }
}

/// A merge of three texts before anything is sealed.
struct MergeDraft {
  /// How many lines can be compared in reasonable time.
  static let maximumUnitCount = 20_000

  let ours: MergeAssembly
  let theirs: MergeAssembly
  let values: ValueMerge
  /// Values that no single line can stand for: removed on one side, changed on the other.
  var isWhole: Bool { !values.removedConflicts.isEmpty }
  var paths: [SecretPath] { values.conflicts }

  init(
    _ base: ScannedDocument, _ ours: ScannedDocument, _ theirs: ScannedDocument,
    _ format: FileFormat
  ) throws(SecretsError) {
    let style = MergeText.Style(format, [base, ours, theirs])
    let texts = [base, ours, theirs].map { MergeText($0, style) }
    guard texts.allSatisfy({ $0.units.count <= Self.maximumUnitCount }) else {
      throw SecretsError(
        .limitExceeded, "the file has more than \(Self.maximumUnitCount) lines to compare")
    }
    let pieces = MergePieces(base: texts[0], ours: texts[1], theirs: texts[2])
    values = ValueMerge(base: texts[0], ours: texts[1], theirs: texts[2])
    self.ours = MergeAssembly(pieces, values, side: .ours)
    self.theirs = MergeAssembly(pieces, values, side: .theirs)
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
