internal import Primitives

/// A merge of three files whose keys are known.
struct SealedMerge {
  /// nil where both sides added the file.
  let base: OpenedFile?
  let ours: OpenedFile
  let theirs: OpenedFile

  func merge() throws(SecretsError) -> Merge {
    let owner = try blockOwner()
    let selection = try mergedSelection()
    let draft = try MergeDraft.best(
      base?.clearDocument(), ours.clearDocument(), theirs.clearDocument(), ours.file.format)
    guard let draft else { return try whole(owner, paths: []) }
    let merged = try SecretFile(draft.ours.bytes, format: ours.file.format)
    var sealer = Sealer(key: owner.key, random: .system)
    for side in [ours, theirs] where side.key == owner.key { sealer.reuse(side) }
    let parts = Sealer.BlockParts(
      key: owner.block.key, selection: selection, digest: (owner.digest, owner.block.digest))
    guard !draft.ours.regions.isEmpty else { return .clean(try sealer.seal(merged, parts)) }
    let sealing = try sealer.splices(sealing: merged, parts, outside: draft.ours.regions)
    guard let splices = combine(draft, sealing) else { return try whole(owner, paths: draft.paths) }
    return .conflict(merged.bytes.applying(splices), paths: draft.paths)
  }

  /// Both files in clear, each with the block that the result is to have: whichever is taken, or what is
  /// made of the two, ``SecretFile/sealingAdditions(with:)`` seals.
  private func whole(_ owner: OpenedFile, paths: [SecretPath]) throws(SecretsError) -> Merge {
    var sides: [[UInt8]] = []
    for side in [ours, theirs] {
      let clear = try side.clearDocument()
      let block = try side.file.format.syntax.splice(owner.block, into: clear)
      sides.append(clear.bytes.applying([block]))
    }
    return .conflict(ConflictText.whole(sides[0], sides[1]), paths: paths)
  }

  /// The splices of conflicts and of sealing in their order; nil where the block would come to stand
  /// within a conflict.
  private func combine(_ draft: MergeDraft, _ sealing: [Splice]) -> [Splice]? {
    guard let block = sealing.last else { return nil }
    let offset = block.range.lowerBound
    let regions = draft.ours.regions
    guard !regions.contains(where: { $0.lowerBound < offset && offset < $0.upperBound }) else {
      return nil
    }
    // The comma before the block belongs to the lines that it comes after.
    let separator = block.text.first.flatMap { $0 == UInt8(ascii: ",") ? $0 : nil }
    let isAfterConflict = regions.contains { !$0.isEmpty && $0.upperBound == offset }
    var sealing = sealing
    if separator != nil, isAfterConflict {
      sealing[sealing.count - 1] = Splice(range: block.range, text: Array(block.text.dropFirst()))
    }
    // A conflict's lines come before the block where both stand at the end.
    let conflicts = draft.conflictSplices(endingAt: offset, with: separator)
    return (conflicts + sealing).enumerated().sorted {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }.map(\.element)
  }

  /// The side whose key and readers the result has: the one that changed them.
  private func blockOwner() throws(SecretsError) -> OpenedFile {
    let (old, left, right) = (base?.block.key, ours.block.key, theirs.block.key)
    if left == right || right == old { return ours }
    if left == old { return theirs }
    let readers = try MergedReaders(base: base?.file, ours: ours.file, theirs: theirs.file)
    if readers.areThose(of: ours.file) { return ours }
    if readers.areThose(of: theirs.file) { return theirs }
    throw SecretsError(
      .conflict, "both sides changed who can open the file; rekey one of them for all first")
  }

  private func mergedSelection() throws(SecretsError) -> Selection {
    let (old, left, right) = (base?.block.selection, ours.block.selection, theirs.block.selection)
    if left == right || right == old { return left }
    if left == old { return right }
    throw SecretsError(.conflict, "both sides changed what is secret in the file")
  }
}
