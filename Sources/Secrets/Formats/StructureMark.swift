/// Something that stands in a file and means something, but is no value that could be sealed.
struct StructureMark: Sendable, Hashable {
  /// What stands there.
  enum Kind: Sendable, Hashable {
    /// A key without a value: a null, or an empty text.
    case empty
    case emptyMapping, emptyList
    /// What stands at another place too.
    case alias(SecretPath)
    /// The text of the key at a place.
    case keyAlias(SecretPath)
    /// A YAML tag of a node that is no token: a mapping, a list, or nothing.
    case tag([UInt8])
    /// A name alone on its line.
    case word
  }

  let path: SecretPath
  let kind: Kind
  /// What goes away with the mark when its key is removed; nil where it has no lines of its own.
  var entry: Range<Int>?
  /// Where a value is written in its place; nil where it has none.
  var place: Range<Int>?
  /// Where it stands, for the order of the file.
  var offset = 0

  /// As it is listed in a digest.
  var text: [UInt8] {
    switch kind {
    case .empty: Array("empty".utf8)
    case .emptyMapping: Array("{}".utf8)
    case .emptyList: Array("[]".utf8)
    case .alias(let path): [UInt8(ascii: "*")] + path.utf8
    case .keyAlias(let path): Array("key *".utf8) + path.utf8
    case .tag(let tag): [UInt8(ascii: "!")] + tag
    case .word: Array("word".utf8)
    }
  }
}

extension ScannedDocument {
  /// What a file's keys are beside its sealed values, by path: what a digest lists as structure.
  ///
  /// Comments, layout and the order of keys are not part of it.
  func structure(clear: some Sequence<SecretPath>) -> [SecretPath: [UInt8]] {
    var structure: [SecretPath: [UInt8]] = [:]
    for path in clear { structure[path] = Array("clear".utf8) }
    for mark in marks {
      // A node may be tagged and empty, and a mapping may have several merge keys.
      let before = structure[mark.path].map { $0 + [0x20] } ?? []
      structure[mark.path] = before + mark.text
    }
    return structure
  }
}
