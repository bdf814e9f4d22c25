internal import Primitives

/// A merge of three files whose keys are known.
struct SealedMerge {
  let base: OpenedFile
  let ours: OpenedFile
  let theirs: OpenedFile

  func merge() throws(SecretsError) -> Merge {
    let owner = try blockOwner()
    let selection = try mergedSelection()
    let draft = try MergeDraft(
      try base.clearDocument(), try ours.clearDocument(), try theirs.clearDocument(),
      ours.file.format)
    let whole = Merge.conflict(
      ConflictText.whole(ours.file.bytes, theirs.file.bytes), paths: draft.paths)
    guard !draft.isWhole, let merged = read(draft) else { return whole }
    var sealer = Sealer(key: owner.key, random: .system)
    for side in [ours, theirs] where side.key == owner.key { sealer.reuse(side) }
    let parts = Sealer.BlockParts(
      key: owner.block.key, selection: selection, digest: (owner.digest, owner.block.digest))
    guard !draft.ours.regions.isEmpty else { return .clean(try sealer.seal(merged, parts)) }
    let sealing = try sealer.splices(sealing: merged, parts, outside: draft.ours.regions)
    guard let splices = combine(draft, sealing) else { return whole }
    return .conflict(merged.bytes.applying(splices), paths: draft.paths)
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

  /// The merged text read again; nil when it does not mean what was put together, because lines came
  /// to stand where they mean something else.
  private func read(_ draft: MergeDraft) -> SecretFile? {
    let file: SecretFile
    do { file = try SecretFile(draft.ours.bytes, format: ours.file.format) } catch { return nil }
    let expected = draft.ours.expected
    guard file.document.tokens.count == expected.count else { return nil }
    for (token, wanted) in zip(file.document.tokens, expected) {
      guard token.path.binding == wanted.binding,
        file.document.source(token).elementsEqual(wanted.source)
      else { return nil }
    }
    // Each value that is to be there is there.
    let paths = Set(file.paths)
    guard draft.values.decisions.keys.allSatisfy({ paths.contains($0) }) else { return nil }
    return file
  }

  /// The side whose key and readers the result has: the one that changed them.
  private func blockOwner() throws(SecretsError) -> OpenedFile {
    let (old, left, right) = (base.block.key, ours.block.key, theirs.block.key)
    if left == right || right == old { return ours }
    if left == old { return theirs }
    throw SecretsError(
      .conflict, "both sides changed who can open the file; rekey one of them for all first")
  }

  private func mergedSelection() throws(SecretsError) -> Selection {
    let (old, left, right) = (base.block.selection, ours.block.selection, theirs.block.selection)
    if left == right || right == old { return left }
    if left == old { return right }
    throw SecretsError(.conflict, "both sides changed what is secret in the file")
  }
}
