internal import Primitives

/// What happened to one value between two versions of a file.
public struct SecretChange: Sendable, Hashable {
  /// The kinds of change.
  public enum Kind: Sendable, Hashable { case added, removed, changed }

  /// Where the value stands.
  public let path: SecretPath
  /// What happened to it.
  public let kind: Kind
}

extension OpenedFile {
  /// The values that differ from those of an `older` version, in the order of their paths.
  ///
  /// Values are compared as they are written: `1` and `"1"` differ. Two files need not have the same
  /// key.
  public func changes(from older: OpenedFile) -> [SecretChange] {
    let (before, after) = (older.sourcesByPath, sourcesByPath)
    return Set(before.keys).union(after.keys).sorted().compactMap { path in
      switch (before[path], after[path]) {
      case (nil, .some): SecretChange(path: path, kind: .added)
      case (.some, nil): SecretChange(path: path, kind: .removed)
      case (let old, let new): old == new ? nil : SecretChange(path: path, kind: .changed)
      }
    }
  }

  private var sourcesByPath: [SecretPath: SecretBytes] {
    var sources: [SecretPath: SecretBytes] = [:]
    for (token, value) in zip(file.document.tokens, values) {
      sources[token.path] = value ?? SecretBytes(copying: file.document.source(token).span)
    }
    return sources
  }
}

extension SecretFile {
  /// The file for a diff without a key: sealed values shortened to a mark that changes when they do,
  /// and no block.
  public var outline: [UInt8] {
    var splices = sealedTokens.map { token, seal in
      let mark = seal.tag.prefix(4).map { byte in
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0\(digits)" : digits
      }
      return Splice(range: token.range, text: Array("<sealed \(mark.joined())>".utf8))
    }
    if let cut = document.block?.range { splices.append(Splice(range: cut, text: [])) }
    return bytes.applying(splices.sorted { $0.range.lowerBound < $1.range.lowerBound })
  }
}
